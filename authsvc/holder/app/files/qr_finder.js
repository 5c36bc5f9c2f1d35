/** Finds a QR code in a picture: what is dark, where the three corners are, where each module lies. */

// Shares of a picture's longer side: how far around a place its own light is measured.
const AROUND = 1 / 12;
// Paper is never quite even; what is a little darker than what is around is not ink.
const INK = 0.9;
// Of a square of 1:1:3:1:1, how far a run may be off (section 7.3.2; a picture is not exact).
const TOLERANCE = 0.55;
const MOST_CORNERS = 8;

/** A function of x and y in pixels: whether it is dark there, compared with what is around. */
export function darkness({ data, width, height }) {
  const light = new Float64Array(width * height);
  const sums = new Float64Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y += 1) {
    let row = 0;
    for (let x = 0; x < width; x += 1) {
      const at = y * width + x;
      light[at] = 0.3 * data[4 * at] + 0.59 * data[4 * at + 1] + 0.11 * data[4 * at + 2];
      row += light[at];
      sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1] + row;
    }
  }
  const reach = Math.max(8, Math.round(Math.max(width, height) * AROUND));
  const isDark = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) {
    const [top, bottom] = [Math.max(0, y - reach), Math.min(height, y + reach + 1)];
    for (let x = 0; x < width; x += 1) {
      const [left, right] = [Math.max(0, x - reach), Math.min(width, x + reach + 1)];
      const sum =
        sums[bottom * (width + 1) + right] -
        sums[top * (width + 1) + right] -
        sums[bottom * (width + 1) + left] +
        sums[top * (width + 1) + left];
      const mean = sum / ((bottom - top) * (right - left));
      isDark[y * width + x] = light[y * width + x] < INK * mean ? 1 : 0;
    }
  }
  return (x, y) => {
    const [column, row] = [Math.floor(x), Math.floor(y)];
    const isInside = column >= 0 && row >= 0 && column < width && row < height;
    return isInside && isDark[row * width + column] === 1;
  };
}

/** Where a code may lie: {size, at}, `at(column, row)` being the place of a point of it. */
export function* found(isDark, { width, height }) {
  const corners = cornersIn(isDark, width, height).slice(0, MOST_CORNERS);
  for (const three of triples(corners)) {
    const [corner, right, below] = inOrder(three);
    const module = (corner.module + right.module + below.module) / 3;
    const side = (distance(corner, right) + distance(corner, below)) / 2 / module + 7;
    const version = Math.round((side - 17) / 4);
    for (const each of [0, 1, -1, 2, -2].map((off) => version + off)) {
      if (each < 1 || each > 40) continue;
      yield* placed(isDark, 4 * each + 17, corner, right, below);
    }
  }
}

function cornersIn(isDark, width, height) {
  const corners = [];
  for (let y = 0; y < height; y += 1) {
    for (const { middle, module } of runs((x) => isDark(x, y), width)) {
      const down = runs((at) => isDark(middle, at), height).find(
        (each) => Math.abs(each.middle - y) < 2 * module && isLike(each.module, module),
      );
      if (!down) continue;
      const own = { x: middle, y: down.middle, module: (module + down.module) / 2, seen: 1 };
      const same = corners.find((each) => distance(each, own) < 2 * each.module);
      if (same) merge(same, own);
      else corners.push(own);
    }
  }
  return corners.sort((one, other) => other.seen - one.seen);
}

/** Where five runs stand as 1:1:3:1:1 along a line: the middle, and the length of a module. */
function runs(isDarkAt, length) {
  const found = [];
  const lengths = [];
  let [before, since] = [false, 0];
  for (let at = 0; at <= length; at += 1) {
    const now = at < length && isDarkAt(at);
    if (now === before && at < length) continue;
    lengths.push(at - since);
    if (before && lengths.length >= 5) {
      const five = lengths.slice(-5);
      const module = five.reduce((sum, each) => sum + each, 0) / 7;
      const isOne = five.every(
        (each, place) => Math.abs(each - (place === 2 ? 3 : 1) * module) <= TOLERANCE * module * (place === 2 ? 2 : 1),
      );
      if (isOne && module >= 1) found.push({ middle: at - five[4] - five[3] - five[2] / 2, module });
    }
    [before, since] = [now, at];
  }
  return found;
}

function isLike(one, other) {
  return one < 1.6 * other && other < 1.6 * one;
}

function merge(same, own) {
  for (const each of ['x', 'y', 'module'])
    same[each] = (same[each] * same.seen + own[each]) / (same.seen + 1);
  same.seen += 1;
}

