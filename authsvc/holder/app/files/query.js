/**
 * What a query in DCQL asks for (OpenID4VP 1.0 section 6), held against the wallet: which claims of
 * which kind answer it. All of it or nothing; what this wallet does not understand it does not answer.
 */

import { AT_PLATFORM, ORDINARY, claimsOf } from '/app/wallet.js';

const FORMAT = 'dc+sd-jwt';
// What is shown to platforms: kinds whose status they can look up.
const KINDS = [AT_PLATFORM, ORDINARY];

/**
 * [{id, kind, names, told}] that answer the query of a platform at `host`, or null: `told` has the
 * claims with values.
 */
export async function answerTo(query, host) {
  if (!Array.isArray(query?.credentials) || !query.credentials.length) return null;
  const own = new Map();
  for (const kind of KINDS) own.set(typeOf(kind), { kind, claims: await claimsOf(kind, host) });
  const answers = query.credentials.map((each) => answer(each, own));
  if (!query.credential_sets) return answers.every(Boolean) ? answers : null;
  const chosen = new Set();
  for (const { options, required = true } of query.credential_sets) {
    if (!required) continue;
    const byId = (id) => answers.find((each) => each?.id === id);
    const option = options.find((ids) => ids.every(byId));
    if (!option) return null;
    for (const id of option) chosen.add(byId(id));
  }
  return chosen.size ? [...chosen] : null;
}

/** Whether a query asks for a certificate that was made for the platform that asks. */
export function wantsPseudonym(query) {
  const wanted = typeOf(AT_PLATFORM);
  return Boolean(query?.credentials?.some?.(({ meta }) => meta?.vct_values?.includes?.(wanted)));
}

function answer(asked, own) {
  if (asked.format !== FORMAT || !Array.isArray(asked.meta?.vct_values)) return null;
  for (const type of asked.meta.vct_values) {
    const found = own.get(type);
    const names = found?.claims ? namesIn(asked, found.claims) : null;
    if (names) {
      const told = Object.fromEntries(names.map((name) => [name, found.claims[name]]));
      return { id: asked.id, kind: found.kind, names, told };
    }
  }
  return null;
}

function namesIn({ claims, claim_sets: sets }, own) {
  if (!claims) return [];
  const options = sets
    ? sets.map((ids) => ids.map((name) => claims.find((each) => each.id === name)))
    : [claims];
  const option = options.find((asked) => asked.every((claim) => isThere(claim, own)));
  return option ? [...new Set(option.map((claim) => claim.path[0]))] : null;
}

function isThere(claim, own) {
  if (claim?.path?.length !== 1 || !Object.hasOwn(own, claim.path[0])) return false;
  return !claim.values || claim.values.includes(own[claim.path[0]]);
}

function typeOf(kind) {
  return `${location.origin}/credentials/types/${kind}`;
}
