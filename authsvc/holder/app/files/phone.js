/** The phone on file: seen masked, changed after a wait, and the change stopped by anybody's own. */

import { get, post } from '/app/api.js';
import { action, bdi, el, form, p, tell } from '/app/dom.js';
import { withProof } from '/app/proof.js';
import { show } from '/app/router.js';
import { dayAndTime, say } from '/app/words.js';

/** The part of a view in which it is changed. */
export async function phonePart() {
  const { phone, phone_change: change } = await get('/holder');
  const place = el('div', { id: 'new-phone' });
  place.append(change ? waits(change) : numberForm(place));
  return [
    el('h2', {}, say('手机号', 'Phone')),
    p([say('提醒和短信验证码发送到 ', 'Alerts and codes go to '), bdi(phone), say('。', '.')], {
      class: 'lead',
    }),
    place,
  ];
}

/** What every device of the person shows while another number waits. */
export function phoneBanner(change) {
  return el(
    'div',
    { class: 'alarm stop', role: 'status' },
    p(el('strong', {}, say('有人正在更换您的手机号', 'Somebody is changing your phone'))),
    p(say('不是您？现在就停止。', 'Not you? Stop it now.')),
    waits(change),
  );
}

function waits(change) {
  return el(
    'div',
    {},
    p([
      bdi(change.phone),
      say(
        ` 将于 ${dayAndTime(change.ready_at)} 生效。`,
        ` counts from ${dayAndTime(change.ready_at)} on.`,
      ),
    ]),
    action(
      say('停止更换', 'Stop the change'),
      async () => {
        await post('/holder/phone/stop');
        await show();
        tell(say('更换已停止', 'The change was stopped'));
      },
      { class: 'danger', id: 'stop-phone' },
    ),
  );
}

function numberForm(place) {
  return form({
    id: 'change-phone',
    submit: say('更换手机号', 'Change the phone'),
    fields: [
      {
        name: 'phone',
        label: say('新手机号', 'New phone number'),
        hint: say(
          '验证码会发送到新号码。一天后才生效，期间可随时停止。',
          'A code goes to it. It counts after a day, in which the change can be stopped.',
        ),
        type: 'tel',
        autocomplete: 'tel',
      },
    ],
    send: async ({ phone }) => {
      const number = phone.replace(/[\s()-]/g, '');
      await withProof(() => post('/holder/phone', { phone: number }));
      place.replaceChildren(codeForm(number));
      place.querySelector('input').focus();
    },
  });
}

function codeForm(phone) {
  return form({
    id: 'confirm-new-phone',
    submit: say('确认', 'Confirm'),
    fields: [
      {
        name: 'code',
        label: say('短信验证码', 'Code from the text message'),
        hint: say(`已发送到 ${phone}`, `Sent to ${phone}`),
        inputmode: 'numeric',
        autocomplete: 'one-time-code',
        class: 'code-input',
      },
    ],
    send: async ({ code }) => {
      await withProof(() => post('/holder/phone/confirmation', { phone, code }));
      await show();
      tell(say('新手机号等待生效', 'The new phone waits'));
    },
  });
}
