/** A certificate on paper, for a counter that looks at paper. The PIN is shown, and never printed. */

import { post } from '/app/api.js';
import { action, el, form, heading, p, terms } from '/app/dom.js';
import { withProof } from '/app/proof.js';
import { claimSentence, claimTerm } from '/app/wallet_words.js';
import { dayAndTime, say } from '/app/words.js';

const CLAIMS = ['age_over_14', 'age_over_16', 'age_over_18', 'document_class', 'assurance'];

/** The view. */
export function printView() {
  const boxes = CLAIMS.map(box);
  const place = el('div', { id: 'sheet-place' });
  return [
    el(
      'div',
      { class: 'unprinted' },
      heading(
        say('打印纸质网证', 'Print a certificate'),
        say(
          '给没有手机在手边的人：一张纸证明您是经过核验的真实的人，不含姓名和号码。',
          'For whoever has no phone at hand: a sheet shows that you are a verified person, without name and number.',
        ),
      ),
      el(
        'fieldset',
        { class: 'separate' },
        el('legend', {}, say('还要说明哪些内容', 'What to tell beside that')),
        boxes.map((each) => each.node),
      ),
      form({
        id: 'make-sheet',
        submit: say('生成', 'Make the sheet'),
        fields: [
          {
            name: 'purpose',
            label: say('用途', 'What for'),
            hint: say(
              '会印在纸上，如“办理借书证”。核验的人会看是否相符。',
              'It stands on the sheet, such as “a library card”. Whoever checks it looks whether it fits.',
            ),
            autocomplete: 'off',
            maxlength: 120,
          },
        ],
        send: async ({ purpose }) => {
          const tells = boxes.filter(({ input }) => input.checked).map(({ name }) => name);
          const wish = { purpose: purpose.trim(), tells };
          const made = await withProof(() => post('/holder/certificates/printed', wish));
          place.replaceChildren(...sheet(made, wish.purpose));
          place.querySelector('h2').focus();
        },
      }),
    ),
    place,
  ];
}

function box(name) {
  const id = `tell-${name}`;
  const input = el('input', { type: 'checkbox', id, name });
  const text = el('span', {}, claimTerm(name));
  return { name, input, node: el('label', { class: 'tick', for: id }, input, text) };
}

function sheet({ picture, claims, pin, expires_at: end }, purpose) {
  return [
    el(
      'div',
      { class: 'compare unprinted' },
      el('h2', { tabindex: '-1' }, say('请记住此密码', 'Keep this PIN in mind')),
      p(`${pin.slice(0, 4)} ${pin.slice(4)}`, { class: 'code', id: 'pin' }),
      p(
        say(
          '密码不会印在纸上，也不会再次显示。核验时由您本人说出或输入。',
          'It is not printed, and not shown again. You type it where the sheet is checked.',
        ),
        { class: 'hint' },
      ),
    ),
    el(
      'section',
      { class: 'sheet', 'aria-label': say('纸质网证', 'The sheet') },
      el('h2', {}, say('网络身份认证 · 纸质网证', 'Online Identity: certificate on paper')),
      el('img', {
        src: picture,
        alt: say('二维码，由核验的人扫描', 'A QR code for whoever checks the sheet'),
      }),
      terms([
        [
          say('持有人', 'The holder'),
          say('经过核验的真实的人', 'is a real person whose identity was verified'),
        ],
        [say('用途', 'For'), purpose],
        ...Object.entries(claims).map(([name, value]) => claimSentence(name, value)),
        [say('有效至', 'Good until'), dayAndTime(end)],
      ]),
      p(
        say(
          '扫描二维码离线核验，持有人须输入 8 位密码。只能使用一次。',
          'Scan the code to check it, without a network; the holder types eight digits. Good once.',
        ),
        { class: 'fine' },
      ),
    ),
    el(
      'div',
      { class: 'unprinted' },
      action(say('打印', 'Print'), async () => globalThis.print(), { id: 'print' }),
    ),
  ];
}
