/**
 * An enrollment as this device knows it. Its id and token are kept, so that closing the page loses
 * nothing; other tabs hear of each step and show where it stands.
 */

import { get, post, put } from '/app/api.js';
import { certificateRequest, makeKeys } from '/app/keys.js';
import { forget, keep, recall } from '/app/store.js';

const channel =
  'BroadcastChannel' in globalThis ? new BroadcastChannel('authsvc-enrollment') : null;

/** Why the order of steps was refused: another tab was faster, so that the state is read again. */
const MOVED = /^enrollment\.(moved|step_|completed|\w+_missing)/;

/** The enrollment that is under way on this device; null if there is none. */
export function underWay() {
  return recall('enrollment');
}

/** Begins one for a purpose: 'enroll', 'recover', 'unfreeze' or 'join'. */
export async function begin(purpose) {
  const begun = await post('/enrollments', purpose === 'enroll' ? undefined : { purpose });
  const kept = { id: begun.enrollment, token: begun.token, purpose };
  await keep('enrollment', kept);
  tell();
  return kept;
}

/** Goes on with one that a counter began: from now on its token is known here alone. */
export async function takeOver(id, token) {
  const fresh = await post(`/enrollments/${id}/token`, undefined, { token });
  await keep('enrollment', { id: fresh.enrollment, token: fresh.token, purpose: 'enroll' });
  tell();
}

/** Where it stands, by the service. Throws the problem that has ended it. */
export function progressOf(kept, signal) {
  return get(`/enrollments/${kept.id}`, { token: kept.token, signal });
}

/** Takes a step. Where another tab was faster this is no failure: the view is shown anew. */
export async function take(kept, step, body) {
  try {
    await put(`/enrollments/${kept.id}/${step}`, body, { token: kept.token });
  } catch (problem) {
    if (!MOVED.test(problem.code)) throw problem;
  }
  tell();
}

/**
 * The last step: a key of this device, and a certificate for it. The key is kept before it is sent,
 * so that whoever is interrupted asks again for the same key and gets the same answer.
 */
export async function complete(kept) {
  // Read again: another tab may have made the key meanwhile.
  const newest = (await underWay()) ?? kept;
  const keys = newest.keys ?? (await makeKeys());
  await keep('enrollment', { ...newest, keys });
  const path = `/enrollments/${kept.id}/certificate-request`;
  const body = { certificate_request: await certificateRequest(keys) };
  const done = await put(path, body, { token: kept.token });
  await keep('device', deviceOf(keys, done));
  await forget('enrollment');
  tell();
  return done;
}

/** What the device keeps of a certificate that was issued for its key. */
export function deviceOf(keys, issued, name = '') {
  const { certificate, chain, masked, status } = issued;
  return { keys, certificate, chain, masked, status, name };
}

/** Keeps something more about the enrollment on this device. */
export function keepWith(kept, more) {
  return keep('enrollment', { ...kept, ...more });
}

/** Forgets it; the service erases what it holds after a day. */
export async function abandon() {
  await forget('enrollment');
  tell();
}

/** Calls `listener` when another tab took a step, until the view is left. */
export function onStepElsewhere(listener, signal) {
  channel?.addEventListener('message', listener, { signal });
}

function tell() {
  channel?.postMessage('step');
}
