/**
 * At a counter: a code on the screen, new every 30 seconds, made on the device; no network is needed.
 * As `authsvc/verify/dynamic_qr.py` reads it.
 */

import { alarm, el, form, heading, link, p } from '/app/dom.js';
import { random } from '/app/jwt.js';
import { present } from '/app/presentation.js';
import { Problem, asProblem } from '/app/problem.js';
import { qrCode } from '/app/qr_code.js';
import { AT_COUNTER, claimsOf, take } from '/app/wallet.js';
import { claimSentence, isLine } from '/app/wallet_words.js';
import { say } from '/app/words.js';

const EVERY = 30_000;
const PREFIX = 'counter:';
const BORDER = 4;
const SVG = 'http://www.w3.org/2000/svg';

/** The view. */
export async function counterView({ signal }) {
  const claims = await claimsOf(AT_COUNTER);
  const title = heading(
    say('在柜台出示', 'Show at a counter'),
    say(
      '二维码每 30 秒更新，没有网络也能用，只对这一个用途有效。',
      'The code changes every 30 seconds, needs no network, and is good for this purpose alone.',
    ),
  );
  if (!claims) return [title, p(link('#/certificate', say('先领取', 'Fetch certificates first')))];
  const boxes = Object.entries(claims).map(([name, value]) => box(name, value));
  const place = el('div', { id: 'code-place' });
  return [
    title,
    el(
      'fieldset',
      { class: 'separate' },
      el('legend', {}, say('出示哪些内容', 'What to show')),
      boxes.map((each) => each.node),
    ),
    form({
      id: 'show-code',
      submit: say('显示二维码', 'Show the code'),
      fields: [
        {
          name: 'purpose',
          label: say('用途', 'What for'),
          hint: say('照柜台告示牌上的字填写。', 'As it stands on the sign at the counter.'),
          autocomplete: 'off',
          value: new URLSearchParams(location.hash.split('?')[1] ?? '').get('purpose'),
        },
      ],
      send: async ({ purpose }) => {
        const names = boxes.filter(({ input }) => input.checked).map(({ name }) => name);
        await draw(place, readable(purpose), names, signal);
      },
    }),
    place,
    p(link('/app/scan#/scan', say('扫描柜台的二维码', "Scan the counter's code")), {
      class: 'after',
    }),
  ];
}

function box(name, value) {
  const id = `show-${name}`;
  const input = el('input', { type: 'checkbox', id, name });
  const text = claimSentence(name, value).join(say('：', ': '));
  return { name, input, node: el('label', { class: 'tick', for: id }, input, el('span', {}, text)) };
}

/** The purpose as the counter has it (`audience_of`); a code of the counter's own says it, too. */
function readable(typed) {
  const purpose = typed.trim().replace(new RegExp(`^${PREFIX}`), '');
  if (isLine(purpose)) return purpose;
  throw new Problem({
    zh: ['用途不可用', '请用一行不超过 120 字的文字'],
    en: ['The purpose cannot be used', 'Use one line of at most 120 characters'],
    code: 'app.purpose_refused',
    field: 'purpose',
  });
}

let drawing;

/** One certificate for as long as this purpose stands on the screen; a proof for each code. */
async function draw(place, purpose, names, signal) {
  const certificate = await take(AT_COUNTER);
  if (!certificate) {
    throw new Problem({
      zh: ['网证已用完', '联网后请领取新的一次性网证'],
      en: ['The certificates are used up', 'Fetch new ones when you have network'],
      code: 'app.wallet_empty',
    });
  }
  clearInterval(drawing);
  const next = async () => {
    const about = { audience: PREFIX + purpose, nonce: random(16) };
    const text = await present(certificate, names, about);
    place.replaceChildren(picture(qrCode(text)), p(purpose, { class: 'lead' }));
  };
  await next();
  const mine = setInterval(() => next().catch(stop), EVERY);
  drawing = mine;
  const stop = (error) => {
    clearInterval(mine);
    place.replaceChildren(alarm(asProblem(error)));
  };
  signal.addEventListener('abort', () => clearInterval(mine));
}

/** Dark on white in any colour scheme: a camera looks at it. */
function picture(rows) {
  const size = rows.length + 2 * BORDER;
  const svg = shape('svg', {
    viewBox: `0 0 ${size} ${size}`,
    role: 'img',
    id: 'dynamic-code',
    class: 'dynamic-code',
    'shape-rendering': 'crispEdges',
    'aria-label': say('供柜台扫描的二维码', 'The code for the counter to scan'),
  });
  const strokes = rows.flatMap((row, down) =>
    row.map((isDark, right) => (isDark ? `M${right + BORDER} ${down + BORDER}h1v1h-1z` : '')),
  );
  svg.append(
    shape('rect', { width: size, height: size, fill: '#fff' }),
    shape('path', { d: strokes.join(''), fill: '#000' }),
  );
  return svg;
}

function shape(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}
