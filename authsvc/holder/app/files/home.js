/** The person's own page: the number, what waits for them, and what happened. */

import { get, post, presentMoment } from '/app/api.js';
import { readCertificate } from '/app/certificate_reader.js';
import {
  action,
  announce,
  bdi,
  el,
  heading,
  later,
  link,
  p,
  section,
  tell,
} from '/app/dom.js';
import { documents } from '/app/documents.js';
import { phoneBanner } from '/app/phone.js';
import { withProof } from '/app/proof.js';
import { show } from '/app/router.js';
import { recall } from '/app/store.js';
import {
  certificateState,
  happened,
  scopeSentence,
} from '/app/vocabulary.js';
import { day, dayAndTime, say, span } from '/app/words.js';

const SHOWN_FOR = 30;
const LATELY = 4;

/** The view. */
export async function homeView({ signal }) {
  const [overview, device] = await Promise.all([get('/holder', { signal }), recall('device')]);
  return [
    heading(say('我的网号', 'My online number')),
    overview.recovery ? recoveryBanner(overview.recovery) : null,
    overview.phone_change ? phoneBanner(overview.phone_change) : null,
    el(
      'div',
      { class: 'columns' },
      el('div', {}, credential(overview, device, signal), tiles(), documents(overview)),
      el(
        'div',
        {},
        alerts(overview.alerts ?? []),
        later(() => approvals(signal)),
        later(() => wardApprovals(signal)),
        later(() => lately(signal)),
      ),
    ),
  ];
}

/** The card: number masked, certificate of this device, and how long it is good. */
function credential(overview, device, signal) {
  const number = p(overview.online_number, { class: 'number', id: 'online-number' });
  return el(
    'div',
    { class: 'credential' },
    p(say('网号', 'Online number'), { class: 'what' }),
    number,
    certificateLine(overview, device),
    reveal(number, overview.online_number, signal),
  );
}

function certificateLine(overview, device) {
  const serial = device ? readCertificate(device.certificate).serial : null;
  const own = overview.certificates.find((each) => each.serial === serial);
  if (!own || own.status === 'revoked') {
    return p(
      [
        own
          ? say('这台设备已被移除。', 'This device was removed. ')
          : say('这台设备还没有网证。', 'This device has no certificate. '),
        link('#/move', say('添加这台设备', 'Add this device')),
      ],
      { class: 'until' },
    );
  }
  const { word, mood } = certificateState(own.status, own.not_after);
  return p(
    [
      el('span', { class: `state ${mood}` }, word),
      say(
        `这台设备的网证，至 ${day(own.not_after)}`,
        `This device's certificate, until ${day(own.not_after)}`,
      ),
    ],
    { class: 'until' },
  );
}

/** Shows the number for half a minute, or until the page is hidden. */
function reveal(number, masked, signal) {
  let timer = null;
  const whole = action(
    say('显示完整网号', 'Show the whole number'),
    async (button) => {
      if (timer) return hide(button);
      const { online_number: full } = await withProof(() => get('/holder/number'));
      number.textContent = full;
      announce(say(`网号 ${[...full].join(' ')}`, `Online number ${[...full].join(' ')}`));
      let left = SHOWN_FOR;
      const tick = () => {
        button.textContent = say(`隐藏（${left} 秒）`, `Hide (${left} s)`);
        if (left-- <= 0) hide(button);
      };
      timer = setInterval(tick, 1000);
      tick();
      return undefined;
    },
    { class: 'second', id: 'reveal' },
  );
  const hide = (button) => {
    clearInterval(timer);
    timer = null;
    number.textContent = masked;
    button.textContent = say('显示完整网号', 'Show the whole number');
  };
  const away = () => timer && hide(whole.querySelector('button'));
  document.addEventListener('visibilitychange', away, { signal });
  signal.addEventListener('abort', away);
  return whole;
}

/** Somebody is recovering access: whoever is signed in can stop it. */
function recoveryBanner(recovery) {
  const seconds = (new Date(recovery.ready_at) - presentMoment()) / 1000;
  return el(
    'div',
    { class: 'alarm stop', role: 'alert' },
    p(
      el(
        'strong',
        {},
        say('有人正在恢复您的登录方式', 'Somebody is recovering access to your number'),
      ),
    ),
    p(
      seconds > 0
        ? say(
            `约 ${span(seconds)}后可以完成。如果不是您本人，请立即中止。`,
            `It can be finished in about ${span(seconds)}. If it is not you, stop it now.`,
          )
        : say(
            '随时可能完成。如果不是您本人，请立即中止。',
            'It can be finished at any moment. If it is not you, stop it now.',
          ),
    ),
    action(
      say('不是我，中止恢复', 'It is not me: stop it'),
      async () => {
        await withProof(() => post('/holder/recovery/stop'));
        await show();
        tell(say('恢复已中止', 'The recovery was stopped'));
      },
      { class: 'danger', id: 'stop-recovery' },
    ),
  );
}

