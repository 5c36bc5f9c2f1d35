/**
 * This device's key: P-256, made by the browser, never to be taken out (`extractable` is false).
 * It requests its certificate (PKCS #10, RFC 2986) and signs in by answering a challenge.
 */

import { bitString, element, integer, pem, sequence, toBase64url } from '/app/der.js';
import { Problem } from '/app/problem.js';

const KIND = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' };
// ecdsa-with-SHA256, 1.2.840.10045.4.3.2 (RFC 5758 section 3.2).
const ALGORITHM = sequence(
  element(0x06, Uint8Array.of(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02)),
);
// Version 0 and a subject without a name: the service decides what is certified.
const VERSION = Uint8Array.of(0x02, 0x01, 0x00);
const NO_ATTRIBUTES = Uint8Array.of(0xa0, 0x00);

/** A new pair of keys. The private one cannot leave this browser. */
export async function makeKeys() {
  if (!globalThis.crypto?.subtle) {
    throw new Problem({
      zh: ['此连接不安全，无法生成密钥', '请通过 https 打开本网站'],
      en: ['No key can be made over this connection', 'Open this site over https'],
      code: 'app.no_crypto',
    });
  }
  return crypto.subtle.generateKey(KIND, false, ['sign', 'verify']);
}

/** A certificate request in PEM for a pair of keys. */
export async function certificateRequest(keys) {
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('spki', keys.publicKey));
  const info = sequence(VERSION, sequence(), publicKey, NO_ATTRIBUTES);
  const signature = await sign(keys, info);
  return pem('CERTIFICATE REQUEST', sequence(info, ALGORITHM, bitString(signature)));
}

/**
 * The answer to a sign-in challenge, in base64url. The first three lines say what is being signed,
 * for whom and why: whoever signs what a stranger passes on signs in the stranger.
 */
export async function answerChallenge(keys, message) {
  const [context, issuer, purpose] = message.split('\n');
  const meant = context === 'authsvc-possession-v1' && purpose === 'sign-in';
  if (!meant || issuer !== location.origin) {
    throw new Problem({
      zh: ['这个登录请求不是本服务发出的', '请只从您保存的地址打开应用'],
      en: [
        'This sign-in was not asked for by this service',
        'Open the app from the address that you know, and from nowhere else',
      ],
      code: 'app.foreign_challenge',
    });
  }
  return toBase64url(await sign(keys, new TextEncoder().encode(message)));
}

/** A signature in DER (RFC 3279 section 2.2.3); WebCrypto gives the two numbers side by side. */
async function sign(keys, bytes) {
  const raw = new Uint8Array(await crypto.subtle.sign(SIGNING, keys.privateKey, bytes));
  const half = raw.length / 2;
  return sequence(integer(raw.subarray(0, half)), integer(raw.subarray(half)));
}
