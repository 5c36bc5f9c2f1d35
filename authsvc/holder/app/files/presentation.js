/** What is shown: a certificate with some of its claims and its holder's proof, perhaps encrypted. */

import { toBase64url } from '/app/der.js';
import { digestOf, seconds, signedJWT } from '/app/jwt.js';

const CURVE = { name: 'ECDH', namedCurve: 'P-256' };
// Octets of the content key (RFC 7518 section 5.3).
const CONTENT_KEYS = { A256GCM: 32, A128GCM: 16 };

/** A certificate with the claims that are named, for one audience and nonce (RFC 9901 section 4.3). */
export async function present(certificate, names, { audience, nonce }) {
  const told = names.map((name) => certificate.disclosures.get(name));
  const shown = [certificate.jwt, ...told, ''].join('~');
  const claims = { iat: seconds(), aud: audience, nonce, sd_hash: await digestOf(shown) };
  return shown + (await signedJWT(certificate.keys, { typ: 'kb+jwt' }, claims));
}

/** Whether an answer can be encrypted as a request wants it: the key and the algorithm, or null. */
export function encryptionOf({ client_metadata: metadata }) {
  const key = metadata?.jwks?.keys?.find(
    (each) => each.kty === 'EC' && each.crv === 'P-256' && (each.alg ?? 'ECDH-ES') === 'ECDH-ES',
  );
  const spoken = metadata?.encrypted_response_enc_values_supported ?? ['A128GCM'];
  const enc = Object.keys(CONTENT_KEYS).find((each) => spoken.includes(each));
  return key && enc ? { key, enc } : null;
}

/** A JWE (RFC 7516, compact) by ECDH-ES straight to the content key (RFC 7518 section 4.6). */
export async function encrypted(said, { key, enc }) {
  const { kty, crv, x, y, kid } = key;
  const theirs = await crypto.subtle.importKey('jwk', { kty, crv, x, y }, CURVE, false, []);
  const ours = await crypto.subtle.generateKey(CURVE, false, ['deriveBits']);
  const secret = await crypto.subtle.deriveBits(
    { name: 'ECDH', public: theirs },
    ours.privateKey,
    256,
  );
  const epk = await crypto.subtle.exportKey('jwk', ours.publicKey);
  const header = {
    alg: 'ECDH-ES',
    enc,
    ...(kid ? { kid } : {}),
    epk: { kty: epk.kty, crv: epk.crv, x: epk.x, y: epk.y },
  };
  const protectedHeader = toBase64url(new TextEncoder().encode(JSON.stringify(header)));
  const content = await contentKey(new Uint8Array(secret), enc);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = new Uint8Array(
    await crypto.subtle.encrypt(
      { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(protectedHeader) },
      content,
      new TextEncoder().encode(JSON.stringify(said)),
    ),
  );
  const parts = [iv, sealed.subarray(0, -16), sealed.subarray(-16)].map(toBase64url);
  return [protectedHeader, '', ...parts].join('.');
}

/** One round of the Concat KDF (NIST SP 800-56A) is enough for both lengths. */
async function contentKey(secret, enc) {
  const length = CONTENT_KEYS[enc];
  const name = new TextEncoder().encode(enc);
  const input = new Uint8Array([
    ...number(1),
    ...secret,
    ...number(name.length),
    ...name,
    ...number(0),
    ...number(0),
    ...number(length * 8),
  ]);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', input));
  const octets = digest.slice(0, length);
  return crypto.subtle.importKey('raw', octets, { name: 'AES-GCM' }, false, ['encrypt']);
}

function number(value) {
  return [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}
