/**
 * The online certificates of this device, each with a key of its own.
 *
 * Most are shown once: whoever is shown the same one twice, or two who compare, would know that it
 * is the same person. Those that are made for one platform are shown to that one alone, again and
 * again: it knows the person by their pseudonym there anyway.
 */

import { presentMoment } from '/app/api.js';
import { isAt } from '/app/buckets.js';
import { decoded } from '/app/jwt.js';
import { change, recall } from '/app/store.js';
import { fetchByOffer, goOnFetching } from '/app/wallet_issuer.js';

export const ORDINARY = 'verified-person';
export const AT_COUNTER = 'verified-person-counter';
export const AT_PLATFORM = 'verified-person-at-platform';
const KINDS = [ORDINARY, AT_COUNTER, AT_PLATFORM];

// Fewer than these, or nearer to their end than an eighth of their life: time for more.
const FEW = 5;
const DAY = 86_400_000;
const LIFE = { [ORDINARY]: 14 * DAY, [AT_COUNTER]: DAY, [AT_PLATFORM]: 14 * DAY };
// Hosts that asked; a person who uses more platforms than these fetches the oldest anew.
const MOST_HOSTS = 100;

/** Those that could still be shown, of a kind: how many, and until when the last is good. */
export async function left(kind) {
  const good = goodOnes(await recall('wallet'), kind);
  return { count: good.length, until: Math.max(0, ...good.map((each) => each.until)) };
}

/** Fetches certificates of each kind anew; the person may be asked for a proof. */
export async function fetchCertificates() {
  const hosts = (await recall('wallet'))?.hosts ?? [];
  const { keys, refresh, certificates } = await fetchByOffer(KINDS, hosts);
  const kept = { keys, refresh, hosts, bucketsAt: presentMoment()};
  await change('wallet', () => ({ kept: { ...kept, certificates: certificates.map(read) } }));
}

/** Fetches more of what runs short, asking nobody; does nothing before there were any. */
export async function fetchMore() {
  const kinds = await scarce();
  if (!kinds.length) return;
  // The token works once: of several tabs, the one that takes it goes on.
  const taken = await change('wallet', (wallet) => ({
    kept: { ...wallet, refresh: null },
    result: wallet.refresh ? wallet : null,
  }));
  if (!taken) return;
  let next;
  try {
    next = await goOnFetching(taken.keys, taken.refresh);
  } catch (problem) {
    // Where nothing came back the token may be shown again; one that was refused is of no more use.
    if (problem.code === 'app.unreached') await keepOn({ refresh: taken.refresh });
    throw problem;
  }
  await keepOn({ refresh: next.refresh });
  const fetched = (await next.fetch(kinds, taken.hosts ?? [])).map(read);
  await change('wallet', (wallet) => ({
    kept: {
      ...wallet,
      bucketsAt: kinds.includes(AT_PLATFORM) ? presentMoment() : wallet.bucketsAt,
      certificates: [...living(wallet).filter((each) => !isReplaced(each, fetched)), ...fetched],
    },
  }));
}

/**
 * Remembers that a platform at `host` asked for a certificate of its own, and none was there: the
 * next fetching brings its bucket. On this device alone.
 */
export async function rememberHost(host) {
  await change('wallet', (wallet) => {
    const before = (wallet?.hosts ?? []).filter((each) => each !== host);
    const hosts = [host, ...before].slice(0, MOST_HOSTS);
    return { kept: { ...wallet, hosts, bucketsAt: 0 } };
  });
}

/** Throws away those of a kind. */
export async function discard(kind) {
  await change('wallet', (wallet) =>
    wallet
      ? { kept: { ...wallet, certificates: living(wallet).filter((each) => each.kind !== kind) } }
      : {},
  );
}

/** The claims that the next certificate of a kind could show, by name; null if there is none. */
export async function claimsOf(kind, host) {
  const next = nextOf(await recall('wallet'), kind, host);
  return next ? apart(next.text).claims : null;
}

/**
 * The certificate of a kind to be shown to a platform at `host`; null if there is none. It is taken
 * for good and never given again, unless it is made for this platform.
 */
export async function take(kind, host) {
  const taken = await change('wallet', (wallet) => {
    const next = nextOf(wallet, kind, host);
    if (!next || next.sector) return { result: next };
    const rest = living(wallet).filter((each) => each !== next);
    return { kept: { ...wallet, certificates: rest }, result: next };
  });
  return taken ? { keys: taken.keys, ...apart(taken.text) } : null;
}

function nextOf(wallet, kind, host) {
  const good = goodOnes(wallet, kind);
  if (kind !== AT_PLATFORM) return good[0] ?? null;
  const own = good.filter((each) => isAt(host, each.sector, each.below));
  // The nearest name: a platform on a host of another one's domain is not that other one.
  own.sort((one, other) => other.sector.length - one.sector.length || other.until - one.until);
  return own[0] ?? null;
}

async function scarce() {
  const wallet = await recall('wallet');
  if (!wallet?.refresh) return [];
  return KINDS.filter((kind) => {
    const early = LIFE[kind] / 8;
    if (kind === AT_PLATFORM) return (wallet.bucketsAt ?? 0) + LIFE[kind] - early < Date.now();
    const soon = Date.now() + early;
    return goodOnes(wallet, kind).filter((each) => each.until > soon).length < FEW;
  });
}

function keepOn(part) {
  return change('wallet', (wallet) => ({ kept: { ...wallet, ...part } }));
}

function isReplaced(each, fetched) {
  return each.sector && fetched.some(({ sector }) => sector === each.sector);
}

function goodOnes(wallet, kind) {
  return living(wallet).filter((each) => each.kind === kind);
}

function living(wallet) {
  return (wallet?.certificates ?? []).filter((each) => each.until > Date.now());
}

/** What the certificate itself says of its end and, if it is for one platform, of that. */
function read(each) {
  const { exp, sector } = decoded(each.text.split('.')[1]);
  return { ...each, until: exp * 1000, ...(sector ? { sector } : {}) };
}

/** {jwt, disclosures, claims, type}: a compact SD-JWT (RFC 9901 section 4), taken apart. */
function apart(text) {
  const [jwt, ...parts] = text.split('~').filter(Boolean);
  const disclosures = new Map(parts.map((part) => [decoded(part)[1], part]));
  const claims = Object.fromEntries(parts.map((part) => decoded(part).slice(1)));
  return { jwt, disclosures, claims, type: decoded(jwt.split('.')[1]).vct };
}
