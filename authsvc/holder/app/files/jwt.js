/** What is signed in the name of a key of this device: JWTs (RFC 7515, compact), with ES256. */

import { presentMoment } from '/app/api.js';
import { fromBase64url, toBase64url } from '/app/der.js';

const SIGNING = { name: 'ECDSA', hash: 'SHA-256' };

/** A JWT of these claims; `header` has at least `typ`. */
export async function signedJWT(keys, header, claims) {
  const signed = `${encoded({ alg: 'ES256', ...header })}.${encoded(claims)}`;
  const bytes = new TextEncoder().encode(signed);
  const signature = await crypto.subtle.sign(SIGNING, keys.privateKey, bytes);
  return `${signed}.${toBase64url(new Uint8Array(signature))}`;
}

/** The public half of a pair, as a JWK with what RFC 7638 counts and nothing else. */
export async function publicJWK(keys) {
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', keys.publicKey);
  return { kty, crv, x, y };
}

/** The SHA-256 of a text, in base64url. */
export async function digestOf(text) {
  return digestOfBytes(new TextEncoder().encode(text));
}

/** The SHA-256 of bytes, in base64url. */
export async function digestOfBytes(bytes) {
  return toBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}

/** A part of a JWT or a disclosure: the JSON behind base64url. */
export function decoded(part) {
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(fromBase64url(part)));
}

/** A random value of so many octets. */
export function random(octets = 32) {
  return toBase64url(crypto.getRandomValues(new Uint8Array(octets)));
}

/** The moment in seconds, as JWTs have it; by the service's clock where this one is far off. */
export function seconds() {
  return Math.floor(presentMoment() / 1000);
}

function encoded(value) {
  return toBase64url(new TextEncoder().encode(JSON.stringify(value)));
}
