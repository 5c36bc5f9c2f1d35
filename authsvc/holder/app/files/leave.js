/** Rights: a copy of everything, freezing, and leaving for good. */

import { download, get, post } from '/app/api.js';
import { action, tell, el, form, handOver, heading, link, mark, p } from '/app/dom.js';
import { withProof } from '/app/proof.js';
import { noteFrozen } from '/app/standing.js';
import { forgetEverything, keep, recall } from '/app/store.js';
import { say } from '/app/words.js';

/** The view. */
export async function leaveView({ signal }) {
  await get('/holder', { signal });
  return [
    heading(say('我的权利', 'My rights')),
    el(
      'section',
      {},
      el('h2', {}, say('导出', 'A copy of everything')),
      p(
        say(
          '服务所保存的关于您的一切，一个 JSON 文件。',
          'All that the service holds about you, in one JSON file.',
        ),
        { class: 'lead' },
      ),
      exportAction(),
    ),
    el(
      'section',
      {},
      el('h2', {}, say('冻结', 'Freeze')),
      p(
        say(
          '立即生效：任何人都不能再用您的网号登录，包括您自己。凭证件可以随时解冻。',
          'At once: nobody can use your number, you included. Unfreeze it at any time with your document.',
        ),
        { class: 'lead' },
      ),
      action(say('立即冻结', 'Freeze it now'), freeze, { class: 'danger', id: 'freeze' }),
    ),
    el('section', {}, el('h2', {}, say('退出', 'Leave for good')), optOut()),
  ];
}

function exportAction() {
  return action(
    say('导出我的资料', 'Export my data'),
    async () => {
      const { blob, name } = await withProof(() =>
        download('/holder/export', 'online-number.json'),
      );
      handOver(blob, name);
      tell(say('已导出', 'Exported'));
    },
    { class: 'second', id: 'export' },
  );
}

async function freeze() {
  await withProof(() => post('/holder/freeze'));
  await noteFrozen();
  replace(
    heading(
      say('网号已冻结', 'Your online number is frozen'),
      say(
        '您已在所有地方退出登录，平台不再接受您的网证。平台上的账号还在。',
        'You are signed out everywhere, and platforms take no certificate of yours. Your accounts there stay.',
      ),
    ),
    p(link('#/unfreeze', say('解冻', 'Unfreeze'), { class: 'button' })),
  );
}

/** The word is typed, so that nobody leaves by a slip of the finger. */
function optOut() {
  const word = say('退出', 'leave');
  return [
    el(
      'ul',
      { class: 'facts kept' },
      el(
        'li',
        {},
        say(
          '您的资料会被删除，网证立即失效',
          'What is held about you is erased; your certificates end at once',
        ),
      ),
      el(
        'li',
        {},
        say(
          '您的平台账号不受影响，平台会得知网号不再有效',
          'Your accounts at platforms stay; platforms that asked are told that the number has ended',
        ),
      ),
      el(
        'li',
        {},
        say(
          '以后可以重新领取，各平台的代号不变',
          'You may come back; each platform then knows you by the same pseudonym',
        ),
      ),
    ),
    form({
      id: 'opt-out',
      mood: 'danger',
      submit: say('退出网号服务', 'Leave the service'),
      fields: [
        {
          name: 'confirmation',
          label: say(`请输入“${word}”以确认`, `Type “${word}” to confirm`),
          autocomplete: 'off',
          autocapitalize: 'none',
        },
      ],
      send: async ({ confirmation }, node) => {
        if (confirmation.trim().toLowerCase() !== word) {
          mark(
            node.elements.confirmation,
            say(`请输入“${word}”两个字`, `Please type the word “${word}”`),
          );
          return;
        }
        const left = await withProof(() => post('/holder/opt-out'));
        const card = await recall('card');
        await forgetEverything();
        // A virtual card is like a real one: it outlives the number.
        if (card) await keep('card', card);
        farewell(left?.receipt ?? null);
      },
    }),
  ];
}

function farewell(receipt) {
  const save = () =>
    handOver(new Blob([receipt], { type: 'application/jose' }), 'opt-out-receipt.jws');
  replace(
    heading(
      say('您已退出', 'You have left'),
      say(
        '这台设备上的密钥和网证也已删除。',
        'The key and the certificate on this device are gone, too.',
      ),
    ),
    receipt
      ? [
          p(
            say(
              '这份回执由服务签名，证明您的资料已删除。它不含您的任何信息。',
              'This receipt is signed by the service and proves that your data was erased. It says nothing about you.',
            ),
          ),
          action(say('保存回执', 'Save the receipt'), save, { id: 'save-receipt' }),
        ]
      : null,
    p(link('#/', say('回到首页', 'Go to the first page'))),
  );
}

/** Shows an end in place of the view: the session is over, so that nothing can be loaded anew. */
function replace(...nodes) {
  document.getElementById('view').replaceChildren(...nodes.flat(Infinity).filter(Boolean));
  document.querySelector('#view h1').focus();
}
