/**
 * What a query in DCQL asks for (OpenID4VP 1.0 section 6), held against the wallet: which claims of
 * which kind answer it. All of it or nothing; what this wallet does not understand it does not answer.
 */

import { claimsOf } from '/app/wallet.js';

const FORMAT = 'dc+sd-jwt';
// What is shown to platforms: the kind whose status they can look up.
const KIND = 'verified-person';

/** [{id, kind, names, told}] that answer the query, or null: `told` has the claims with values. */
export async function answerTo(query) {
  if (!Array.isArray(query?.credentials) || !query.credentials.length) return null;
  const own = await claimsOf(KIND);
  if (!own) return null;
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

function answer({ id, format, meta, claims, claim_sets: sets }, own) {
  const type = `${location.origin}/credentials/types/${KIND}`;
  if (format !== FORMAT || !meta?.vct_values?.includes(type)) return null;
  if (!claims) return { id, kind: KIND, names: [], told: {} };
  const options = sets
    ? sets.map((ids) => ids.map((name) => claims.find((each) => each.id === name)))
    : [claims];
  const option = options.find((asked) => asked.every((claim) => isThere(claim, own)));
  if (!option) return null;
  const names = [...new Set(option.map((claim) => claim.path[0]))];
  return {
    id,
    kind: KIND,
    names,
    told: Object.fromEntries(names.map((name) => [name, own[name]])),
  };
}

function isThere(claim, own) {
  if (claim?.path?.length !== 1 || !Object.hasOwn(own, claim.path[0])) return false;
  return !claim.values || claim.values.includes(own[claim.path[0]]);
}
