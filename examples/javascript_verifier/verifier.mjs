/**
 * Verifies an online certificate that somebody shows, in a browser or in Node, and asks nobody.
 *
 *   const keys = await keysOf(metadata, issuer);            // /.well-known/jwt-vc-issuer, read before
 *   const list = await readStatusList(token, { issuer, keys, now });
 *   const found = await verifyPresentation(text, { issuer, keys, types, audience, nonce, now,
 *                                                  statuses: new Map([[list.uri, list]]) });
 *
 * The steps, and the codes of what is refused, are those of docs/verifying.md (RFC 9901 section 7).
 * `algorithms` are those that are taken of the issuer, `holderAlgorithms` of whoever shows: ES256
 * alone, or EdDSA as well, which a browser must know. Moments are seconds since 1970. Keys are found by name: WebCrypto follows no chain of certificates.
 */

import { digestOf, disclosed } from './disclosures.mjs';
import { Refused, bareKey, isDate, isObject, readSigned } from './jws.mjs';

export { Refused, keysOf } from './jws.mjs';
export { readStatusList } from './status_list.mjs';

const LEEWAY = 10;
// How far a phone's clock may be before ours.
const FUTURE = 30;
const LONGEST = 65_536;
const MOST_DISCLOSURES = 100;
const VALID = 0;
const SUSPENDED = 2;
// What is not left to the holder, and what only verifying needs.
const NOT_DISCLOSED = [
  'iss', 'vct', 'vct#integrity', 'aka_vcts', 'iat', 'nbf', 'exp', 'sector', 'cnf', 'status',
];
const NOT_TOLD = ['cnf', 'status'];

/** What the presentation says; a Refused, whose `code` says at which step, if it is not believed. */
export async function verifyPresentation(
  text,
  {
    issuer, keys, types, audience, nonce, now,
    algorithms = ['ES256'], holderAlgorithms = ['ES256'],
    sector = null, statuses = new Map(), longestAgeOfBinding = 300, oldestStatus = 600,
  },
) {
  // 1: signed by the issuer, as a certificate.
  const shown = parse(text);
  const keyOf = (header) => namedKey(keys, header);
  const said = await readSigned(shown.jwt, { type: 'dc+sd-jwt', keyOf, algorithms });
  // 2: each disclosure is the issuer's, and none decides whether it holds.
  const told = await disclosed(said, shown.disclosures);
  if (NOT_DISCLOSED.some((name) => JSON.stringify(told[name]) !== JSON.stringify(said[name]))) {
    throw new Refused('verify.disclosure_refused');
  }
  // 3: issuer, kind, time and platform.
  const claims = typed(said);
  check(claims, { issuer, types, sector, now });
  // 4: its holder shows it, to us, in answer to this, now.
  const holder = await holderKey(claims.cnf.jwk);
  const binding = await bound(shown, holder, {
    audience, nonce, now, longestAgeOfBinding, algorithms: holderAlgorithms,
  });
  // 5: it still holds.
  const statusAsOf = statusOf(claims.status ?? null, statuses, { now, oldestStatus });
  if (told.sub !== undefined && told.sub !== null && typeof told.sub !== 'string') malformed();
  return {
    issuer: claims.iss,
    type: claims.vct,
    claims: Object.fromEntries(Object.entries(told).filter(([name]) => !NOT_TOLD.includes(name))),
    subject: told.sub ?? null,
    sector: claims.sector ?? null,
    issuedAt: claims.iat,
    expiresAt: claims.exp,
    holderKeyThumbprint: holder.thumbprint,
    statusAsOf,
    boundAt: binding.iat,
  };
}

function parse(text) {
  const tildes = text.length > LONGEST ? 0 : text.split('~').length - 1;
  if (tildes < 1 || tildes > MOST_DISCLOSURES + 1) malformed();
  const parts = text.split('~');
  const binding = parts.pop();
  const [jwt, ...disclosures] = parts;
  if (jwt === '' || disclosures.includes('')) malformed();
  return { jwt, disclosures, binding, unbound: [...parts, ''].join('~') };
}

