/**
 * The online certificates of this device: each has a key of its own, and is shown once. Whoever is
 * shown the same one twice, or two who compare, would know that it is the same person.
 */

import { decoded } from '/app/jwt.js';
import { change, recall } from '/app/store.js';
import { fetchByOffer, goOnFetching } from '/app/wallet_issuer.js';

// Fewer than these, or nearer to their end than an eighth of their life: time for more.
const FEW = 5;
const LIFE = { 'verified-person': 14 * 86_400_000, 'verified-person-counter': 86_400_000 };

/** Those that could still be shown, of a kind: how many, and until when the last is good. */
export async function left(kind) {
  const good = goodOnes(await recall('wallet'), kind);
  return { count: good.length, until: Math.max(0, ...good.map((each) => each.until)) };
}

/** Fetches certificates of each kind anew; the person may be asked for a proof. */
export async function fetchCertificates() {
  const { keys, refresh, certificates } = await fetchByOffer();
  const read = certificates.map(withEnd);
  await change('wallet', () => ({ kept: { keys, refresh, certificates: read } }));
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
    if (problem.code === 'app.unreached') {
      await change('wallet', (wallet) => ({ kept: { ...wallet, refresh: taken.refresh } }));
    }
    throw problem;
  }
  await change('wallet', (wallet) => ({ kept: { ...wallet, refresh: next.refresh } }));
  const fetched = (await next.fetch(kinds)).map(withEnd);
  await change('wallet', (wallet) => ({
    kept: { ...wallet, certificates: [...living(wallet), ...fetched] },
  }));
}

/** The claims that the next certificate of a kind could show, by name; null if there is none. */
export async function claimsOf(kind) {
  const [next] = goodOnes(await recall('wallet'), kind);
  return next ? read(next.text).claims : null;
}

/** Takes one certificate for good: it is never given again. Null if there is none. */
export async function take(kind) {
  const taken = await change('wallet', (wallet) => {
    if (!wallet) return { result: null };
    const [next] = goodOnes(wallet, kind);
    const rest = living(wallet).filter((each) => each !== next);
    return { kept: { ...wallet, certificates: rest }, result: next ?? null };
  });
  return taken ? { keys: taken.keys, ...read(taken.text) } : null;
}

async function scarce() {
  const wallet = await recall('wallet');
  if (!wallet?.refresh) return [];
  return Object.keys(LIFE).filter((kind) => {
    const soon = Date.now() + LIFE[kind] / 8;
    return goodOnes(wallet, kind).filter((each) => each.until > soon).length < FEW;
  });
}

function goodOnes(wallet, kind) {
  return living(wallet).filter((each) => each.kind === kind);
}

function living(wallet) {
  return (wallet?.certificates ?? []).filter((each) => each.until > Date.now());
}

function withEnd(each) {
  return { ...each, until: decoded(each.text.split('.')[1]).exp * 1000 };
}

/** {jwt, disclosures, claims, type}: a compact SD-JWT (RFC 9901 section 4), taken apart. */
function read(text) {
  const [jwt, ...parts] = text.split('~').filter(Boolean);
  const disclosures = new Map(parts.map((part) => [decoded(part)[1], part]));
  const claims = Object.fromEntries(parts.map((part) => decoded(part).slice(1)));
  return { jwt, disclosures, claims, type: decoded(jwt.split('.')[1]).vct };
}
