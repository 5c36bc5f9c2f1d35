/**
 * What stands where in a QR code (ISO/IEC 18004): for the drawing of one, and for the reading.
 * Levels of correction go by their two bits: M, L, H, Q.
 */

// Of each level and version: octets of correction in a block, and blocks (table 9).
const CORRECTION = [
  [
    10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, 28, 28, 28,
    28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28,
  ],
  [
    7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28, 28, 28, 30, 30,
    26, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
  ],
  [
    17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28, 30, 24, 30, 30,
    30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
  ],
  [
    13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30, 28, 30, 30, 30,
    30, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
  ],
];
const BLOCKS = [
  [
    1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21, 23, 25,
    26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49,
  ],
  [
    1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8, 8, 9, 9, 10, 12, 12, 12, 13, 14, 15,
    16, 17, 18, 19, 19, 20, 21, 22, 24, 25,
  ],
  [
    1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16, 18, 16, 19, 21, 25, 25, 25, 34, 30, 32, 35, 37,
    40, 42, 45, 48, 51, 54, 57, 60, 63, 66, 70, 74, 77, 81,
  ],
  [
    1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16, 12, 17, 16, 18, 21, 20, 23, 23, 25, 27, 29, 34, 34,
    35, 38, 40, 43, 45, 48, 51, 53, 56, 59, 62, 65, 68,
  ],
];
export const MASKS = [
  (row, column) => (row + column) % 2,
  (row) => row % 2,
  (row, column) => column % 3,
  (row, column) => (row + column) % 3,
  (row, column) => (Math.floor(row / 2) + Math.floor(column / 3)) % 2,
  (row, column) => ((row * column) % 2) + ((row * column) % 3),
  (row, column) => (((row * column) % 2) + ((row * column) % 3)) % 2,
  (row, column) => (((row + column) % 2) + ((row * column) % 3)) % 2,
];

/** Octets of correction in a block, and how many of data each block has. */
export function blocksOf(version, level) {
  const correction = CORRECTION[level][version - 1];
  const count = BLOCKS[level][version - 1];
  const total = wordsIn(version) - correction * count;
  const longer = total % count;
  const lengths = Array.from(
    { length: count },
    (_, block) => Math.floor(total / count) + (block >= count - longer ? 1 : 0),
  );
  return { correction, lengths };
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

/** Two columns at a time, up and down, from the right (section 7.7.3). */
export function* places(size) {
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

/** The modules of a code, true for dark, as far as they are patterns; null for all that are data. */
export function drawPatterns(version, format) {
  const size = 4 * version + 17;
  const dark = Array.from({ length: size }, () => Array(size).fill(null));
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
  drawFormat(dark, format);
  if (version >= 7) drawVersion(dark, version);
  return dark;
}

function drawVersion(dark, version) {
  const bits = (version << 12) | checked(version, 12, 0x1f25);
  for (let at = 0; at < 18; at += 1) {
    const [near, far] = [Math.floor(at / 3), dark.length - 11 + (at % 3)];
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

/** Level and mask as fifteen bits that can be put right, concealed (section 7.9.1). */
export function formatBits(format) {
  return ((format << 10) | checked(format, 10, 0x537)) ^ 0x5412;
}

/** Twice, around the corners (section 7.9), and the module that is always dark. */
function drawFormat(dark, format) {
  const size = dark.length;
  const bits = formatBits(format);
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

/** In the field of 256 elements over x^8 + x^4 + x^3 + x^2 + 1. */
export function times(one, other) {
  let product = 0;
  for (let at = 7; at >= 0; at -= 1) {
    product = (product << 1) ^ ((product >>> 7) * 0x11d);
    product ^= ((other >>> at) & 1) * one;
  }
  return product;
}
