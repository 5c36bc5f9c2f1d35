/**
 * Reads a QR code (ISO/IEC 18004) in a picture, where the browser cannot by itself: one code, more
 * or less upright in front of the camera, any version, level and mask; text as bytes, digits or
 * letters. What a picture got wrong is put right as far as the code allows.
 */

import { corrected } from '/app/qr_correction.js';
import { darkness, found } from '/app/qr_finder.js';
import { MASKS, blocksOf, drawPatterns, formatBits, places } from '/app/qr_layout.js';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
const [NUMERIC, ALPHANUMERIC, BYTES, ECI] = [0b0001, 0b0010, 0b0100, 0b0111];

/** The text in a picture ({data, width, height}, as a canvas gives it); null if none can be read. */
export function readQR(image) {
  const isDark = darkness(image);
  for (const { size, at } of found(isDark, image)) {
    const modules = sampled(isDark, size, at);
    // The second is a code in a mirror.
    const text = decodedText(modules) ?? decodedText(transposed(modules));
    if (text !== null) return text;
  }
  return null;
}

function sampled(isDark, size, at) {
  return Array.from({ length: size }, (_, row) =>
    Array.from({ length: size }, (__, column) => isDark(...at(column + 0.5, row + 0.5))),
  );
}

function transposed(modules) {
  return modules.map((_, row) => modules.map((each) => each[row]));
}

function decodedText(modules) {
  const size = modules.length;
  const version = (size - 17) / 4;
  const format = formatOf(modules);
  if (format === null) return null;
  const [level, mask] = [format >> 3, MASKS[format & 0b111]];
  const patterns = drawPatterns(version, format);
  const bits = [];
  for (const [row, column] of places(size)) {
    if (patterns[row][column] === null)
      bits.push(modules[row][column] !== (mask(row, column) === 0) ? 1 : 0);
  }
  const words = [];
  for (let at = 0; at + 8 <= bits.length; at += 8)
    words.push(bits.slice(at, at + 8).reduce((value, bit) => 2 * value + bit, 0));
  const data = dataOf(words, version, level);
  return data && textOf(data, version);
}

/** Level and mask, as written around the corners; the nearest of the 32 that there are. */
function formatOf(modules) {
  const size = modules.length;
  let [near, far] = [0, 0];
  for (let at = 14; at >= 0; at -= 1) {
    const [down, right] = at < 8 ? [at < 6 ? at : at + 1, 8] : [8, at === 8 ? 7 : 14 - at];
    near = (near << 1) | Number(modules[down][right]);
    far = (far << 1) | Number(at < 8 ? modules[8][size - 1 - at] : modules[size - 15 + at][8]);
  }
  // Three wrong bits of fifteen can be told (section 7.9.1).
  const isNear = (read, format) => ones(read ^ formatBits(format)) <= 3;
  const known = Array.from({ length: 32 }, (_, format) => format);
  return known.find((format) => isNear(near, format) || isNear(far, format)) ?? null;
}

function ones(value) {
  let count = 0;
  for (let rest = value; rest; rest &= rest - 1) count += 1;
  return count;
}

/** The data of all blocks, put right; null if more is wrong than can be. */
function dataOf(words, version, level) {
  const { lengths, correction } = blocksOf(version, level);
  const blocks = lengths.map(() => []);
  let at = 0;
  for (let place = 0; place < Math.max(...lengths); place += 1)
    for (const [block, length] of lengths.entries())
      if (place < length) blocks[block].push(words[at++]);
  for (let place = 0; place < correction; place += 1)
    for (const block of blocks) block.push(words[at++]);
  const data = [];
  for (const [block, length] of lengths.entries()) {
    const found = corrected(blocks[block], correction);
    if (!found) return null;
    data.push(...found.slice(0, length));
  }
  return data;
}

/** The text of the segments (section 7.4); null for what is none of ours to read. */
function textOf(data, version) {
  let next = 0;
  const left = () => 8 * data.length - next;
  const take = (count) => {
    let value = 0;
    for (let bit = 0; bit < count; bit += 1, next += 1)
      value = (value << 1) | (((data[next >> 3] ?? 0) >>> (7 - (next & 7))) & 1);
    return value;
  };
  const group = version < 10 ? 0 : version < 27 ? 1 : 2;
  const bytes = [];
  const add = (text) => bytes.push(...new TextEncoder().encode(text));
  while (left() >= 4) {
    const mode = take(4);
    if (mode === 0) break;
    if (mode === ECI) {
      // UTF-8 is all that we read, and what anybody else would mean.
      if (take(8) >= 0x80) return null;
    } else if (mode === BYTES) {
      const count = take([8, 16, 16][group]);
      if (8 * count > left()) return null;
      for (let at = 0; at < count; at += 1) bytes.push(take(8));
    } else if (mode === ALPHANUMERIC) {
      for (let count = take([9, 11, 13][group]); count > 0; count -= 2) {
        if (left() < 6) return null;
        const pair = take(count > 1 ? 11 : 6);
        add((count > 1 ? ALPHABET[Math.floor(pair / 45)] : '') + ALPHABET[pair % 45]);
      }
    } else if (mode === NUMERIC) {
      for (let count = take([10, 12, 14][group]); count > 0; count -= 3) {
        if (left() < 4) return null;
        const digits = Math.min(count, 3);
        add(String(take([0, 4, 7, 10][digits])).padStart(digits, '0'));
      }
    } else return null;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes));
  } catch {
    return null;
  }
}
