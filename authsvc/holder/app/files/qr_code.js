/**
 * QR codes (ISO/IEC 18004), drawn on the device, as at a counter there may be no network: bytes,
 * level L (it is read from a screen, and may be long), the smallest version that holds the text.
 */

import { MASKS, blocksOf, drawPatterns, places, times } from '/app/qr_layout.js';

const LEVEL_L = 0b01;

/** The rows of the code for a text, each a list of booleans: true is dark. */
export function qrCode(text) {
  const bytes = new TextEncoder().encode(text);
  const version = versionFor(bytes.length);
  const words = interleaved(dataWords(bytes, version), version);
  const drawings = MASKS.map((mask, number) => drawn(version, words, mask, number));
  return drawings.reduce((best, each) => (restless(each) < restless(best) ? each : best));
}

function versionFor(length) {
  for (let version = 1; version <= 40; version += 1) {
    const bits = 4 + (version < 10 ? 8 : 16) + 8 * length;
    if (bits <= 8 * dataLength(version)) return version;
  }
  throw new RangeError('too long for a QR code');
}

function dataLength(version) {
  return blocksOf(version, LEVEL_L).lengths.reduce((sum, each) => sum + each, 0);
}

/** Mode, length, bytes, the end, and what fills the rest (section 7.4). */
function dataWords(bytes, version) {
  const bits = [];
  const append = (value, length) => {
    for (let at = length - 1; at >= 0; at -= 1) bits.push((value >>> at) & 1);
  };
  append(0b0100, 4);
  append(bytes.length, version < 10 ? 8 : 16);
  for (const byte of bytes) append(byte, 8);
  const length = dataLength(version);
  append(0, Math.min(4, 8 * length - bits.length));
  append(0, -bits.length & 7);
  for (let fill = 0xec; bits.length < 8 * length; fill ^= 0xec ^ 0x11) append(fill, 8);
  return Array.from({ length }, (_, word) =>
    bits.slice(8 * word, 8 * word + 8).reduce((value, bit) => 2 * value + bit, 0),
  );
}

/** Blocks with their correction, one word of each in turn (section 7.6). */
function interleaved(data, version) {
  const { correction, lengths } = blocksOf(version, LEVEL_L);
  const blocks = [];
  let at = 0;
  for (const length of lengths) {
    blocks.push(data.slice(at, at + length));
    at += length;
  }
  const generator = generatorOf(correction);
  const checks = blocks.map((block) => remainder(block, generator));
  return [...inTurn(blocks), ...inTurn(checks)];
}

function inTurn(blocks) {
  const longest = Math.max(...blocks.map((block) => block.length));
  const found = [];
  for (let at = 0; at < longest; at += 1)
    for (const block of blocks) if (at < block.length) found.push(block[at]);
  return found;
}

function generatorOf(degree) {
  const found = [...Array(degree - 1).fill(0), 1];
  for (let step = 0, root = 1; step < degree; step += 1, root = times(root, 2)) {
    for (let at = 0; at < degree; at += 1)
      found[at] = times(found[at], root) ^ (found[at + 1] ?? 0);
  }
  return found;
}

function remainder(block, generator) {
  const found = Array(generator.length).fill(0);
  for (const word of block) {
    const factor = word ^ found.shift();
    found.push(0);
    generator.forEach((each, at) => (found[at] ^= times(each, factor)));
  }
  return found;
}

function drawn(version, words, mask, number) {
  const dark = drawPatterns(version, (LEVEL_L << 3) | number);
  const bits = words.flatMap((word) => [7, 6, 5, 4, 3, 2, 1, 0].map((at) => (word >>> at) & 1));
  let next = 0;
  for (const [row, column] of places(dark.length)) {
    if (dark[row][column] !== null) continue;
    const bit = bits[next] ?? 0;
    next += 1;
    dark[row][column] = (bit === 1) !== (mask(row, column) === 0);
  }
  return dark;
}

/** How much a drawing has of what confuses a camera: long runs and squares (section 7.8.3). */
function restless(dark) {
  let points = 0;
  for (let row = 0; row < dark.length; row += 1) {
    let [along, down] = [0, 0];
    for (let column = 1; column < dark.length; column += 1) {
      along = dark[row][column] === dark[row][column - 1] ? along + 1 : 0;
      down = dark[column][row] === dark[column - 1][row] ? down + 1 : 0;
      for (const run of [along, down]) points += run === 4 ? 3 : run > 4 ? 1 : 0;
      const isSquare =
        row > 0 &&
        dark[row][column] === dark[row][column - 1] &&
        dark[row][column] === dark[row - 1][column] &&
        dark[row][column] === dark[row - 1][column - 1];
      if (isSquare) points += 3;
    }
  }
  return points;
}
