/**
 * What stands on a shelf and where: blocks of days, each of a height that is known before its pictures are.
 *
 * The first block are the pictures that came with the page. The others follow from the timeline (how many pictures a
 * day has, and the sum of their ratios); their pictures are fetched as shapes, ids with ratios, when they are near.
 * The last block ends as its pictures end: its height is an estimate until its shape is there.
 * Ids are 32 hexadecimal digits; a newer picture has the greater id, and an id begins with its time.
 *
 * @typedef {{first: string, last: string, days: [string, number][], count: number, sum: number, start: number,
 *   top: number, height: number, ids: string[]|null, ratios: number[], rows: object[]|null}} Block
 */
import { blockHeight, fullRows, naturalRows, places, rowsHeight } from "gesso/grid-layout";

const SMALLEST = 40;
const FEW = 1000;

export const plain = (id) => id.replaceAll("-", "");

/** The day of an id in UTC, as the timeline writes it. */
export const dayOf = (id) => new Date(parseInt(id.slice(0, 12), 16)).toISOString().slice(0, 10);

export class Shelf {
  /** @type {Block[]} */
  blocks = [];
  total = 0;
  newest = "";
  frame = { width: 0, row: 0, gap: 0 };

  /**
   * @param {{id: string, ratio: number}[]} pictures those that came with the page
   * @param {boolean} more whether others follow them
   */
  constructor(pictures, more) {
    this.more = more;
    const ids = pictures.map(({ id }) => id);
    const head = block(ids.length ? [[dayOf(ids[0]), ids.length, 0]] : []);
    this.blocks = [{ ...head, ids, ratios: pictures.map(({ ratio }) => ratio) }];
    this.#recount(this.blocks[0]);
    this.total = ids.length;
    this.newest = ids[0] ?? "";
    this.oldestShown = ids.at(-1) ?? "";
  }

  /** @param {{days: [string, number, number][], total: number, newest: string|null}} timeline */
  follow({ days, total, newest }) {
    this.total = total;
    this.newest = newest ?? "";
    const [head] = this.blocks;
    const rest = new Map(days.map(([day, count, sum]) => [day, { count, sum: sum / 1000 }]));
    for (const [index, id] of head.ids.entries()) {
      const day = rest.get(dayOf(id));
      if (!day) continue;
      day.count -= 1;
      day.sum -= head.ratios[index];
    }
    const left = days.map(([day]) => [day, rest.get(day).count, rest.get(day).sum]).filter(([, count]) => count > 0);
    this.blocks = [head, ...merged(left, total <= FEW ? FEW : SMALLEST)];
    this.more = false;
  }

  /** Give every block its height and place. */
  arrange(frame) {
    this.frame = frame;
    let top = 0;
    let start = 0;
    for (const each of this.blocks) {
      each.rows = null;
      each.top = top;
      each.start = start;
      start += each.count;
      const last = this.#ends(each);
      if (each.ids && (last || each === this.blocks[0])) {
        this.#rows(each);
        each.height = rowsHeight(each.rows);
      } else each.height = blockHeight(each.count, each.sum, frame);
      top += each.height + (each.height && !last ? frame.gap : 0);
    }
  }

  get height() {
    const last = this.blocks.at(-1);
    return last.top + last.height;
  }

