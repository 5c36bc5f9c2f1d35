/**
 * Whether the number is frozen, as far as this device knows: it froze it, or was refused because it
 * is. Nobody is asked while a certificate is shown, as the service would learn of it.
 */

import { el, link, p } from '/app/dom.js';
import { forget, keep, recall } from '/app/store.js';
import { AT_COUNTER, discard } from '/app/wallet.js';
import { say } from '/app/words.js';

/** Remembers that it is frozen. What nobody could withdraw is thrown away. */
export async function noteFrozen() {
  await keep('frozen', true);
  await discard(AT_COUNTER);
}

/** Remembers that it is not, or no more. */
export async function noteInForce() {
  await forget('frozen');
}

/** Whether it is. */
export async function isFrozen() {
  return Boolean(await recall('frozen'));
}

/** A notice if it is frozen, for views that show certificates; null if not. */
export async function frozenNotice() {
  if (!(await isFrozen())) return null;
  return el(
    'div',
    { class: 'alarm', id: 'frozen', role: 'note' },
    p(el('strong', {}, say('您的网号已冻结', 'Your online number is frozen'))),
    p(
      say(
        '平台会在一分钟内得知，不会接受您的网证。解冻后，留在这里的网证照常可用。',
        'Platforms know within a minute, and take no certificate of yours. Once it is unfrozen, those that are here are good again.',
      ),
    ),
    p(link('/app/#/unfreeze', say('凭证件解冻', 'Unfreeze it with your document'))),
  );
}