function* triples(corners) {
  for (let third = 2; third < corners.length; third += 1)
    for (let second = 1; second < third; second += 1)
      for (let first = 0; first < second; first += 1) {
        const three = [corners[first], corners[second], corners[third]];
        if (three.every((each) => isLike(each.module, three[0].module))) yield three;
      }
}

/** The one at the right angle, then the one to its right, then the one below. */
function inOrder(three) {
  const [corner] = [...three].sort((one, other) => across(three, other) - across(three, one));
  const [right, below] = three.filter((each) => each !== corner);
  const turn =
    (right.x - corner.x) * (below.y - corner.y) - (right.y - corner.y) * (below.x - corner.x);
  return turn > 0 ? [corner, right, below] : [corner, below, right];
}

function across(three, one) {
  const [first, second] = three.filter((each) => each !== one);
  return distance(first, second);
}

function distance(one, other) {
  return Math.hypot(one.x - other.x, one.y - other.y);
}

/** By the fourth mark, which shows how the code leans; and flat, if there is none. */
function* placed(isDark, size, corner, right, below) {
  const span = size - 7;
  const flat = (column, row) => [
    corner.x + ((column - 3.5) * (right.x - corner.x) + (row - 3.5) * (below.x - corner.x)) / span,
    corner.y + ((column - 3.5) * (right.y - corner.y) + (row - 3.5) * (below.y - corner.y)) / span,
  ];
  const mark = size > 21 ? fourthMark(isDark, size - 6.5, flat) : null;
  if (mark) {
    const seen = [corner, right, below, mark].map(({ x, y }) => [x, y]);
    const meant = [
      [3.5, 3.5],
      [size - 3.5, 3.5],
      [3.5, size - 3.5],
      [size - 6.5, size - 6.5],
    ];
    yield { size, at: leaning(meant, seen) };
  }
  yield { size, at: flat };
}

/** The mark of 5 by 5 modules near its place: the middle of where it fits best; null if nowhere. */
function fourthMark(isDark, place, flat) {
  let [best, fitting] = [21, []];
  const reach = Math.max(4, place / 10);
  for (let down = -reach; down <= reach; down += 0.25) {
    for (let right = -reach; right <= reach; right += 0.25) {
      const fit = fitOf(isDark, place + right, place + down, flat);
      if (fit > best) [best, fitting] = [fit, []];
      if (fit === best) fitting.push([right, down]);
    }
  }
  if (!fitting.length) return null;
  fitting.sort((one, other) => Math.hypot(...one) - Math.hypot(...other));
  const [nearest] = fitting;
  const same = fitting.filter((each) => Math.hypot(each[0] - nearest[0], each[1] - nearest[1]) < 1.5);
  const [x, y] = flat(
    place + same.reduce((sum, each) => sum + each[0], 0) / same.length,
    place + same.reduce((sum, each) => sum + each[1], 0) / same.length,
  );
  return { x, y };
}

function fitOf(isDark, column, row, flat) {
  let fit = 0;
  for (let down = -2; down <= 2; down += 1)
    for (let right = -2; right <= 2; right += 1) {
      const meant = Math.max(Math.abs(down), Math.abs(right)) !== 1;
      if (isDark(...flat(column + right, row + down)) === meant) fit += 1;
    }
  return fit;
}

/** The projection by which four points are seen: eight unknowns, by elimination. */
function leaning(meant, seen) {
  const rows = meant.flatMap(([u, v], at) => {
    const [x, y] = seen[at];
    return [
      [u, v, 1, 0, 0, 0, -u * x, -v * x, x],
      [0, 0, 0, u, v, 1, -u * y, -v * y, y],
    ];
  });
  for (let pivot = 0; pivot < 8; pivot += 1) {
    const best = rows.slice(pivot).reduce((one, other) =>
      Math.abs(other[pivot]) > Math.abs(one[pivot]) ? other : one,
    );
    rows.splice(rows.indexOf(best), 1);
    rows.splice(pivot, 0, best);
    for (const row of rows) {
      if (row === best) continue;
      const factor = row[pivot] / best[pivot];
      for (let column = pivot; column < 9; column += 1) row[column] -= factor * best[column];
    }
  }
  const [a, b, c, d, e, f, g, h] = rows.map((row, at) => row[8] / row[at]);
  return (u, v) => {
    const depth = g * u + h * v + 1;
    return [(a * u + b * v + c) / depth, (d * u + e * v + f) / depth];
  };
}
