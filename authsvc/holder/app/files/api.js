/** How the app speaks with the service: JSON, same origin, the session in a cookie it cannot read. */

import { problemOf, unreached } from '/app/problem.js';
import { language } from '/app/words.js';

// TOTP allows one step of 30 seconds to either side; a clock further off than this misleads people.
const CLOCK_TOLERANCE = 60_000;

let clockOff = 0;
const clockListeners = new Set();

/** The answer to a GET. Throws a Problem. */
export function get(path, options) {
  return ask('GET', path, undefined, options);
}

/** The answer to a POST of JSON. Throws a Problem. */
export function post(path, body, options) {
  return ask('POST', path, body, options);
}

/** The answer to a PUT of JSON. Throws a Problem. */
export function put(path, body, options) {
  return ask('PUT', path, body, options);
}

/** A download: the bytes and the name that the service gives them. Throws a Problem. */
export async function download(path, otherwise) {
  const response = await reach('GET', path, undefined, {});
  if (!response.ok) throw await problemOf(response);
  const said = /filename="?([\w.-]+)"?/.exec(response.headers.get('content-disposition') ?? '');
  return { blob: await response.blob(), name: said?.[1] ?? otherwise };
}

/** Seconds by which this device's clock is wrong; 0 if it is right, or if nobody knows. */
export function clockError() {
  return Math.round(clockOff / 1000);
}

/** The moment by the service's clock, in milliseconds: what it says of times is compared with it. */
export function presentMoment() {
  return Date.now() - clockOff;
}

/** Calls `listener` when the clock is found to be wrong, or right again. */
export function onClock(listener) {
  clockListeners.add(listener);
}

async function ask(method, path, body, options = {}) {
  const response = await reach(method, path, body, options);
  if (!response.ok) throw await problemOf(response);
  if (response.status === 204) return null;
  return response.json();
}

async function reach(method, path, body, { token, signal }) {
  requireOwn(path);
  const headers = { accept: 'application/json', 'accept-language': language() };
  if (token) headers.authorization = `Bearer ${token}`;
  if (body !== undefined) headers['content-type'] = 'application/json';
  let response;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      signal,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw unreached();
  }
  compareClocks(response.headers.get('date'));
  return response;
}

/** Returns if a path is the one that the browser will ask: nothing in it leads to another one. */
function requireOwn(path) {
  const { origin, pathname, search } = new URL(path, location.origin);
  if (origin !== location.origin || pathname + search !== path) throw new TypeError('path');
}

function compareClocks(date) {
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs)) return;
  const off = Date.now() - theirs;
  const found = Math.abs(off) > CLOCK_TOLERANCE ? off : 0;
  const changed = (found === 0) !== (clockOff === 0);
  clockOff = found;
  if (changed) for (const listener of clockListeners) listener();
}
