/** The number is there: it is shown, the device signs in by its new key, and more ways are offered. */

import { post } from '/app/api.js';
import { action, announce, el, form, heading, later, link, p } from '/app/dom.js';
import { addPasskey, passkeysKnown } from '/app/passkeys.js';
import { readCertificate } from '/app/certificate_reader.js';
import { signInByDeviceKey } from '/app/sign_in.js';
import { go } from '/app/router.js';
import { keep, recall } from '/app/store.js';
import { totpOffer } from '/app/totp.js';
import { day, say } from '/app/words.js';

let issued = null;

/** Keeps the answer for the view, which shows it once, and goes there. */
export async function celebrate(completed) {
  issued = completed;
  await go('welcome');
}

/** The view. Opened again later it says no number: that is shown on demand, at home. */
export async function welcomeView() {
  const device = await recall('device');
  if (!device)
    return [
      heading(say('还没有网号', 'No online number yet')),
      p(link('#/opt-in', say('现在领取', 'Get one'))),
    ];
  const { notAfter } = readCertificate(device.certificate);
  return [
    heading(say('您的网号已领取', 'You have your online number')),
    el(
      'div',
      { class: 'credential' },
      p(say('网号', 'Online number'), { class: 'what' }),
      p(issued?.online_number ?? device.masked, { class: 'number', id: 'online-number' }),
      p(say(`网证有效期至 ${day(notAfter)}`, `Certificate valid until ${day(notAfter)}`), {
        class: 'until',
      }),
    ),
    p(
      say(
        '平台看不到这个号码：每个平台只得到一个专用的代号。',
        'No platform sees this number: each gets a pseudonym of its own.',
      ),
      { class: 'lead' },
    ),
    later(() => signedIn(device)),
    p(
      link('#/home', say('完成，打开首页', 'Done: go to my page'), {
        class: 'button',
        id: 'go-home',
      }),
      { class: 'after' },
    ),
  ];
}

async function signedIn(device) {
  const answer = await signInByDeviceKey(device);
  if (answer.outcome !== 'signed_in')
    return p(link('#/sign-in', say('登录后继续设置', 'Sign in to set up more')));
  announce(say('已用这台设备的密钥登录', "Signed in with this device's key"));
  return [
    el('h2', {}, say('让登录更安全（可选）', 'Safer still (if you like)')),
    passkeysKnown() ? passkeyOffer() : null,
    disclosure(
      say('动态口令', 'One-time codes'),
      say(
        '用验证器应用生成六位数字，短信收不到时也能登录。',
        'Six digits from an authenticator app: they work where messages do not.',
      ),
      totpOffer(),
    ),
    disclosure(say('给这台设备起个名字', 'Name this device'), null, nameForm(device)),
  ];
}

function passkeyOffer() {
  const place = action(
    say('创建通行密钥', 'Make a passkey'),
    async () => {
      await addPasskey(say('我的设备', 'My device'));
      place.replaceChildren(p(say('通行密钥已创建。', 'The passkey is made.'), { class: 'done' }));
      announce(say('通行密钥已创建', 'The passkey is made'));
    },
    { class: 'second', id: 'make-passkey' },
  );
  return disclosure(
    say('通行密钥', 'Passkey'),
    say(
      '用指纹、面容或锁屏密码登录，无法被钓鱼网站骗走。',
      'Sign in with a finger, a face or the screen lock. No false site can steal it.',
    ),
    place,
  );
}

function nameForm(device) {
  const place = el('div');
  place.append(
    form({
      submit: say('保存名称', 'Save the name'),
      fields: [
        {
          name: 'name',
          label: say('设备名称', 'Name of the device'),
          maxlength: '40',
          value: device.name,
        },
      ],
      send: async ({ name }) => {
        const { serial } = readCertificate(device.certificate);
        await post('/holder/devices/name', { serial, name });
        await keep('device', { ...device, name });
        place.replaceChildren(p(say('已保存。', 'Saved.'), { class: 'done' }));
        announce(say('已保存', 'Saved'));
      },
    }),
  );
  return place;
}

function disclosure(title, text, content) {
  return el(
    'details',
    { class: 'offer' },
    el('summary', {}, title),
    text ? p(text, { class: 'lead' }) : null,
    content,
  );
}
