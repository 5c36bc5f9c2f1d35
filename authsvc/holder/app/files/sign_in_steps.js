/** The steps that make ways to sign in: the phone, a name and a password, this device's key. */

import { get, presentMoment } from '/app/api.js';
import { action, el, form, heading, link, p } from '/app/dom.js';
import { abandon, complete, take } from '/app/enrollment.js';
import { Problem } from '/app/problem.js';
import { sandbox } from '/app/virtual_card.js';
import { celebrate } from '/app/opted_in.js';
import { show, showAgain } from '/app/router.js';
import { keepWith } from '/app/enrollment.js';
import { noteInForce } from '/app/standing.js';
import { strengthMeter } from '/app/strength.js';
import { dayAndTime, say, span } from '/app/words.js';

export const signInSteps = {
  phone: phoneStep,
  'phone-confirmation': confirmationStep,
  credentials: credentialsStep,
  'certificate-request': numberStep,
  completed: completedStep,
};

function phoneStep({ kept }) {
  return [
    heading(
      say('您的手机号', 'Your phone'),
      say(
        '用于接收验证码和安全提醒，不会告诉任何平台。',
        'For codes and alerts. No platform is ever told.',
      ),
    ),
    form({
      id: 'send-code',
      submit: say('发送验证码', 'Send a code'),
      fields: [phoneField(kept.phone ?? kept.card?.phone)],
      send: async ({ phone }) => {
        await keepWith(kept, { phone });
        await take(kept, 'phone', { phone: bare(phone) });
        await show();
      },
    }),
  ];
}

function phoneField(value) {
  return {
    name: 'phone',
    label: say('手机号', 'Phone number'),
    hint: say(
      '其他地区的号码请加国家代码，例如 +852。',
      'From elsewhere: with the country code, such as +44.',
    ),
    type: 'tel',
    autocomplete: 'tel',
    value,
  };
}

function confirmationStep({ kept }) {
  const entry = form({
    id: 'confirm-phone',
    submit: say('确认', 'Confirm'),
    fields: [
      {
        name: 'code',
        label: say('短信验证码', 'Code from the message'),
        hint: kept.phone ? say(`已发送到 ${kept.phone}`, `Sent to ${kept.phone}`) : null,
        inputmode: 'numeric',
        autocomplete: 'one-time-code',
        maxlength: '12',
        class: 'code-input',
      },
    ],
    send: async ({ code }) => {
      await take(kept, 'phone-confirmation', { code: code.normalize('NFKC').replace(/\s/g, '') });
      await show();
    },
  });
  return [
    heading(
      say('输入验证码', 'Enter the code'),
      say('六位数字，十分钟内有效。', 'Six digits, good for ten minutes.'),
    ),
    sandbox && kept.phone ? outbox(kept.phone, entry) : null,
    entry,
    el(
      'details',
      {},
      el('summary', {}, say('没有收到？', 'No message?')),
      p(
        say(
          '一分钟后可以重新发送，也可以换一个号码。',
          'After a minute it can be sent again, also to another number.',
        ),
      ),
      form({
        submit: say('重新发送', 'Send again'),
        fields: [phoneField(kept.phone)],
        send: async ({ phone }) => {
          await keepWith(kept, { phone });
          await take(kept, 'phone', { phone: bare(phone) });
          await showAgain();
        },
      }),
    ),
  ];
}

/** The sandbox sends no messages: they wait in an outbox that anybody can read. */
function outbox(phone, entry) {
  return action(
    say('读取测试短信', 'Read the test message'),
    async () => {
      const { messages } = await get(`/sandbox/outbox?phone=${encodeURIComponent(bare(phone))}`);
      const code = messages
        .map((each) => /\d{6}/.exec(each.text)?.[0])
        .filter(Boolean)
        .pop();
      if (!code) throw noMessage();
      const input = entry.querySelector('input');
      input.value = code;
      input.focus();
    },
    { id: 'read-message', class: 'second' },
  );
}

