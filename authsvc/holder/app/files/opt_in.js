/**
 * Opting in, recovering and unfreezing: the same steps, as many as each needs. The view always shows
 * the step that the service says is next; back, forward, a second tab and a closed page change
 * nothing about that.
 */

import { abandon, begin, onStepElsewhere, progressOf, underWay } from '/app/enrollment.js';
import { action, alarm, el, heading, link, p } from '/app/dom.js';
import { go, show, showAgain } from '/app/router.js';
import { asProblem } from '/app/problem.js';
import { identitySteps } from '/app/identity_steps.js';
import { signInSteps } from '/app/sign_in_steps.js';
import { recall } from '/app/store.js';
import { say } from '/app/words.js';

const VIEWS = { enroll: 'opt-in', recover: 'recover', unfreeze: 'unfreeze' };
const FORMS = { ...identitySteps, ...signInSteps };

/** The view for one purpose. */
export function enrollmentView(purpose) {
  return async ({ signal }) => {
    const kept = await underWay();
    if (!kept) return (await isDoneElsewhere(purpose)) ?? beginning(purpose);
    if (kept.purpose !== purpose) return another(kept, purpose);
    onStepElsewhere(() => showAgain(), signal);
    let progress;
    try {
      progress = await progressOf(kept, signal);
    } catch (error) {
      const problem = asProblem(error);
      if (problem.code === 'app.unreached' || signal.aborted) throw error;
      return over(problem, purpose);
    }
    const step = await FORMS[progress.next_step]({ kept, progress, signal });
    return [overview(purpose, progress), step, secondGuardian(progress)];
  };
}

/** The first page of each purpose: what it is for, what is needed, how long it takes. */
function beginning(purpose) {
  const start = (text) =>
    action(
      text,
      async () => {
        await begin(purpose);
        await show();
      },
      { id: 'begin' },
    );
  return { enroll: beginEnroll, recover: beginRecover, unfreeze: beginUnfreeze }[purpose](start);
}

function beginEnroll(start) {
  return [
    heading(
      say('领取网号', 'Get your online number'),
      say(
        '大约三分钟。可以随时关闭，下次从同一步继续。',
        'About three minutes. Close it whenever you like; it goes on where you left off.',
      ),
    ),
    el('h2', {}, say('您需要', 'You need')),
    el(
      'ul',
      { class: 'facts told' },
      el('li', {}, say('您的居民身份证', 'your resident identity card')),
      el('li', {}, say('本人在场，以便核对照片', 'to be here yourself, for a picture')),
      el('li', {}, say('能接收短信的手机', 'a phone that receives text messages')),
    ),
    start(say('开始', 'Begin')),
    p(
      say(
        '自愿领取，随时可以退出。没有网号，平台的服务不会减少。',
        'It is your choice, and you can leave at any time. Without it, platforms serve you all the same.',
      ),
      { class: 'fine' },
    ),
    p(link('#/sign-in', say('已有网号？登录', 'Have one already? Sign in'))),
  ];
}

function beginRecover(start) {
  return [
    heading(
      say('恢复登录方式', 'Recover your access'),
      say(
        '再次出示证件并核对本人，然后设置新密码。',
        'Show your document and yourself again, then choose a new password.',
      ),
    ),
    el(
      'ul',
      { class: 'facts told' },
      el(
        'li',
        {},
        say(
          '为防止他人冒用，恢复需要等待一段时间',
          'It takes a while, so that nobody does it behind your back',
        ),
      ),
      el(
        'li',
        {},
        say(
          '您的手机和所有设备都会收到提醒，并可以中止',
          'Your phone and every device hear of it, and can stop it',
        ),
      ),
      el(
        'li',
        {},
        say(
          '完成后，旧的密码、通行密钥和设备都不再有效',
          'Then the old password, passkeys and devices no longer work',
        ),
      ),
      el(
        'li',
        {},
        say('网号和各平台的账号不变', 'Your number and your accounts at platforms stay'),
      ),
    ),
    start(say('开始恢复', 'Begin the recovery')),
  ];
}

function beginUnfreeze(start) {
  return [
    heading(
      say('解冻网号', 'Unfreeze your online number'),
      say(
        '再次出示证件并核对本人，网号即恢复使用。',
        'Show your document and yourself again, and the number works as before.',
      ),
    ),
    start(say('开始解冻', 'Begin')),
  ];
}

