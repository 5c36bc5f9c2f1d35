/** The first page: to whom it belongs decides where it leads. */

import { get } from '/app/api.js';
import { underWay } from '/app/enrollment.js';
import { el, heading, link, p } from '/app/dom.js';
import { homeView } from '/app/home.js';
import { signInView } from '/app/sign_in.js';
import { recall } from '/app/store.js';
import { say } from '/app/words.js';

const VIEWS = { enroll: 'opt-in', recover: 'recover', unfreeze: 'unfreeze' };

/** Home for who is signed in; sign-in for a device with a key; else the invitation. */
export async function startView(context) {
  const [kept, device] = await Promise.all([underWay(), recall('device')]);
  if (kept) return invitation(kept);
  if (await isSignedIn()) return instead('home', homeView, context);
  return device ? instead('sign-in', signInView, context) : invitation(null);
}

/** The address of the view that is shown, without a step back to this one. */
function instead(name, view, context) {
  history.replaceState(null, '', `#/${name}`);
  return view(context);
}

async function isSignedIn() {
  try {
    await get('/holder');
    return true;
  } catch {
    return false;
  }
}

function invitation(kept) {
  return [
    heading(
      say(
        '证明您是真实的人，不必透露您是谁',
        'Prove that you are a real person, without saying who you are',
      ),
      say(
        '用身份证领取一次网号，之后可在各平台使用。',
        'Get an online number once, with your identity card. Use it at any platform.',
      ),
    ),
    el(
      'ul',
      { class: 'facts told' },
      el(
        'li',
        {},
        say(
          '平台得到的只有认证结果，没有姓名和证件号码',
          'Platforms get the result: no name, no identity number',
        ),
      ),
      el(
        'li',
        {},
        say(
          '每个平台看到的代号都不同，无法互相比对',
          'Each sees another pseudonym, so they cannot compare',
        ),
      ),
      el('li', {}, say('谁在什么时候用过，只有您自己看得到', 'Only you can see where it was used')),
      el('li', {}, say('自愿领取，随时退出', 'It is voluntary, and you can leave at any time')),
    ),
    kept
      ? p(
          link(`#/${VIEWS[kept.purpose]}`, say('继续上次的办理', 'Go on where you left off'), {
            class: 'button',
            id: 'go-on',
          }),
          { class: 'after' },
        )
      : p(
          link('#/opt-in', say('领取网号', 'Get your online number'), {
            class: 'button',
            id: 'opt-in',
          }),
          { class: 'after' },
        ),
    p(link('#/sign-in', say('已有网号，登录', 'I have one: sign in'), { class: 'button second' })),
  ];
}
