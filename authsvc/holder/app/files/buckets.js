/** Which platform a host belongs to, and which buckets of platforms are fetched. */

// As many buckets (of 64 platforms at most) are fetched whole, whoever asked: a few hundred keys,
// some seconds of a phone. Where there are more, those with a platform that asked.
const FEW_BUCKETS = 4;

/**
 * Whether a certificate for `sector` is shown to a platform at `host`: there, and on hosts below it,
 * which are the same owner's (as WebAuthn has it of an RP ID), but for those of `others`.
 */
export function isAt(host, sector, others = []) {
  const isThere = host === sector || host.endsWith(`.${sector}`);
  return isThere && !others.some((other) => isAt(host, other));
}

/**
 * Platforms of their own on hosts below a sector: whoever has a name there, and is registered, is
 * somebody else, and must not know the person as the one above does.
 */
export function othersBelow(sector, listed) {
  const every = listed.flatMap(({ platforms }) => platforms);
  return every.filter((other) => other !== sector && isAt(other, sector));
}

/**
 * The buckets to fetch, of those that the token is good for: {credential_identifier, platforms}.
 * Which platform is meant is decided here and told nobody.
 */
export function chosenBuckets(listed, allowed, hosts) {
  const open = listed.filter((each) => allowed.includes(each.credential_identifier));
  if (open.length <= FEW_BUCKETS) return open;
  return open.filter(({ platforms }) =>
    platforms.some((sector) => hosts.some((host) => isAt(host, sector))),
  );
}
