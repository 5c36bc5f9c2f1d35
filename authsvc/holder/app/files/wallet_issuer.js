/**
 * Fetching certificates (OpenID4VCI 1.0), by the endpoints that any wallet uses: an offer that the
 * person makes here, its pre-authorized code for tokens bound to a key of this browser (DPoP), and
 * one fresh key for each certificate. Whoever is signed in makes the offer; what is fetched later,
 * without asking again, is fetched by the refresh token.
 */

import { post } from '/app/api.js';
import { chosenBuckets, othersBelow } from '/app/buckets.js';
import { digestOf, publicJWK, random, seconds, signedJWT } from '/app/jwt.js';
import { makeKeys } from '/app/keys.js';
import { Problem, unreached } from '/app/problem.js';
import { withProof } from '/app/proof.js';

// As `holder/wallets/own_wallet.py` registers this app.
const CLIENT = 'authsvc-app';
const PRE_AUTHORIZED = 'urn:ietf:params:oauth:grant-type:pre-authorized_code';
// What the kinds that are shown once have at once.
const BATCH = 20;

/**
 * What the wallet holds after the person has said yes to these kinds: {keys, refresh, certificates}.
 * `hosts` are those of platforms that have asked for a certificate of their own.
 */
export async function fetchByOffer(kinds, hosts) {
  const offer = await withProof(() => post('/holder/wallets/offers', { certificates: kinds }));
  const keys = await makeKeys();
  const grant = offer.credential_offer.grants[PRE_AUTHORIZED];
  const tokens = await redeem(keys, {
    grant_type: PRE_AUTHORIZED,
    'pre-authorized_code': grant['pre-authorized_code'],
    tx_code: offer.transaction_code,
  });
  const certificates = await batches(keys, tokens, kinds, hosts);
  return { keys, refresh: tokens.refresh_token, certificates };
}

/** New tokens by the refresh token, which is used up; {refresh, fetch(kinds, hosts)}. */
export async function goOnFetching(keys, refresh) {
  const tokens = await redeem(keys, { grant_type: 'refresh_token', refresh_token: refresh });
  return {
    refresh: tokens.refresh_token,
    fetch: (kinds, hosts) => batches(keys, tokens, kinds, hosts),
  };
}

async function batches(keys, tokens, kinds, hosts) {
  const found = [];
  const granted = tokens.scope.split(' ');
  for (const kind of kinds.filter((each) => granted.includes(each))) {
    const asked = tokens.authorization_details?.find(
      (each) => each.credential_configuration_id === kind,
    );
    found.push(
      ...(asked
        ? await buckets(keys, tokens, kind, asked.credential_identifiers, hosts)
        : await batch(keys, tokens, kind, { credential_configuration_id: kind }, BATCH)),
    );
  }
  return found;
}

/** One certificate for each platform of a bucket, in the order of the list. */
async function buckets(keys, tokens, kind, allowed, hosts) {
  const done = new Map();
  for (let tries = 2; ; tries -= 1) {
    try {
      const listed = (await reach('/credentials/platforms', { method: 'GET' })).buckets;
      for (const each of chosenBuckets(listed, allowed, hosts)) {
        const { credential_identifier: name, platforms } = each;
        if (done.has(name)) continue;
        const asked = { credential_identifier: name };
        const fetched = await batch(keys, tokens, kind, asked, platforms.length);
        const below = platforms.map((sector) => othersBelow(sector, listed));
        done.set(
          name,
          fetched.map((each, place) => ({ ...each, below: below[place] })),
        );
      }
      return [...done.values()].flat();
    } catch (problem) {
      // A platform came or went after the list was read.
      if (problem.code !== 'app.wallet_invalid_proof' || tries === 1) throw problem;
    }
  }
}

async function batch(keys, { access_token: token }, kind, asked, count) {
  const { c_nonce: nonce } = await send('/credentials/nonce', {});
  const own = await Promise.all(Array.from({ length: count }, makeKeys));
  const proofs = await Promise.all(own.map((each) => proofOf(each, nonce)));
  const answer = await send('/credentials', {
    headers: {
      authorization: `DPoP ${token}`,
      dpop: await dpop(keys, '/credentials', { ath: await digestOf(token) }),
      'content-type': 'application/json',
    },
    body: JSON.stringify({ ...asked, proofs: { jwt: proofs } }),
  });
  // Nobody knows just now whether the document still holds. Whoever asks again later has lost
  // nothing but these keys.
  if (!answer.credentials) throw later();
  return answer.credentials.map(({ credential }, place) => ({
    kind,
    text: credential,
    keys: own[place],
  }));
}

async function proofOf(keys, nonce) {
  const header = { typ: 'openid4vci-proof+jwt', jwk: await publicJWK(keys) };
  return signedJWT(keys, header, { iss: CLIENT, aud: location.origin, iat: seconds(), nonce });
}

async function redeem(keys, form) {
  return send('/token', {
    headers: { dpop: await dpop(keys, '/token') },
    body: new URLSearchParams({ client_id: CLIENT, ...form }),
  });
}

async function dpop(keys, path, more = {}) {
  const claims = { htm: 'POST', htu: location.origin + path, iat: seconds(), jti: random() };
  return signedJWT(keys, { typ: 'dpop+jwt', jwk: await publicJWK(keys) }, { ...claims, ...more });
}

function send(path, request) {
  return reach(path, { method: 'POST', ...request });
}

async function reach(path, request) {
  let response;
  try {
    response = await fetch(path, {
      ...request,
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'error',
    });
  } catch {
    throw unreached();
  }
  if (!response.ok) throw await refusal(response);
  return response.json();
}

function later() {
  return new Problem({
    zh: ['暂时无法确认证件是否有效', '请稍后再领取在线网证'],
    en: ['It cannot be confirmed now that your document holds', 'Fetch the certificates later'],
    code: 'app.wallet_later',
    status: 202,
  });
}

async function refusal(response) {
  const { error } = await response.json().catch(() => ({}));
  if (error === 'invalid_grant' || error === 'invalid_token') {
    return new Problem({
      zh: ['现在不能领取在线网证', '网号可能已冻结，或您已撤回许可。请登录后再领取'],
      en: [
        'No certificates can be fetched now',
        'The number may be frozen, or you took back your yes. Sign in and fetch them again',
      ],
      code: 'app.wallet_stopped',
      status: response.status,
    });
  }
  return new Problem({
    zh: ['未能领取在线网证', '请稍后重试；若仍然不行，请查看证件是否有效'],
    en: ['The certificates were not fetched', 'Try again in a moment; see if your document is valid'],
    code: `app.wallet_${error ?? 'refused'}`,
    status: response.status,
  });
}
