/**
 * Fetching certificates (OpenID4VCI 1.0), by the endpoints that any wallet uses: an offer that the
 * person makes here, its pre-authorized code for tokens bound to a key of this browser (DPoP), and
 * one fresh key for each certificate. Whoever is signed in makes the offer; what is fetched later,
 * without asking again, is fetched by the refresh token.
 */

import { post } from '/app/api.js';
import { digestOf, publicJWK, random, seconds, signedJWT } from '/app/jwt.js';
import { makeKeys } from '/app/keys.js';
import { Problem, unreached } from '/app/problem.js';
import { withProof } from '/app/proof.js';

// As `holder/wallets/own_wallet.py` registers this app.
const CLIENT = 'authsvc-app';
const PRE_AUTHORIZED = 'urn:ietf:params:oauth:grant-type:pre-authorized_code';
const KINDS = ['verified-person', 'verified-person-counter'];
// What both kinds have at once.
const BATCH = 20;

/** What the wallet holds after the person has said yes: {keys, refresh, certificates}. */
export async function fetchByOffer() {
  const offer = await withProof(() => post('/holder/wallets/offers', { certificates: KINDS }));
  const keys = await makeKeys();
  const grant = offer.credential_offer.grants[PRE_AUTHORIZED];
  const tokens = await redeem(keys, {
    grant_type: PRE_AUTHORIZED,
    'pre-authorized_code': grant['pre-authorized_code'],
    tx_code: offer.transaction_code,
  });
  return { keys, refresh: tokens.refresh_token, certificates: await batches(keys, tokens, KINDS) };
}

/** New tokens by the refresh token, which is used up; {refresh, fetch(kinds)}. */
export async function goOnFetching(keys, refresh) {
  const tokens = await redeem(keys, { grant_type: 'refresh_token', refresh_token: refresh });
  return { refresh: tokens.refresh_token, fetch: (kinds) => batches(keys, tokens, kinds) };
}

async function batches(keys, tokens, kinds) {
  const found = [];
  for (const kind of kinds) found.push(...(await batch(keys, tokens.access_token, kind)));
  return found;
}

async function batch(keys, token, kind) {
  const { c_nonce: nonce } = await send('/credentials/nonce', {});
  const own = await Promise.all(Array.from({ length: BATCH }, makeKeys));
  const proofs = await Promise.all(own.map((each) => proofOf(each, nonce)));
  const answer = await send('/credentials', {
    headers: {
      authorization: `DPoP ${token}`,
      dpop: await dpop(keys, '/credentials', { ath: await digestOf(token) }),
      'content-type': 'application/json',
    },
    body: JSON.stringify({ credential_configuration_id: kind, proofs: { jwt: proofs } }),
  });
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

async function send(path, { headers, body }) {
  let response;
  try {
    response = await fetch(path, {
      method: 'POST',
      headers,
      body,
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
