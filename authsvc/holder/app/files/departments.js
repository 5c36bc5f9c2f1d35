/** The departments: linking what each has on record of the person, and undoing that. */

import { get, post } from '/app/api.js';
import { action, tell, el, form, heading, p } from '/app/dom.js';
import { attributeName, departmentName } from '/app/department_words.js';
import { withProof } from '/app/proof.js';
import { say } from '/app/words.js';

/** The view. Whether a department knows the person, only the department can say. */
export async function departmentsView({ signal }) {
  const found = await get('/holder/departments', { signal });
  return [
    heading(
      say('部门', 'Departments'),
      say(
        '关联后，经您同意，平台可以请部门证明某一项信息。',
        'Once linked, a department can attest one thing or another to a platform, if you agree.',
      ),
    ),
    found.length
      ? found.map((each) => department(each.department, each.attributes))
      : p(say('没有接入任何部门。', 'No department is connected.'), { class: 'lead' }),
  ];
}

function department(name, attributes) {
  return el(
    'details',
    { id: `department-${name}` },
    el('summary', {}, departmentName(name)),
    el(
      'ul',
      {},
      attributes.map((each) => el('li', {}, attributeName(each.name))),
    ),
    form({
      id: `link-${name}`,
      fields: [
        {
          name: `code-${name}`,
          label: say('关联代码', 'Linking code'),
          hint: say(
            '部门或政务大厅给您的八个字母。',
            'Eight letters, from the department or from a service hall.',
          ),
          autocapitalize: 'characters',
          autocomplete: 'off',
        },
      ],
      submit: say('关联', 'Link'),
      send: async (values, node) => {
        const code = values[`code-${name}`];
        await withProof(() => post('/holder/departments/link', { department: name, code }));
        node.reset();
        tell(say('已关联', 'Linked'));
      },
    }),
    action(
      say('解除关联', 'Link no more'),
      async () => {
        await withProof(() => post('/holder/departments/unlink', { department: name }));
        tell(say('已解除关联', 'Linked no more'));
      },
      { class: 'second', id: `unlink-${name}` },
    ),
  );
}