  /** The pictures of a block are known. Answers whether that changed its height, as it can at the end alone. */
  learn(each, ids, ratios) {
    const from = ids.findIndex((id) => id < this.oldestShown);
    const start = from < 0 ? ids.length : from;
    each.ids = ids.slice(start);
    each.ratios = ratios.slice(start).map((ratio) => ratio / 1000);
    each.rows = null;
    if (!this.#ends(each)) return false;
    this.#recount(each);
    const before = each.height;
    this.arrange(this.frame);
    return each.height !== before;
  }

  /** The blocks between two heights. */
  *between(top, bottom) {
    for (let index = this.#indexAt(top); index < this.blocks.length && this.blocks[index].top <= bottom; index += 1)
      if (this.blocks[index].count) yield this.blocks[index];
  }

  /** The block at a height. */
  at(y) {
    return this.blocks[this.#indexAt(y)];
  }

  #indexAt(y) {
    let [low, high] = [0, this.blocks.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.blocks[middle].top <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The rows of a block whose pictures are known, with places inside the block. */
  rowsOf(each) {
    if (!each.rows) this.#rows(each);
    return each.rows;
  }

  #rows(each) {
    const ends = this.#ends(each);
    if (!each.ids.length) each.rows = [];
    else if (ends || each === this.blocks[0]) each.rows = naturalRows(each.ratios, this.frame, { ragged: ends });
    else each.rows = fullRows(each.ratios, this.frame, each.height);
  }

  /** The boxes of a row's pictures on the whole shelf; `place` is a picture's number, 1 for the newest. */
  boxes(each, row) {
    const ragged = this.#ends(each) && row === each.rows.at(-1);
    const found = places(each.ratios.slice(row.start, row.end), row.height, this.frame, { ragged });
    return found.map(({ left, width }, turn) => {
      const index = row.start + turn;
      const place = each.start + index + 1;
      return { id: each.ids[index], place, left, width, top: each.top + row.top, height: row.height };
    });
  }

  /** The block that holds a picture, or would. */
  blockOf(id) {
    if (id >= this.oldestShown) return this.blocks[0];
    const day = dayOf(id);
    return this.blocks.find((each, index) => index > 0 && each.last <= day) ?? this.blocks.at(-1);
  }

  /** Where a picture is, or null while that is not known. */
  find(id) {
    const each = this.blockOf(id);
    const index = each.ids?.indexOf(id) ?? -1;
    if (index < 0) return null;
    const row = this.rowsOf(each).find(({ end }) => index < end);
    return { ...this.boxes(each, row)[index - row.start], block: each };
  }

  /** Take pictures off the shelf. Answers what `putBack` needs. */
  remove(ids) {
    const gone = [];
    for (const id of ids) {
      const each = this.blockOf(id);
      const index = each.ids?.indexOf(id) ?? -1;
      if (index < 0) continue;
      gone.push({ each, id, ratio: each.ratios[index] });
      each.ids.splice(index, 1);
      each.ratios.splice(index, 1);
      each.count -= 1;
      each.sum -= gone.at(-1).ratio;
      this.total -= 1;
    }
    return gone;
  }

  putBack(gone) {
    for (const { each, id, ratio } of gone) {
      if (!each.ids || each.ids.includes(id)) continue;
      const older = each.ids.findIndex((other) => other < id);
      const index = older < 0 ? each.ids.length : older;
      each.ids.splice(index, 0, id);
      each.ratios.splice(index, 0, ratio);
      each.count += 1;
      each.sum += ratio;
      this.total += 1;
    }
  }

  /** The picture after this one (1) or before it (-1), if it is known. */
  nextTo(id, step) {
    const each = this.blockOf(id);
    const index = each.ids?.indexOf(id) ?? -1;
    if (index < 0) return null;
    if (each.ids[index + step]) return each.ids[index + step];
    for (let at = this.blocks.indexOf(each) + step; this.blocks[at]; at += step)
      if (this.blocks[at].count) return this.blocks[at].ids?.at(step > 0 ? 0 : -1) ?? null;
    return null;
  }

  /** The picture that stands first in the row at a height, if it is known. */
  idAt(y) {
    const each = this.at(y);
    const row = each.ids && this.rowsOf(each).find(({ top, height }) => each.top + top + height > y);
    return row ? each.ids[row.start] : "";
  }

  /** The day of what stands at a height. */
  dayAt(y) {
    const each = this.at(y);
    if (each.ids?.length) {
      const row = this.rowsOf(each).findLast(({ top }) => each.top + top <= y) ?? each.rows[0];
      return dayOf(each.ids[row.start]);
    }
    let left = each.count * Math.min(1, Math.max(0, (y - each.top) / Math.max(1, each.height)));
    for (const [day, count] of each.days) {
      if (left <= count) return day;
      left -= count;
    }
    return each.last || new Date().toISOString().slice(0, 10);
  }

  /** The height at which the pictures of a day begin, or of the nearest older one; a guess inside a block not known. */
  heightOf(day) {
    const known = this.blocks[0].ids.findIndex((id) => dayOf(id) <= day);
    const each = known >= 0 ? this.blocks[0] : (this.blocks.find((other, index) => index > 0 && other.last <= day) ?? this.blocks.at(-1));
    if (each.ids) {
      const index = Math.max(0, each.ids.findIndex((id) => dayOf(id) <= day));
      const row = this.rowsOf(each).find(({ end }) => index < end);
      return { y: each.top + (row?.top ?? 0), each };
    }
    let before = 0;
    for (const [other, count] of each.days) if (other > day) before += count;
    return { y: Math.round(each.top + (each.height * before) / Math.max(1, each.count)), each };
  }

  /** Whether the shelf ends with this block. */
  #ends(each) {
    return each === this.blocks.at(-1) && !(this.more && each === this.blocks[0]);
  }

  #recount(each) {
    each.count = each.ids.length;
    each.sum = each.ratios.reduce((total, ratio) => total + ratio, 0);
  }
}

/** @returns {Block} */
function block(days) {
  return {
    first: days[0]?.[0] ?? "",
    last: days.at(-1)?.[0] ?? "",
    days: days.map(([day, count]) => [day, count]),
    count: days.reduce((total, [, count]) => total + count, 0),
    sum: days.reduce((total, [, , sum]) => total + Math.max(sum, 0.2), 0),
    start: 0,
    top: 0,
    height: 0,
    ids: null,
    ratios: [],
    rows: null,
  };
}

/** Consecutive days together until they have enough pictures to make even rows. */
function* merged(days, smallest) {
  let together = [];
  let count = 0;
  for (const day of days) {
    together.push(day);
    count += day[1];
    if (count < smallest) continue;
    yield block(together);
    [together, count] = [[], 0];
  }
  if (together.length) yield block(together);
}
