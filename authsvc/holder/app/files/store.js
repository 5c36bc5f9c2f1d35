/**
 * What this device keeps (IndexedDB): its key, its certificate, and an opt-in that is under way.
 * Never a password, never the online number in full, never what is in a document.
 *
 *   device      {keys, certificate, chain, masked, status, name}
 *   enrollment  {id, token, purpose, phone?, keys?, card?}
 *   card        the virtual card, only in a sandbox
 *   frozen      true, if the number is frozen as far as this device knows
 *   wallet      {keys, refresh, hosts, bucketsAt, certificates: [{kind, text, keys, until, sector?, below?}]}
 *               hosts of platforms that asked for one of their own; when buckets were fetched last;
 *               `below` are platforms of their own on hosts below a sector
 */

import { Problem } from '/app/problem.js';

const NAME = 'authsvc';
const SHELF = 'kept';

let opened;

/** What is kept under a name; null if nothing is. */
export async function recall(name) {
  return (await request('readonly', (shelf) => shelf.get(name))) ?? null;
}

/** Keeps a value under a name; an earlier one is replaced. */
export async function keep(name, value) {
  await request('readwrite', (shelf) => shelf.put(value, name));
}

/**
 * Changes what is kept under a name; no other tab comes in between. `act` gets what is kept (or
 * null) and gives {kept, result} at once: what is kept instead, if anything, and what is given back.
 */
export async function change(name, act) {
  let found;
  await request('readwrite', (shelf) => {
    const asked = shelf.get(name);
    asked.onsuccess = () => {
      const { kept, result } = act(asked.result ?? null);
      found = result;
      if (kept !== undefined) shelf.put(kept, name);
    };
    return asked;
  });
  return found;
}

/** Forgets what is kept under a name. */
export async function forget(name) {
  await request('readwrite', (shelf) => shelf.delete(name));
}

/** Forgets everything. */
export async function forgetEverything() {
  await request('readwrite', (shelf) => shelf.clear());
}

function open() {
  opened ??= new Promise((resolve, reject) => {
    const opening = indexedDB.open(NAME, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(SHELF);
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
    opening.onblocked = () => reject(new Error('blocked'));
  });
  return opened;
}

async function request(mode, act) {
  try {
    const shelf = (await open()).transaction(SHELF, mode).objectStore(SHELF);
    return await new Promise((resolve, reject) => {
      const asked = act(shelf);
      // Not before it is kept: what is taken once must not be there again after a crash.
      asked.transaction.oncomplete = () => resolve(asked.result);
      asked.transaction.onabort = () => reject(asked.transaction.error);
    });
  } catch {
    opened = undefined;
    throw new Problem({
      zh: [
        '此浏览器不允许保存密钥',
        '请关闭无痕模式，或允许本网站使用 Cookie 和存储，然后重新打开',
      ],
      en: [
        'This browser keeps no keys for us',
        'Leave private browsing, or allow cookies and storage for this site, and open it again',
      ],
      code: 'app.no_storage',
    });
  }
}
