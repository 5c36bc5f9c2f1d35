/** Moving to a new phone: sign in there, add it, and take the old one off. */

import { get } from '/app/api.js';
import { readCertificate } from '/app/certificate_reader.js';
import { addThisDevice } from '/app/devices.js';
import { el, heading, link, p } from '/app/dom.js';
import { recall } from '/app/store.js';
import { say } from '/app/words.js';

/** The view: on a device without a certificate it adds one; elsewhere it says what to do. */
export async function moveView({ signal }) {
  const [overview, device] = await Promise.all([get('/holder', { signal }), recall('device')]);
  const serial = device ? readCertificate(device.certificate).serial : null;
  const isHere = overview.certificates.some(
    (each) => each.serial === serial && each.status !== 'revoked',
  );
  return isHere ? here() : fresh();
}

function here() {
  return [
    heading(
      say('换新手机', 'Move to a new phone'),
      say(
        '密钥不能复制，所以新手机会有自己的密钥。',
        'Keys cannot be copied, so the new phone gets a key of its own.',
      ),
    ),
    el(
      'ol',
      { class: 'plan' },
      el(
        'li',
        {},
        say(`在新手机上打开 ${location.host}/app`, `On the new phone, open ${location.host}/app`),
      ),
      el(
        'li',
        {},
        say(
          '用通行密钥，或密码加动态口令登录',
          'Sign in with a passkey, or with your password and a one-time code',
        ),
      ),
      el(
        'li',
        {},
        say('在“换新手机”中添加那台手机', 'Choose “Move to a new phone” there, and add it'),
      ),
      el('li', {}, [
        say('最后移除旧手机：', 'Then remove the old phone: '),
        link('#/devices', say('我的设备', 'My devices')),
      ]),
    ),
    p(
      say(
        '旧手机不在身边也没关系：在新手机上就可以移除它。',
        'The old phone is not at hand? Remove it from the new one.',
      ),
      { class: 'fine' },
    ),
  ];
}

function fresh() {
  return [
    heading(
      say('添加这台设备', 'Add this device'),
      say(
        '这台设备会生成自己的密钥，并得到自己的网证。',
        'It makes a key of its own, and gets a certificate of its own.',
      ),
    ),
    addThisDevice(),
    p(
      [
        say('添加之后，可以移除旧设备：', 'Afterwards you can remove the old one: '),
        link('#/devices', say('我的设备', 'My devices')),
      ],
      { class: 'fine' },
    ),
  ];
}
