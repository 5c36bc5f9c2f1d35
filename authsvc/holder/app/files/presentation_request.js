/**
 * What a platform asks of the wallet (OpenID4VP 1.0): fetched from the platform, checked, and read.
 * Nothing is believed but what TLS and the signature say: who asks is the host that the request came
 * from and that the answer goes to, and no name that the platform gives itself.
 */

import { readCertificate } from '/app/certificate_reader.js';
import { element, elements, fromBase64, fromBase64url, pem } from '/app/der.js';
import { decoded, digestOfBytes, random, seconds } from '/app/jwt.js';
import { Problem, unreached } from '/app/problem.js';
import { isLine } from '/app/wallet_words.js';

const SIGNING = { name: 'ECDSA', hash: 'SHA-256' };
const KEY = { name: 'ECDSA', namedCurve: 'P-256' };
const TYPE = 'oauth-authz-req+jwt';
const MODES = ['direct_post', 'direct_post.jwt'];
// subjectAltName, 2.5.29.17 (RFC 5280 section 4.2.1.6), and its dNSName.
const ALTERNATIVE_NAMES = '551d11';
const DNS_NAME = 0x82;
const VERSION_TAG = 0xa0;
const EXTENSIONS_TAG = 0xa3;
// Of a request with a certificate or two and a page of questions.
const LONGEST = 65_536;

/**
 * The request behind a link's parameters: {host, hostname, name, purpose, claims}; name and purpose
 * are what the platform says of itself, or null. Throws a Problem.
 */
export async function fetchRequest(parameters) {
  const address = webAddress(parameters.get('request_uri'));
  const nonce = parameters.get('request_uri_method') === 'post' ? random() : null;
  const text = await textFrom(address, nonce);
  const claims = await believed(text.trim(), parameters.get('client_id'));
  // RFC 9101 section 4 leaves `exp` to whoever asks; it is held to if it is there.
  if (claims.exp !== undefined && !(claims.exp > seconds())) throw over();
  if (nonce !== null && claims.wallet_nonce !== nonce) throw refused('wallet_nonce');
  if (claims.response_type !== 'vp_token' || !MODES.includes(claims.response_mode))
    throw refused('response_mode');
  if (typeof claims.nonce !== 'string' || typeof claims.client_id !== 'string')
    throw refused('nonce');
  if (claims.transaction_data) throw refused('transaction_data');
  const answersTo = webAddress(claims.response_uri);
  // Whoever passes on a request of somebody else's shows a host that does not get the answer.
  if (answersTo.host !== address.host) throw refused('response_uri');
  const [prefix, name] = split(claims.client_id);
  if (prefix === 'x509_san_dns' && name !== address.hostname) throw refused('client_id');
  const own = claims.client_metadata ?? {};
  return {
    host: address.host,
    hostname: address.hostname,
    name: isLine(own.client_name) ? own.client_name : null,
    purpose: isLine(own.purpose) ? own.purpose : null,
    claims,
  };
}

/** An address of the web: https, or http on loopback. Throws a Problem. */
export function webAddress(text) {
  let found;
  try {
    found = new URL(text);
  } catch {
    throw refused('address');
  }
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(found.hostname);
  const spoken = found.protocol === 'https:' || (found.protocol === 'http:' && loopback);
  if (!spoken || found.username || found.password) throw refused('address');
  return found;
}

/** The refusal of a request; `why` is for whoever looks for the reason. */
export function refused(why, field = null) {
  return new Problem({
    zh: ['这个请求不可信', '没有出示任何内容。请回到平台，重新开始'],
    en: ['This request is not to be trusted', 'Nothing was shown. Go back and begin anew'],
    code: `app.request_refused.${why}`,
    field,
  });
}

async function textFrom(address, nonce) {
  const body = nonce === null ? undefined : new URLSearchParams({ wallet_nonce: nonce });
  let response;
  try {
    response = await fetch(address, {
      method: body ? 'POST' : 'GET',
      body,
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
    });
  } catch {
    throw unreached();
  }
  if (!response.ok) throw over();
  const text = await response.text();
  if (text.length > LONGEST) throw refused('size');
  return text;
}

function over() {
  return new Problem({
    zh: ['这个请求已经失效', '请求只在几分钟内有效。请回到平台，重新开始'],
    en: ['This request is over', 'It is good for some minutes. Go back and begin anew'],
    code: 'app.request_over',
  });
}

/** The claims of a request that is signed by the certificate behind its client identifier. */
async function believed(text, clientId) {
  try {
    const [head, body, signature] = text.split('.');
    const header = decoded(head);
    const certificate = fromBase64(header.x5c[0]);
    const key = await crypto.subtle.importKey('spki', publicKeyOf(certificate), KEY, false, [
      'verify',
    ]);
    const signed = new TextEncoder().encode(`${head}.${body}`);
    const genuine = await crypto.subtle.verify(SIGNING, key, fromBase64url(signature), signed);
    const claims = decoded(body);
    const good =
      genuine &&
      header.alg === 'ES256' &&
      header.typ === TYPE &&
      claims.client_id === clientId &&
      isGoodNow(certificate) &&
      (await isNamed(clientId, certificate));
    if (good) return claims;
  } catch {
    // What cannot be read is as good as what is not signed.
  }
  throw refused('signature');
}

async function isNamed(clientId, certificate) {
  const [prefix, name] = split(clientId);
  if (prefix === 'x509_hash') return name === (await digestOfBytes(certificate));
  if (prefix === 'x509_san_dns') return namesIn(certificate).includes(name);
  return false;
}

function split(clientId) {
  const at = clientId.indexOf(':');
  return [clientId.slice(0, at), clientId.slice(at + 1)];
}

function isGoodNow(certificate) {
  const { notBefore, notAfter } = readCertificate(pem('CERTIFICATE', certificate));
  return new Date(notBefore) <= new Date() && new Date() < new Date(notAfter);
}

function partsOf(certificate) {
  const [whole] = elements(certificate);
  const [body] = elements(whole.content);
  return elements(body.content);
}

function publicKeyOf(certificate) {
  const parts = partsOf(certificate).filter((part) => part.tag !== VERSION_TAG);
  const { tag, content } = parts[5];
  return element(tag, content);
}

function namesIn(certificate) {
  const extensions = partsOf(certificate).find((part) => part.tag === EXTENSIONS_TAG);
  const [list] = elements(extensions.content);
  for (const each of elements(list.content)) {
    const [type, ...rest] = elements(each.content);
    const spelt = Array.from(type.content, (byte) => byte.toString(16).padStart(2, '0')).join('');
    if (spelt !== ALTERNATIVE_NAMES) continue;
    const [names] = elements(rest.at(-1).content);
    return elements(names.content)
      .filter(({ tag }) => tag === DNS_NAME)
      .map(({ content }) => new TextDecoder().decode(content));
  }
  return [];
}
