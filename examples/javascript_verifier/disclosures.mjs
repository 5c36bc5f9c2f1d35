/** From digests to claims (RFC 9901 section 7.1, steps 3 to 5): each disclosure in its one place. */

import { Refused, base64url, isObject, json, octets } from './jws.mjs';

const HASH = 'sha-256';
const DEEPEST = 16;
const RESERVED = ['_sd', '...', '_sd_alg'];

/** The digest of a disclosure or an SD-JWT, as it is spelt. */
export async function digestOf(text) {
  return base64url(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
}

/** The claims of a payload, with those that were disclosed. */
export async function disclosed(payload, texts) {
  if (Object.hasOwn(payload, '_sd_alg') && payload._sd_alg !== HASH) {
    throw new Refused('verify.algorithm_refused');
  }
  const unplaced = new Map();
  for (const text of texts) unplaced.set(await digestOf(text), read(text));
  if (unplaced.size < texts.length) refuse();
  const { _sd_alg: _, ...said } = payload;
  const filling = { unplaced, met: new Set() };
  const claims = members(said, 0, filling);
  if (unplaced.size > 0) refuse();
  return claims;
}

function read(text) {
  let parts;
  try {
    parts = json(octets(text), Array.isArray);
  } catch {
    refuse();
  }
  if (typeof parts[0] !== 'string' || parts.length < 2 || parts.length > 3) refuse();
  if (parts.length === 2) return { value: parts[1] };
  const [, name, value] = parts;
  if (typeof name !== 'string' || RESERVED.includes(name)) refuse();
  return { name, value };
}

function members(said, depth, filling) {
  if (Object.hasOwn(said, '...') || Object.hasOwn(said, '_sd_alg')) refuse();
  const digests = Object.hasOwn(said, '_sd') ? said._sd : [];
  if (!Array.isArray(digests)) refuse();
  const found = new Map();
  for (const [name, value] of Object.entries(said)) {
    if (name !== '_sd') found.set(name, filled(value, depth + 1, filling));
  }
  for (const digest of digests) {
    const taken = take(digest, filling);
    if (taken === undefined) continue;
    if (taken.name === undefined || found.has(taken.name)) refuse();
    found.set(taken.name, filled(taken.value, depth + 1, filling));
  }
  return Object.fromEntries(found);
}

function* elements(said, depth, filling) {
  for (const element of said) {
    if (!isObject(element) || !Object.hasOwn(element, '...')) {
      yield filled(element, depth + 1, filling);
      continue;
    }
    if (Object.keys(element).length > 1) refuse();
    const taken = take(element['...'], filling);
    if (taken === undefined) continue;
    if (taken.name !== undefined) refuse();
    yield filled(taken.value, depth + 1, filling);
  }
}

function filled(said, depth, filling) {
  if (depth > DEEPEST) refuse();
  if (isObject(said)) return members(said, depth, filling);
  if (Array.isArray(said)) return [...elements(said, depth, filling)];
  return said;
}

/** What stands behind a digest, once; undefined for what was kept back, or is a decoy. */
function take(digest, { unplaced, met }) {
  if (typeof digest !== 'string' || met.has(digest)) refuse();
  met.add(digest);
  const found = unplaced.get(digest);
  unplaced.delete(digest);
  return found;
}

function refuse() {
  throw new Refused('verify.disclosure_refused');
}
