/**
 * Puts right what is wrong in a block of a QR code: Reed-Solomon over 256 elements (ISO/IEC 18004
 * section 7.5.2), by Berlekamp and Massey, Chien and Forney.
 */

import { times } from '/app/qr_layout.js';

const POWERS = [1];
for (let at = 1; at < 255; at += 1) POWERS.push(times(POWERS[at - 1], 2));
const LOGARITHMS = new Map(POWERS.map((power, at) => [power, at]));

/** The block with its errors put right; null if there are more than half of its correction. */
export function corrected(block, correction) {
  const syndromes = Array.from({ length: correction }, (_, at) => valueOf(block, power(at)));
  if (syndromes.every((each) => each === 0)) return block;
  const locator = locatorOf(syndromes);
  const errors = locator.length - 1;
  if (2 * errors > correction) return null;
  const ended = Array.from({ length: block.length }, (_, at) => block.length - 1 - at);
  // Lowest term first: the root for the word that stands `each` from the end.
  const wrong = ended.filter((each) => valueFrom(locator, power(-each)) === 0);
  if (wrong.length !== errors) return null;
  const evaluator = product(syndromes, locator).slice(0, correction);
  const slope = locator.map((each, at) => (at % 2 ? each : 0)).slice(1);
  const right = [...block];
  for (const each of wrong) {
    const root = power(-each);
    const amount = times(power(each), quotient(valueFrom(evaluator, root), valueFrom(slope, root)));
    right[block.length - 1 - each] ^= amount;
  }
  const isRight = syndromes.every((_, at) => valueOf(right, power(at)) === 0);
  return isRight ? right : null;
}

/** The polynomial whose roots say where the errors are, lowest term first. */
function locatorOf(syndromes) {
  let [locator, before, length, gap, last] = [[1], [1], 0, 1, 1];
  for (let at = 0; at < syndromes.length; at += 1) {
    let off = syndromes[at];
    for (let term = 1; term <= length; term += 1)
      off ^= times(locator[term] ?? 0, syndromes[at - term]);
    if (off === 0) {
      gap += 1;
      continue;
    }
    const factor = quotient(off, last);
    const kept = locator;
    const shifted = [...Array(gap).fill(0), ...before.map((each) => times(each, factor))];
    locator = Array.from(
      { length: Math.max(kept.length, shifted.length) },
      (_, term) => (kept[term] ?? 0) ^ (shifted[term] ?? 0),
    );
    if (2 * length <= at) {
      [before, last, length, gap] = [kept, off, at + 1 - length, 1];
    } else gap += 1;
  }
  return locator.slice(0, length + 1);
}

function product(one, other) {
  const found = Array(one.length + other.length - 1).fill(0);
  one.forEach((left, at) => other.forEach((right, to) => (found[at + to] ^= times(left, right))));
  return found;
}

/** A polynomial at a place, its highest term first. */
function valueOf(terms, place) {
  return terms.reduce((sum, each) => times(sum, place) ^ each, 0);
}

/** The same, its lowest term first. */
function valueFrom(terms, place) {
  return terms.reduceRight((sum, each) => times(sum, place) ^ each, 0);
}

function power(exponent) {
  return POWERS[((exponent % 255) + 255) % 255];
}

function quotient(one, other) {
  return one === 0 ? 0 : power(LOGARITHMS.get(one) - LOGARITHMS.get(other));
}
