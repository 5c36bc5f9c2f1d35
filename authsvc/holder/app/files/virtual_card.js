/**
 * The sandbox makes artificial people with documents; nobody real is needed to try the service. The
 * card stays on this device, for whoever recovers, unfreezes or comes back needs the same one.
 */

import { post } from '/app/api.js';
import { action, el, form, p } from '/app/dom.js';
import { keepWith, take } from '/app/enrollment.js';
import { show } from '/app/router.js';
import { keep, recall } from '/app/store.js';
import { say } from '/app/words.js';

/** Whether this is a sandbox, where there are virtual cards and readable messages. */
export const sandbox = document.documentElement.dataset.mode === 'sandbox';

/** Virtual documents of one kind for the first document of an enrollment; nothing elsewhere. */
export async function virtualCard(kept, kind) {
  if (!sandbox) return null;
  const present = async (card) => {
    await keep('card', card);
    await showCard(kept, 'document', card);
  };
  const make = async (wishes) => present(await post('/sandbox/cards', { kind, ...wishes }));
  const own = await recall('card');
  const isOwn = own?.kind === kind;
  const another = isOwn
    ? say('使用另一张虚拟证件', 'Use another virtual card')
    : say('使用虚拟证件', 'Use a virtual card');
  return asker(
    isOwn
      ? action(say('使用我的虚拟证件', 'Use my virtual card'), () => present(own), {
          id: 'own-card',
        })
      : null,
    action(another, () => make({}), { id: 'virtual-card', class: isOwn ? 'second' : null }),
    childCard(make),
  );
}

/** A virtual document of the same person, to be joined with the one on this device. */
export async function virtualOther(kept, kind) {
  const own = sandbox && (await recall('card'));
  if (!own?.document_number) return null;
  const same = { kind: own.kind, document_number: own.document_number };
  return asker(
    action(
      say('使用本人的另一张虚拟证件', 'Use another virtual document of mine'),
      async () => {
        const card = await post('/sandbox/cards', { kind, same_person_as: same });
        await showCard(kept, 'other-document', card);
      },
      { id: 'virtual-other' },
    ),
  );
}

async function showCard(kept, step, card) {
  await keepWith(kept, { card });
  const { kind, chip, printed } = card;
  await take(kept, step, chip ? { kind, chip } : { kind, printed });
  await show();
}

function asker(...ways) {
  return el(
    'div',
    { class: 'asker' },
    p(
      say('这是测试环境：可以使用一张虚拟证件。', 'This is a sandbox: you may use a virtual card.'),
    ),
    ways,
  );
}

/** A card of a child, whose guardian is somebody who has a number in this sandbox. */
function childCard(make) {
  return el(
    'details',
    {},
    el('summary', {}, say('试用一张孩子的证件', "Try a child's card")),
    form({
      id: 'child-card',
      submit: say('使用孩子的证件', "Use the child's card"),
      fields: [
        { name: 'birth_date', label: say('出生日期', 'Date of birth'), type: 'date' },
        {
          name: 'guardian_sign_in_name',
          label: say('监护人的登录名', "The guardian's sign-in name"),
          autocapitalize: 'none',
          autocomplete: 'off',
        },
      ],
      send: make,
    }),
  );
}