/** Another tab has finished it meanwhile: on to where it led. */
async function isDoneElsewhere(purpose) {
  if (purpose === 'unfreeze' || !(await recall('device'))) return null;
  return [
    heading(
      say('这台设备已有网证', 'This device has its certificate'),
      say(
        '不需要再次领取。换领了证件？在此出示，网号不变。',
        'There is nothing to apply for. Was your document replaced? Show the new one: the number stays.',
      ),
    ),
    purpose === 'recover'
      ? action(
          say('仍要恢复登录方式', 'Recover all the same'),
          async () => {
            await begin('recover');
            await show();
          },
          { class: 'second' },
        )
      : action(
          say('出示新证件', 'Show a new document'),
          async () => {
            await begin('enroll');
            await show();
          },
          { id: 'new-document', class: 'second' },
        ),
    p(link('#/home', say('打开我的网号', 'Open my online number'), { class: 'button' }), {
      class: 'after',
    }),
  ];
}

/** Something else was begun on this device: one at a time. */
function another(kept, purpose) {
  return [
    heading(
      say('还有一项未完成', 'Something else is not finished'),
      say('这台设备一次只能办理一项。', 'This device does one thing at a time.'),
    ),
    p(link(`#/${VIEWS[kept.purpose]}`, say('继续未完成的', 'Go on with it'), { class: 'button' })),
    action(
      say('放弃它，重新开始', 'Drop it and begin this'),
      async () => {
        await abandon();
        await begin(purpose);
        await show();
      },
      { class: 'second' },
    ),
  ];
}

/** It has ended: why, and where to go from here. */
function over(problem, purpose) {
  const ways = [];
  if (/already_enrolled/.test(problem.code)) {
    ways.push(
      link('#/sign-in', say('登录', 'Sign in')),
      link('#/recover', say('恢复登录方式', 'Recover access')),
    );
  }
  if (/frozen/.test(problem.code))
    ways.push(link('#/unfreeze', say('解冻网号', 'Unfreeze the number')));
  const forgetting = (node) => {
    node.addEventListener('click', (event) => {
      event.preventDefault();
      abandon().then(() => go(node.getAttribute('href').slice(2)));
    });
    return p(node);
  };
  return [
    heading(say('这次办理已结束', 'This application has ended')),
    alarm(problem),
    el('div', { class: 'after' }, ways.map(forgetting)),
    action(
      say('重新开始', 'Begin again'),
      async () => {
        await abandon();
        await go(VIEWS[purpose]);
      },
      { id: 'begin-again' },
    ),
  ];
}

/** A child may have two guardians: the other one, too, until the number is there. */
function secondGuardian({ guardian_code: code, next_step: step }) {
  if (!code || step === 'guardian') return null;
  return el(
    'details',
    {},
    el('summary', {}, say('还有一位监护人？', 'Is there another guardian?')),
    p(
      say(
        '请在完成之前，让另一位监护人在自己的应用中输入此码：家人 › 添加孩子。',
        'Let them enter this in their own app before you finish: Family, then Add a child.',
      ),
    ),
    p(code, { class: 'code', id: 'second-guardian-code' }),
  );
}

/** The steps, and which of them is now. */
function overview(purpose, progress) {
  const stages = stagesOf(purpose, progress);
  const now = stages.findIndex(([, steps]) => steps.includes(progress.next_step));
  const place = now < 0 ? stages.length : now;
  return el(
    'ol',
    { class: 'stages', 'aria-label': say('进度', 'Progress') },
    stages.map(([name], index) =>
      el(
        'li',
        {
          class: index < place ? 'past' : null,
          'aria-current': index === place ? 'step' : null,
        },
        el('span', {}, name),
        index < place ? el('span', { class: 'unseen' }, say('（已完成）', ' (done)')) : null,
      ),
    ),
  );
}

function stagesOf(purpose, progress) {
  const document = [say('证件', 'Document'), ['document']];
  const person = [say('本人', 'You'), ['holder-check']];
  const guardian = [say('监护人', 'Guardian'), ['guardian']];
  const phone = [say('手机', 'Phone'), ['phone', 'phone-confirmation']];
  const credentials = [say('登录', 'Sign-in'), ['credentials']];
  const number = [say('网号', 'Number'), ['certificate-request']];
  if (purpose === 'unfreeze') return [document, person];
  if (purpose === 'recover') return [document, person, credentials, number];
  if (progress.replacement) return [document, person, number];
  const guarded = progress.next_step === 'guardian' || progress.guardian_code;
  return [document, person, ...(guarded ? [guardian] : []), phone, credentials, number];
}
