/** Where everything else is found. */

import { get } from '/app/api.js';
import { action, el, heading, link } from '/app/dom.js';
import { signOut } from '/app/sign_in.js';
import { say } from '/app/words.js';

/** The view. */
export async function settingsView({ signal }) {
  await get('/holder', { signal });
  const ways = [
    ['devices', say('我的设备', 'My devices'), say('添加、改名、移除', 'Add, rename, remove')],
    [
      'move',
      say('换新手机', 'Move to a new phone'),
      say('把网证带到新手机', 'Take your certificate along'),
    ],
    [
      'security',
      say('登录与安全', 'Sign-in and security'),
      say('通行密钥、动态口令', 'Passkeys, one-time codes'),
    ],
    [
      'departments',
      say('部门', 'Departments'),
      say('关联户籍、社保等记录', 'Link residence, insurance and other records'),
    ],
    ['family', say('家人', 'Family'), say('孩子、监护人、协助人', 'Children, guardians, helpers')],
    ['leave', say('我的权利', 'My rights'), say('导出、冻结、退出', 'Export, freeze, leave')],
  ];
  return [
    heading(say('设置', 'Settings')),
    el(
      'ul',
      { class: 'rows menu' },
      ways.map(([name, title, text]) =>
        el(
          'li',
          {},
          link(`#/${name}`, [el('strong', {}, title), el('span', { class: 'more' }, text)]),
        ),
      ),
    ),
    action(say('退出登录', 'Sign out'), () => signOut(), { class: 'second', id: 'sign-out' }),
  ];
}