function namedKey(keys, header) {
  if (typeof header.kid !== 'string') throw new Refused('verify.header_refused');
  if (!keys.has(header.kid)) throw new Refused('verify.key_unknown');
  return keys.get(header.kid);
}

function typed(said) {
  const { iss, vct, iat, exp, cnf, nbf = 0, sector = null, status = null } = said;
  const good =
    [iss, vct].every((each) => typeof each === 'string') &&
    [iat, exp, nbf].every(isDate) &&
    isObject(cnf) && isObject(cnf.jwk) &&
    (sector === null || typeof sector === 'string') &&
    (status === null || (isObject(status) && isPlace(status.status_list ?? null)));
  if (!good) malformed();
  return said;
}

function isPlace(place) {
  if (place === null) return true;
  return isObject(place) && typeof place.uri === 'string' && Number.isInteger(place.idx);
}

function check(claims, { issuer, types, sector, now }) {
  if (claims.iss !== issuer) throw new Refused('verify.issuer_refused');
  if (!types.includes(claims.vct)) throw new Refused('verify.type_refused');
  if (claims.exp <= now - LEEWAY) throw new Refused('verify.expired');
  if (claims.iat > now + LEEWAY) throw new Refused('verify.issued_in_the_future');
  if ((claims.nbf ?? 0) > now + LEEWAY) throw new Refused('verify.not_yet_valid');
  if ((claims.sector ?? null) !== null && claims.sector !== sector) {
    throw new Refused('verify.sector_refused');
  }
}

async function holderKey(jwk) {
  try {
    return await bareKey(jwk);
  } catch {
    throw new Refused('verify.holder_key_refused');
  }
}

async function bound(shown, holder, { audience, nonce, now, longestAgeOfBinding, algorithms }) {
  if (shown.binding === '') throw new Refused('verify.binding_missing');
  const claims = await read(shown.binding, holder, algorithms);
  const { iat, aud, nonce: answered, sd_hash: hash, exp = null, nbf = null } = claims;
  const texts = [aud, answered, hash].every((each) => typeof each === 'string');
  const dates = isDate(iat) && [exp, nbf].every((each) => each === null || isDate(each));
  if (!texts || !dates) throw new Refused('verify.binding_malformed');
  if (aud !== audience) throw new Refused('verify.binding_audience_refused');
  if (answered !== nonce) throw new Refused('verify.binding_nonce_refused');
  if (hash !== (await digestOf(shown.unbound))) throw new Refused('verify.presentation_altered');
  const old = iat < now - longestAgeOfBinding - LEEWAY || iat > now + FUTURE;
  const over = (exp !== null && exp <= now - LEEWAY) || (nbf !== null && nbf > now + FUTURE);
  if (old || over) throw new Refused('verify.binding_too_old');
  return claims;
}

async function read(binding, holder, algorithms) {
  try {
    return await readSigned(binding, { type: 'kb+jwt', keyOf: () => holder.key, algorithms });
  } catch (refusal) {
    const forged = refusal.code === 'verify.signature_refused';
    throw new Refused(forged ? 'verify.binding_signature_refused' : 'verify.binding_malformed');
  }
}

/** As of when it is valid; null for a certificate that has no status. */
function statusOf(status, statuses, { now, oldestStatus }) {
  if (status === null) return null;
  const place = status.status_list ?? null;
  const list = place === null ? undefined : statuses.get(place.uri);
  if (list === undefined) throw new Refused('verify.status_unknown');
  const over = list.expiresAt !== null && now >= list.expiresAt + LEEWAY;
  if (over || now - list.signedAt > oldestStatus + LEEWAY) {
    throw new Refused('verify.status_too_old');
  }
  const found = list.status(place.idx);
  if (found === SUSPENDED) throw new Refused('verify.credential_suspended');
  if (found !== VALID) throw new Refused('verify.credential_revoked');
  return list.signedAt;
}

function malformed() {
  throw new Refused('verify.malformed');
}
