/** A compact JWS (RFC 7515) of ES256 or EdDSA, read strictly: one spelling, reading, signature. */

const LONGEST = 16_384;
const REFUSED_MEMBERS = ['crit', 'b64', 'zip'];
// 32 octets.
const COORDINATE = /^[\w-]{43}$/;
// The end of the year 9999.
const BEYOND = 253_402_300_800;
// One row for each algorithm: how WebCrypto names its keys and its signatures, what a JWK of it says
// (in the order of its thumbprint, RFC 7638), and what it may be called besides (RFC 9864).
const ALGORITHMS = {
  ES256: {
    keys: { name: 'ECDSA', namedCurve: 'P-256' },
    signatures: { name: 'ECDSA', hash: 'SHA-256' },
    says: { crv: 'P-256', kty: 'EC' },
    coordinates: ['x', 'y'],
  },
  EdDSA: {
    keys: { name: 'Ed25519' },
    signatures: { name: 'Ed25519' },
    says: { crv: 'Ed25519', kty: 'OKP' },
    coordinates: ['x'],
    also: 'Ed25519',
  },
};
const canonical = (alg) => (alg === ALGORITHMS.EdDSA.also ? 'EdDSA' : alg);

/** Why something is not believed: `code` is one of docs/verifying.md. */
export class Refused extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/**
 * The members under a good signature. `keyOf` finds the key that a header names, `algorithms` are
 * those that were agreed upon: the key decides which one it is, and no header.
 */
export async function readSigned(text, { type, keyOf, algorithms = ['ES256'], longest = LONGEST }) {
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
  const alg = canonical(header.alg);
  if (!algorithms.map(canonical).includes(alg)) throw new Refused('verify.algorithm_refused');
  const key = keyOf(header);
  if (key.algorithm.name !== ALGORITHMS[alg].keys.name) {
    throw new Refused('verify.algorithm_refused');
  }
  const signed = new TextEncoder().encode(`${parts[0]}.${parts[1]}`);
  if (!(await crypto.subtle.verify(ALGORITHMS[alg].signatures, key, signature, signed))) {
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

/** {key, thumbprint} of a public key of P-256 or Ed25519; an Error for any other. */
export async function bareKey(jwk) {
  const found = Object.entries(ALGORITHMS).find(
    ([, { says }]) => says.kty === jwk.kty && says.crv === jwk.crv,
  );
  if (found === undefined || Object.hasOwn(jwk, 'd')) throw new Error('no key to verify with');
  const [name, { keys, says, coordinates }] = found;
  const members = { ...says };
  for (const each of coordinates) {
    if (!COORDINATE.test(jwk[each])) throw new Error('no key to verify with');
    members[each] = jwk[each];
  }
  if (canonical(jwk.alg ?? name) !== name) throw new Error('for another algorithm');
  const key = await crypto.subtle.importKey('jwk', members, keys, false, ['verify']);
  const spelt = new TextEncoder().encode(JSON.stringify(members));
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
