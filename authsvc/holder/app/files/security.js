/** The ways to sign in: passkeys, one-time codes, the phone, and how strong this sign-in is. */

import { get } from '/app/api.js';
import { action, tell, bdi, el, form, heading, later, p, section, terms } from '/app/dom.js';
import { addPasskey, listPasskeys, passkeysKnown, removePasskey } from '/app/passkeys.js';
import { phonePart } from '/app/phone.js';
import { withProof } from '/app/proof.js';
import { show } from '/app/router.js';
import { totpOffer } from '/app/totp.js';
import { strength } from '/app/vocabulary.js';
import { day, say } from '/app/words.js';

/** The view. */
export async function securityView({ signal }) {
  const { acr, second_factors: factors } = await get('/holder', { signal });
  const hasCodes = factors.includes('otp');
  return [
    heading(say('登录与安全', 'Sign-in and security')),
    terms([[say('本次登录', 'This sign-in'), strength(acr)]]),
    later(passkeys),
    passkeysKnown()
      ? newPasskey()
      : p(say('这个浏览器不支持通行密钥。', 'This browser does not know passkeys.'), {
          class: 'lead',
        }),
    el('h2', {}, say('动态口令', 'One-time codes')),
    p(
      el(
        'span',
        { class: `state ${hasCodes ? 'good' : 'wait'}`, id: 'totp-state' },
        hasCodes ? say('已开启', 'On') : say('未开启', 'Off'),
      ),
    ),
    p(
      say(
        '由验证器应用显示。换手机时再开启一次，旧的随即失效。',
        'Shown by an authenticator app. Turn them on again on a new phone: the old ones stop.',
      ),
      { class: 'lead' },
    ),
    totpOffer(),
    later(phonePart),
  ];
}

async function passkeys() {
  const found = await listPasskeys();
  const rows = found.map((each) => [
    p(el('strong', {}, bdi(each.name))),
    p(
      [
        say(`添加于 ${day(each.added_at)}`, `Added ${day(each.added_at)}`),
        each.last_used_at
          ? say(`，上次使用 ${day(each.last_used_at)}`, `, last used ${day(each.last_used_at)}`)
          : '',
      ],
      { class: 'more' },
    ),
    action(
      say('移除', 'Remove'),
      async () => {
        await withProof(() => removePasskey(each.id));
        await show();
        tell(say('通行密钥已移除', 'The passkey was removed'));
      },
      { class: 'second danger' },
    ),
  ]);
  return section(say('通行密钥', 'Passkeys'), rows, say('还没有通行密钥。', 'No passkeys so far.'));
}

function newPasskey() {
  return form({
    id: 'add-passkey',
    submit: say('创建通行密钥', 'Make a passkey'),
    fields: [
      {
        name: 'name',
        label: say('新通行密钥的名称', 'Name of the new passkey'),
        maxlength: '40',
        value: say('我的设备', 'My device'),
      },
    ],
    send: async ({ name }) => {
      await withProof(() => addPasskey(name));
      await show();
      tell(say('通行密钥已创建', 'The passkey is made'));
    },
  });
}
