/** A compact JWS of ES256 (RFC 7515), read strictly: one spelling, one reading, one signature. */

const LONGEST = 16_384;
const REFUSED_MEMBERS = ['crit', 'b64', 'zip'];
const COORDINATE = /^[\w-]{43}$/;
// The end of the year 9999.
const BEYOND = 253_402_300_800;
const ECDSA = { name: 'ECDSA', namedCurve: 'P-256' };

/** Why something is not believed: `code` is one of docs/verifying.md. */
export class Refused extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** The members under a good signature. `keyOf` finds the key that a header names. */
export async function readSigned(text, { type, keyOf, longest = LONGEST }) {
  const parts = text.length > longest ? [] : text.split('.');
  if (parts.length !== 3) throw new Refused('verify.malformed');
  const signature = octets(parts[2]);
  if (parts[0].length > LONGEST) throw new Refused('verify.malformed');
  const header = json(octets(parts[0]), isObject);
  if (REFUSED_MEMBERS.some((name) => Object.hasOwn(header, name))) {
    throw new Refused('verify.header_refused');
  }
  if (typeof header.typ !== 'string' || header.typ.toLowerCase() !== type) {
    throw new Refused('verify.header_refused');
  }
  if (header.alg !== 'ES256') throw new Refused('verify.algorithm_refused');
  const key = keyOf(header);
  const signed = new TextEncoder().encode(`${parts[0]}.${parts[1]}`);
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
  if (!(await crypto.subtle.verify(algorithm, key, signature, signed))) {
    throw new Refused('verify.signature_refused');
  }
  return json(octets(parts[1]), isObject);
}

/** The keys of an issuer under their names, from what it says of itself (SD-JWT VC section 4). */
export async function keysOf(metadata, issuer) {
  if (metadata.issuer !== issuer) throw new Refused('verify.key_set_refused');
  const found = new Map();
  for (const jwk of metadata.jwks.keys) {
    // Keys of other types, uses and algorithms are passed over.
    if ((jwk.use ?? 'sig') !== 'sig' || typeof jwk.kid !== 'string') continue;
    try {
      found.set(jwk.kid, (await bareKey(jwk)).key);
    } catch {
      continue;
    }
  }
  if (found.size === 0) throw new Refused('verify.key_set_refused');
  return found;
}

/** {key, thumbprint} of a public key of P-256; an Error for any other. */
export async function bareKey(jwk) {
  const { kty, crv, x, y, alg = 'ES256' } = jwk;
  const good = kty === 'EC' && crv === 'P-256' && alg === 'ES256' && !Object.hasOwn(jwk, 'd');
  if (!good || !COORDINATE.test(x) || !COORDINATE.test(y)) throw new Error('no key to verify with');
  const key = await crypto.subtle.importKey('jwk', { kty, crv, x, y }, ECDSA, false, ['verify']);
  const spelt = new TextEncoder().encode(JSON.stringify({ crv, kty, x, y }));
  return { key, thumbprint: base64url(await crypto.subtle.digest('SHA-256', spelt)) };
}

/** The octets behind base64url without padding, in its one spelling. */
export function octets(text) {
  if (!/^[\w-]*$/.test(text)) throw new Refused('verify.malformed');
  let found;
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    found = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  } catch {
    throw new Refused('verify.malformed');
  }
  if (base64url(found) !== text) throw new Refused('verify.malformed');
  return found;
}

/** Base64url without padding. */
export function base64url(bytes) {
  let binary = '';
  for (const byte of new Uint8Array(bytes)) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** What the one JSON text in `bytes` says, no member in it twice; `fits` says what it must be. */
export function json(bytes, fits) {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const found = JSON.parse(text);
    eachOnce(text);
    if (fits(found)) return found;
  } catch {
    // Whatever is wrong with it, it is not such JSON.
  }
  throw new Refused('verify.malformed');
}

/** An Error if an object in this JSON has two members of one name; JSON.parse takes the last. */
function eachOnce(text) {
  const open = [];
  let last;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/g)) {
    if (token === '{' || token === '[') {
      open.push(new Set());
    } else if (token === '}' || token === ']') {
      open.pop();
    } else if (token === ':') {
      const names = open.at(-1);
      if (names.has(last)) throw new Error('a member is repeated');
      names.add(last);
    } else {
      last = JSON.parse(token);
      if (!last.isWellFormed()) throw new Error('half a character');
    }
  }
}

export function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is a NumericDate (RFC 7519 section 2). */
export function isDate(value) {
  return typeof value === 'number' && value >= 0 && value < BEYOND;
}
