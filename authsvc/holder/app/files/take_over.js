/**
 * Going on with what a counter began (docs/counter.md): the link on its screen, opened on one's own
 * phone. Nothing happens until the person says so: a link may come from anybody.
 */

import { action, el, heading, link, p } from '/app/dom.js';
import { takeOver, underWay } from '/app/enrollment.js';
import { go } from '/app/router.js';
import { say } from '/app/words.js';

// As the service makes them: 128 and 256 bits in base64url. What stands in a link becomes part of an
// address, and this browser may be signed in.
const ID = /^[\w-]{22}$/;
const TOKEN = /^[\w-]{43}$/;

/** Asks whether the person stands at a counter, and goes on with their enrollment. */
export async function takeOverView() {
  const asked = new URLSearchParams(location.hash.split('?')[1] ?? '');
  const [id, token] = ['enrollment', 'token'].map((name) => asked.get(name));
  const kept = await underWay();
  if (!ID.test(id ?? '') || !TOKEN.test(token ?? ''))
    return nothing(say('这不是窗口的链接', 'This is not a link of a counter'));
  if (kept && kept.id !== id)
    return nothing(say('本设备上已有未完成的办理', 'Something else is under way on this device'));
  return [
    heading(
      say('在您的手机上继续', 'Go on with your own phone'),
      say(
        '窗口人员已核对您的证件和本人。接下来的手机号、用户名和密码只在本机填写，窗口看不到。',
        'The counter has seen your document and you. Phone number, name and password are given here alone; the counter does not see them.',
      ),
    ),
    el(
      'p',
      { class: 'notice' },
      say(
        '仅当您此刻正在窗口办理时才继续。如果链接是别人发给您的，请关闭本页。',
        'Go on only if you are at a counter just now. If somebody sent you this link, close this page.',
      ),
    ),
    action(
      say('继续', 'Go on'),
      async () => {
        await takeOver(id, token);
        // The token in the address is dead, and is not left there.
        history.replaceState(null, '', '#/');
        await go('opt-in');
      },
      { id: 'take-over' },
    ),
  ];
}

function nothing(why) {
  return [
    heading(why),
    p(say('请在窗口重新扫描，或返回首页。', 'Scan it again at the counter, or go back.')),
    p(link('#/', say('返回', 'Back'))),
  ];
}
