/**
 * QR codes (ISO/IEC 18004), drawn on the device, as at a counter there may be no network: bytes,
 * level L (it is read from a screen, and may be long), the smallest version that holds the text.
 */

// Of each version: octets of error correction in a block, and blocks (table 9, level L).
const CORRECTION = [
  7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28, 28, 28, 30, 30, 26,
  28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
];
const BLOCKS = [
  1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8, 8, 9, 9, 10, 12, 12, 12, 13, 14, 15,
  16, 17, 18, 19, 19, 20, 21, 22, 24, 25,
];
const LEVEL_L = 0b01;
const MASKS = [
  (row, column) => (row + column) % 2,
  (row) => row % 2,
  (row, column) => column % 3,
  (row, column) => (row + column) % 3,
  (row, column) => (Math.floor(row / 2) + Math.floor(column / 3)) % 2,
  (row, column) => ((row * column) % 2) + ((row * column) % 3),
  (row, column) => (((row * column) % 2) + ((row * column) % 3)) % 2,
  (row, column) => (((row + column) % 2) + ((row * column) % 3)) % 2,
];

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

/** Modules that hold data and correction (section 6.3): all that are no pattern. */
function wordsIn(version) {
  let modules = (16 * version + 128) * version + 64;
  if (version >= 2) {
    const rows = Math.floor(version / 7) + 2;
    modules -= (25 * rows - 10) * rows - 55;
  }
  if (version >= 7) modules -= 36;
  return Math.floor(modules / 8);
}

function dataLength(version) {
  return wordsIn(version) - CORRECTION[version - 1] * BLOCKS[version - 1];
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
  const count = BLOCKS[version - 1];
  const correction = CORRECTION[version - 1];
  const shortest = Math.floor(data.length / count);
  const longer = data.length % count;
  const blocks = [];
  for (let block = 0, at = 0; block < count; block += 1) {
    const length = shortest + (block >= count - longer ? 1 : 0);
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

/** In the field of 256 elements over x^8 + x^4 + x^3 + x^2 + 1. */
function times(one, other) {
  let product = 0;
  for (let at = 7; at >= 0; at -= 1) {
    product = (product << 1) ^ ((product >>> 7) * 0x11d);
    product ^= ((other >>> at) & 1) * one;
  }
  return product;
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
  const size = 4 * version + 17;
  const dark = Array.from({ length: size }, () => Array(size).fill(null));
  drawPatterns(dark, version);
  drawFormat(dark, (LEVEL_L << 3) | number);
  const bits = words.flatMap((word) => [7, 6, 5, 4, 3, 2, 1, 0].map((at) => (word >>> at) & 1));
  let next = 0;
  for (const [row, column] of places(size)) {
    if (dark[row][column] !== null) continue;
    const bit = bits[next] ?? 0;
    next += 1;
    dark[row][column] = (bit === 1) !== (mask(row, column) === 0);
  }
  return dark;
}

/** Two columns at a time, up and down, from the right (section 7.7.3). */
function* places(size) {
  let upwards = true;
  for (let right = size - 1; right > 0; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step += 1) {
      const row = upwards ? size - 1 - step : step;
      yield [row, right];
      yield [row, right - 1];
    }
    upwards = !upwards;
  }
}

function drawPatterns(dark, version) {
  const size = dark.length;
  for (let at = 0; at < size; at += 1) dark[6][at] = dark[at][6] = at % 2 === 0;
  for (const [row, column] of [
    [3, 3],
    [3, size - 4],
    [size - 4, 3],
  ])
    drawSquare(dark, row, column, 4, (distance) => distance !== 2 && distance !== 4);
  const centres = alignment(version, size);
  const last = centres.length - 1;
  centres.forEach((row, down) =>
    centres.forEach((column, right) => {
      const isCorner = down % last === 0 && right % last === 0 && down + right < 2 * last;
      if (!isCorner) drawSquare(dark, row, column, 2, (distance) => distance !== 1);
    }),
  );
  if (version < 7) return;
  const bits = (version << 12) | checked(version, 12, 0x1f25);
  for (let at = 0; at < 18; at += 1) {
    const [near, far] = [Math.floor(at / 3), size - 11 + (at % 3)];
    dark[near][far] = dark[far][near] = ((bits >>> at) & 1) === 1;
  }
}

function drawSquare(dark, row, column, reach, isDark) {
  for (let down = -reach; down <= reach; down += 1)
    for (let right = -reach; right <= reach; right += 1)
      if (dark[row + down]?.[column + right] !== undefined)
        dark[row + down][column + right] = isDark(Math.max(Math.abs(down), Math.abs(right)));
}

function alignment(version, size) {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = version === 32 ? 26 : 2 * Math.ceil((4 * version + 4) / (2 * count - 2));
  const rest = Array.from({ length: count - 1 }, (_, at) => size - 7 - at * step);
  return [6, ...rest.reverse()];
}

/** Twice, around the corners (section 7.9), and the module that is always dark. */
function drawFormat(dark, format) {
  const size = dark.length;
  const bits = ((format << 10) | checked(format, 10, 0x537)) ^ 0x5412;
  for (let at = 0; at < 15; at += 1) {
    const isDark = ((bits >>> at) & 1) === 1;
    if (at < 8) dark[at < 6 ? at : at + 1][8] = dark[8][size - 1 - at] = isDark;
    else dark[8][at === 8 ? 7 : 14 - at] = dark[size - 15 + at][8] = isDark;
  }
  dark[size - 8][8] = true;
}

function checked(value, length, generator) {
  let rest = value;
  for (let at = 0; at < length; at += 1) rest = (rest << 1) ^ ((rest >>> (length - 1)) * generator);
  return rest;
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
