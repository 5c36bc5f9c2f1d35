/** Turning one-time codes on: a QR code and a secret, the first code, then the recovery codes. */

import { clockError, post } from '/app/api.js';
import { action, announce, el, form, handOver, p } from '/app/dom.js';
import { withProof } from '/app/proof.js';
import { say, span } from '/app/words.js';

/** The offer: a button, then the steps in its place. */
export function totpOffer() {
  const place = el('div');
  place.append(
    action(
      say('开启动态口令', 'Turn on one-time codes'),
      async () => {
        const pending = await withProof(() => post('/authentication/totp'));
        place.replaceChildren(...confirmation(pending, place));
        place.querySelector('input').focus();
      },
      { class: 'second', id: 'turn-totp-on' },
    ),
  );
  return place;
}

function confirmation(pending, place) {
  return [
    clockError() ? p(clockWarning(), { class: 'notice', role: 'note' }) : null,
    p(
      say(
        '用验证器应用扫描，或手动输入密钥。',
        'Scan this with an authenticator app, or type the secret in.',
      ),
    ),
    el(
      'p',
      { class: 'qr' },
      el('img', {
        src: pending.qr,
        alt: say('动态口令的二维码', 'QR code for the authenticator app'),
        width: '220',
        height: '220',
      }),
    ),
    p(el('code', { id: 'totp-secret' }, pending.secret.replace(/(.{4})/g, '$1 ').trim()), {
      class: 'secret',
    }),
    form({
      id: 'confirm-totp',
      submit: say('确认', 'Confirm'),
      fields: [
        {
          name: 'code',
          label: say('应用显示的六位数字', 'The six digits that the app shows'),
          inputmode: 'numeric',
          autocomplete: 'one-time-code',
          class: 'code-input',
        },
      ],
      send: async ({ code }) => {
        const { recovery_codes: codes } = await post('/authentication/totp/confirmation', { code });
        place.replaceChildren(...recoveryCodes(codes));
        place.querySelector('h3').focus();
        announce(say('动态口令已开启', 'One-time codes are on'));
      },
    }),
  ].filter(Boolean);
}

function recoveryCodes(codes) {
  const save = () => {
    const title = say('网号恢复码（每个只能用一次）', 'Recovery codes (each works once)');
    handOver(
      new Blob([`${title}\n\n${codes.join('\n')}\n`], { type: 'text/plain' }),
      'recovery-codes.txt',
    );
  };
  return [
    el('h3', { tabindex: '-1' }, say('动态口令已开启', 'One-time codes are on')),
    p(
      say(
        '请保存这些恢复码，手机丢失时使用。它们只显示这一次。',
        'Keep these recovery codes for the day your phone is lost. They are shown only now.',
      ),
    ),
    el(
      'ul',
      { class: 'codes', id: 'recovery-codes' },
      codes.map((code) => el('li', {}, el('code', {}, code))),
    ),
    action(say('保存为文件', 'Save as a file'), save, { class: 'second' }),
  ];
}

/** A wrong clock makes every code wrong; whoever sets codes up should know. */
export function clockWarning() {
  const wrong = span(Math.abs(clockError()));
  return say(
    `这台设备的时钟相差约 ${wrong}，动态口令会不正确。请在系统设置中打开“自动设置时间”。`,
    `This device's clock is off by about ${wrong}, so that one-time codes will be wrong. Turn on automatic time in its settings.`,
  );
}