function credentialsStep({ kept, progress }) {
  const meter = strengthMeter();
  const whole = form({
    id: 'choose-credentials',
    submit: say('继续', 'Continue'),
    fields: [
      {
        name: 'sign_in_name',
        label: say('登录名', 'Sign-in name'),
        hint: say('自己取一个，不必是真名。', 'Anything you like; it need not be your name.'),
        autocomplete: 'username',
        autocapitalize: 'none',
        spellcheck: 'false',
      },
      {
        name: 'password',
        label: say('密码', 'Password'),
        type: 'password',
        autocomplete: 'new-password',
        hint: say('几个不相干的词连起来就很好。', 'A few unrelated words make a good one.'),
        note: meter.node,
      },
    ],
    send: async (values) => {
      await take(kept, 'credentials', values);
      await show();
    },
  });
  meter.watch(whole.elements.password, whole.elements.sign_in_name);
  return [
    heading(
      progress.purpose === 'recover'
        ? say('新的登录名和密码', 'A new name and password')
        : say('登录名和密码', 'Name and password'),
      say('在别的设备上登录时使用。', 'For signing in on other devices.'),
    ),
    whole,
  ];
}

function numberStep({ kept, progress }) {
  if (progress.ready_at && new Date(progress.ready_at) > presentMoment()) return waitStep(progress);
  return [
    heading(
      say('最后一步', 'The last step'),
      say(
        '这台设备会生成一把密钥，私钥永远不离开设备。',
        'This device makes a key. Its secret half never leaves the device.',
      ),
    ),
    action(
      progress.purpose === 'recover'
        ? say('完成恢复', 'Finish the recovery')
        : say('生成密钥并领取网号', 'Make the key and get my number'),
      async () => celebrate(await complete(kept)),
      { id: 'get-number' },
    ),
  ];
}

/** A recovery waits, so that whoever it concerns can stop it. */
function waitStep(progress) {
  const seconds = (new Date(progress.ready_at) - presentMoment()) / 1000;
  return [
    heading(
      say('请等待', 'Please wait'),
      say(`还需约 ${span(seconds)}。`, `About ${span(seconds)} to go.`),
    ),
    p(
      say(
        '您的手机和设备已收到提醒。如果不是您本人，任何一台设备都可以中止。',
        'Your phone and your devices have been told. Any of them can stop this.',
      ),
    ),
    p(
      say(
        `${dayAndTime(progress.ready_at)} 之后回到这里，即可完成。现在可以关闭本页。`,
        `Come back after ${dayAndTime(progress.ready_at)} and finish. You may close this page now.`,
      ),
    ),
    action(say('看看是否可以了', 'Look again'), () => show(), { class: 'second' }),
  ];
}

/** It was completed, though not by this page: by another tab, or without a certificate. */
async function completedStep({ kept }) {
  if (kept.purpose === 'unfreeze') await noteInForce();
  const [title, lead] = {
    unfreeze: [
      say('网号已解冻', 'Your online number works again'),
      say('各平台可以照常使用。', 'Platforms are as they were.'),
    ],
    join: [
      say('两个证件已合并', 'Both documents are joined'),
      say(
        '以后出示任何一个，都是同一个网号。',
        'Whichever you show from now on, it is one online number.',
      ),
    ],
  }[kept.purpose] ?? [say('已经办好', 'All done'), null];
  return [
    heading(title, lead),
    p(link('#/sign-in', say('去登录', 'Sign in'), { class: 'button', onclick: () => abandon() })),
  ];
}

function bare(phone) {
  return phone.normalize('NFKC').replace(/[\s().-]/g, '');
}

function noMessage() {
  return new Problem({
    zh: ['还没有短信', '请稍等几秒再点一次'],
    en: ['There is no message yet', 'Wait a few seconds and press again'],
    code: 'app.no_message',
  });
}
