/** The documents on file, and the application for the next one before an end. */

import { post } from '/app/api.js';
import { action, el, link, p, tell, terms } from '/app/dom.js';
import { withProof } from '/app/proof.js';
import { documentName, documentState } from '/app/vocabulary.js';
import { day, say } from '/app/words.js';

/** The documents on file: what they are and whether they are good, and nothing else of them. */
export function documents(overview) {
  const ending = overview.documents.find((each) => each.ends_on && each.state === 'valid');
  return el(
    'div',
    {},
    terms([
      ...overview.documents.map((each) => [documentName(each.kind), documentState(each.state)]),
      [say('领取日期', 'Issued on'), day(overview.enrolled_at)],
    ]),
    ending ? renewal(ending) : null,
    p(link('#/opt-in', say('出示新证件', 'Show a new document'), { id: 'to-new-document' })),
  );
}

/** A document that ends soon, and the button that asks the register for the next one. */
function renewal(document) {
  return el(
    'section',
    { 'aria-labelledby': 'ends-soon' },
    el('h2', { id: 'ends-soon' }, say('证件即将到期', 'Your document ends soon')),
    p(
      say(
        `您的证件有效期至 ${day(document.ends_on)}。领到新证件后，请在此出示。`,
        `Your document is good until ${day(document.ends_on)}. Show the new one here when you have it.`,
      ),
    ),
    action(
      say('申请换领', 'Apply for a new one'),
      async () => {
        await withProof(() => post('/holder/documents/renewal', {}));
        tell(say('已提交换领申请', 'You have applied for a new document'));
      },
      { id: 'renew-document' },
    ),
  );
}
