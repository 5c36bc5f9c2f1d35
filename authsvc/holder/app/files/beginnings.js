/** The first page of each thing that is done with a document. */

import { action, el, heading, link, p } from '/app/dom.js';
import { begin } from '/app/enrollment.js';
import { show } from '/app/router.js';
import { say } from '/app/words.js';

/** The first page of each purpose: what it is for, what is needed, how long it takes. */
export function beginning(purpose) {
  const start = (text) =>
    action(
      text,
      async () => {
        await begin(purpose);
        await show();
      },
      { id: 'begin' },
    );
  return {
    enroll: beginEnroll,
    recover: beginRecover,
    unfreeze: beginUnfreeze,
    join: beginJoin,
  }[purpose](start);
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
      el('li', {}, say('您的证件', 'your identity document')),
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

function beginJoin(start) {
  return [
    heading(
      say('合并两个证件', 'Join two documents'),
      say(
        '登记机关已将两个证件登记为您本人时，可把它们归到一个网号。',
        'If the authority has registered two documents as yours, they can have one online number.',
      ),
    ),
    el(
      'ul',
      { class: 'facts told' },
      el(
        'li',
        {},
        say(
          '两个证件都要出示，并两次核对本人',
          'You show both, and yourself each time',
        ),
      ),
      el(
        'li',
        {},
        say(
          '先出示的证件，其网号和各平台的账号不变',
          'The number of the document shown first stays, with its accounts at platforms',
        ),
      ),
      el(
        'li',
        {},
        say(
          '后出示的证件如另有网号，那个网号终止，其各平台的账号不能转移',
          'If the other one has a number, that ends, and its accounts at platforms are not moved',
        ),
      ),
    ),
    start(say('开始', 'Begin')),
    p(link('#/home', say('返回', 'Back')), { class: 'after' }),
  ];
}