function alerts(entries) {
  if (!entries.length) return null;
  const rows = entries.map((entry) => [
    el('strong', {}, happened(entry.kind)),
    p(
      [
        dayAndTime(entry.at),
        entry.platform ? [' · ', bdi(entry.platform)] : [],
        entry.name ? [' · ', bdi(entry.name)] : [],
      ],
      { class: 'more' },
    ),
  ]);
  const whole = section(say('请您留意', 'Please look at this'), rows, '', { class: 'notices' });
  whole.append(
    p([
      say('如果不是您本人所为：', 'If it was not you: '),
      link('#/leave', say('冻结网号', 'freeze the number')),
    ]),
    action(
      say('知道了，是我', 'Seen: it was me'),
      async () => {
        await post('/holder/alerts/seen');
        whole.remove();
        tell(say('已标记为已读', 'Marked as seen'));
      },
      { class: 'second', id: 'alerts-seen' },
    ),
  );
  return whole;
}

/** What platforms ask without a page: it is compared and decided on the service's own page. */
async function approvals(signal) {
  const waiting = await get('/holder/approvals', { signal });
  if (!waiting.length) return null;
  const rows = waiting.map((each) => [
    el('strong', {}, bdi(each.client_name)),
    each.binding_message ? p([say('核对：', 'Compare: '), bdi(each.binding_message)]) : null,
    p(
      say(
        `来自 ${each.network}，${dayAndTime(each.asked_at)}`,
        `From ${each.network}, ${dayAndTime(each.asked_at)}`,
      ),
      { class: 'more' },
    ),
  ]);
  const whole = section(
    say(`待您确认（${waiting.length}）`, `Waiting for you (${waiting.length})`),
    rows,
    '',
  );
  whole.append(p(link('/approvals', say('查看并决定', 'Look and decide'), { class: 'button' })));
  return whole;
}

/** A guardian decides, use by use, for a child below 14. */
async function wardApprovals(signal) {
  const waiting = await get('/holder/ward-approvals', { signal });
  if (!waiting.length) return null;
  const decide = (id, decision) => async () => {
    await withProof(() => post('/holder/ward-approvals', { id, decision }));
    await show();
    tell(decision === 'approve' ? say('已允许', 'Allowed') : say('已拒绝', 'Refused'));
  };
  const rows = waiting.map((each) => [
    p([
      el('strong', {}, bdi(each.ward_name)),
      say(' 想使用 ', ' wants to use '),
      el('strong', {}, bdi(each.client_name)),
    ]),
    el(
      'ul',
      { class: 'facts told' },
      each.scopes.map((scope) => el('li', {}, scopeSentence(scope))),
    ),
    p(
      say(
        `来自 ${each.network}，${dayAndTime(each.asked_at)}`,
        `From ${each.network}, ${dayAndTime(each.asked_at)}`,
      ),
      { class: 'more' },
    ),
    el(
      'div',
      { class: 'choices pair' },
      action(say('允许', 'Allow'), decide(each.id, 'approve')),
      action(say('拒绝', 'Refuse'), decide(each.id, 'deny'), { class: 'second' }),
    ),
  ]);
  return section(say('孩子的请求', "Your child's requests"), rows, '');
}

/** The last few lines of the person's own log. */
async function lately(signal) {
  const { entries } = await get(`/holder/activity?limit=${LATELY}`, { signal });
  const rows = entries.map((entry) => [
    el('strong', {}, happened(entry.kind)),
    p([dayAndTime(entry.at), entry.platform ? [' · ', bdi(entry.platform)] : []], {
      class: 'more',
    }),
  ]);
  return [
    section(say('最近', 'Lately'), rows, say('还没有记录。', 'Nothing so far.')),
    p(link('#/activity', say('全部记录', 'All that happened')), { class: 'after' }),
  ];
}

function tiles() {
  const ways = [
    ['certificate', say('出示网证', 'Show my certificate')],
    ['platforms', say('我允许的平台', 'Platforms I allow')],
    ['devices', say('我的设备', 'My devices')],
    ['family', say('家人', 'Family')],
  ];
  return el(
    'nav',
    { class: 'tiles', 'aria-label': say('常用', 'Often used') },
    ways.map(([name, text]) => link(`#/${name}`, text)),
  );
}
