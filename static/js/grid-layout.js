/**
 * How pictures fill rows, and how high that is. Pure functions: no page, no memory.
 *
 * A page of a hundred thousand pictures has its full height before a single one of them is known: a block's height
 * follows from how many pictures it has and the sum of their ratios alone. When its pictures are known, they are
 * divided into rows that fill exactly that height. A ratio is width by height; a frame is the width of a row, the
 * height it should have and the gap between pictures, in pixels.
 *
 * @typedef {{width: number, row: number, gap: number}} Frame
 * @typedef {{start: number, end: number, top: number, height: number}} Row from picture `start` up to before `end`
 */

/** How far the number of rows may go from what the sums say, nearest first. */
const TRIES = [0, -1, 1, -2, 2, -3, 3, -4, 4, -5, 5, -6, 6];
const GOOD = 0.01;
/** A row is never lower than this part of the wished height, unless a single picture fills it. */
const FLATTEST = 0.45;
/** How many pictures the end of a row may be moved to make rows more alike. */
const REACH = 2;
/** Rows are never all alike, and what differs makes them a little higher than their mean: the more, the fewer a row holds. */
const UNEVEN = 0.12;

/**
 * How many full rows a block is to have. Where a row holds one or two pictures it holds a whole number of them:
 * pictures of one shape would else be large and small by turns.
 *
 * @param {number} count
 * @param {number} sum of the ratios
 * @param {Frame} frame
 */
export function rowCount(count, sum, { width, row, gap }) {
  const each = count / Math.max(1, (sum * row + gap * count) / (width + gap));
  const whole = each < 1.3 ? 1 : each < 2.45 ? 2 : each;
  return Math.min(count, Math.max(1, Math.round(count / whole)));
}

/**
 * How high a block is whose rows are all full.
 *
 * @param {number} count
 * @param {number} sum of the ratios
 * @param {Frame} frame
 */
export function blockHeight(count, sum, frame) {
  if (!count) return 0;
  const rows = rowCount(count, sum, frame);
  const each = count / rows;
  const high = (frame.width - frame.gap * (each - 1)) / (sum / rows);
  const uneven = rows > 1 && each > 1 ? 1 + UNEVEN / each ** 2 : 1;
  return Math.round(rows * high * uneven + (rows - 1) * frame.gap);
}

/**
 * Rows that are all full and together exactly `height` high. What does not come out even is taken from every
 * picture alike, by cutting a little of its edge.
 *
 * @param {number[]} ratios
 * @param {Frame} frame
 * @param {number} height
 * @returns {Row[]}
 */
export function fullRows(ratios, frame, height) {
  const passed = sums(ratios);
  const planned = rowCount(ratios.length, passed.at(-1), frame);
  let best = null;
  for (const more of TRIES) {
    const count = planned + more;
    const room = height - (count - 1) * frame.gap;
    if (count < 1 || count > ratios.length || room <= 0) continue;
    const heights = naturalHeights(passed, frame, evenCuts(passed, count));
    const scale = room / heights.reduce((total, { high }) => total + high, 0);
    const off = Math.abs(Math.log(scale));
    if (!best || off < best.off) best = { heights, scale, off };
    if (off < GOOD) break;
  }
  return stacked(best.heights, best.scale, frame.gap);
}

/**
 * Rows of their natural heights, as near to the frame's as they can be. With `ragged` the last need not be full.
 *
 * @param {number[]} ratios
 * @param {Frame} frame
 * @param {{ragged?: boolean}} options
 * @returns {Row[]}
 */
export function naturalRows(ratios, frame, { ragged = false } = {}) {
  const heights = naturalHeights(sums(ratios), frame, cuts(ratios, frame, ragged));
  const last = heights.at(-1);
  if (ragged && last) last.high = Math.min(last.high, frame.row);
  return stacked(heights, 1, frame.gap);
}

export const rowsHeight = (rows) => (rows.length ? rows.at(-1).top + rows.at(-1).height : 0);

/**
 * Left edge and width of each picture of a row; the last one ends exactly at the right edge, unless the row is ragged.
 *
 * @param {number[]} ratios of this row
 * @param {number} height
 * @param {Frame} frame
 * @param {{ragged?: boolean}} options
 * @returns {{left: number, width: number}[]}
 */
export function places(ratios, height, { width, gap }, { ragged = false } = {}) {
  const sum = ratios.reduce((total, ratio) => total + ratio, 0);
  const room = width - gap * (ratios.length - 1);
  const unit = ragged ? Math.min(height, room / sum) : room / sum;
  let passed = 0;
  return ratios.map((ratio, index) => {
    const left = Math.round(passed * unit) + gap * index;
    passed += ratio;
    return { left, width: Math.round(passed * unit) + gap * index - left };
  });
}

/** The sum of all ratios before each picture, and of all of them. */
function sums(ratios) {
  const passed = new Float64Array(ratios.length + 1);
  for (let index = 0; index < ratios.length; index += 1) passed[index + 1] = passed[index] + ratios[index];
  return passed;
}

/** The ends of exactly `count` rows whose sums differ as little as can be, each near its even share. */
function evenCuts(passed, count) {
  const last = passed.length - 1;
  const share = passed[last] / count;
  let before = [{ end: 0, cost: 0, way: null }];
  for (let row = 1, near = 0; row <= count; row += 1) {
    while (near < last && passed[near + 1] <= row * share) near += 1;
    // Each row before and behind needs a picture of its own.
    const held = (end) => Math.min(last - (count - row), Math.max(row, end));
    const here = [];
    const furthest = held(Math.max(near + REACH + 1, before[0].end + 1));
    for (let end = held(near - REACH); end <= furthest; end += 1) {
      let way = null;
      let cost = Infinity;
      for (const start of before) {
        const total = start.cost + (passed[end] - passed[start.end] - share) ** 2;
        if (start.end < end && total < cost) [way, cost] = [start, total];
      }
      if (way) here.push({ end, cost, way });
    }
    before = here;
  }
  const ends = [];
  for (let at = before.at(-1); at.way; at = at.way) ends.push(at.end);
  return ends.reverse();
}

/** Where rows end that are, each by itself, as near to the wished height as they can be together. */
function cuts(ratios, { width, row, gap }, ragged) {
  const cost = new Float64Array(ratios.length + 1).fill(Infinity);
  const from = new Int32Array(ratios.length + 1);
  cost[0] = 0;
  for (let start = 0; start < ratios.length; start += 1) {
    for (let end = start + 1, sum = 0; end <= ratios.length; end += 1) {
      sum += ratios[end - 1];
      const high = (width - gap * (end - start - 1)) / sum;
      if (end > start + 1 && high < row * FLATTEST) break;
      const open = ragged && end === ratios.length && high > row;
      const total = cost[start] + (open ? 0 : Math.log(Math.max(high, 1) / row) ** 2);
      if (total < cost[end]) [cost[end], from[end]] = [total, start];
    }
  }
  const ends = [];
  for (let end = ratios.length; end > 0; end = from[end]) ends.push(end);
  return ends.reverse();
}

function naturalHeights(passed, { width, gap }, ends) {
  return ends.map((end, index) => {
    const start = index ? ends[index - 1] : 0;
    return { start, end, high: (width - gap * (end - start - 1)) / (passed[end] - passed[start]) };
  });
}

/** Whole pixels: each edge is rounded by itself, so that nothing adds up. */
function stacked(heights, scale, gap) {
  let passed = 0;
  return heights.map(({ start, end, high }, index) => {
    const top = Math.round(passed) + gap * index;
    passed += high * scale;
    return { start, end, top, height: Math.round(passed) + gap * index - top };
  });
}
