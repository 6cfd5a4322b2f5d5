/**
 * <justified-grid data-timeline data-shape data-tiles>: a whole shelf of pictures in rows that fill the width.
 *
 * The pictures that came with the page stay where the first layout puts them. With the timeline the list gets the
 * height of the whole shelf, so that the scroll bar is exact and lands where it will stay; only what is near the view
 * is in the page. Without data-timeline the grid places the pictures that are there, and no others.
 * "grid:layout" says that heights have changed, "grid:shown" that tiles have come or gone, "grid:ready" that the shelf
 * is known.
 */
import { Shapes } from "gesso/grid-shapes";
import { Shelf, plain } from "gesso/grid-shelf";
import { GridWindow } from "gesso/grid-window";

const REACH = 1.5;
const FAST = 0.75;

class JustifiedGrid extends HTMLElement {
  #list = null;
  #window = null;
  #shapes = null;
  #sizes = null;
  #frameAsked = 0;
  #drawn = "";
  #lastTop = 0;
  /** How far below the top of the page the list begins: kept, for asking while tiles come and go would cost a layout. */
  #offset = 0;
  #scrolled = () => this.#drawSoon();
  /** @type {Shelf} */
  shelf = null;
  /** Settles when the whole shelf's height is known, or cannot be. */
  known = Promise.resolve();

  connectedCallback() {
    this.#list = this.querySelector("ul");
    const pictures = [...this.#list.querySelectorAll(":scope > .shot")].map((tile) => ({ id: plain(tile.dataset.image), ratio: ratioOf(tile) }));
    const follows = this.#list.querySelector(":scope > .more");
    this.shelf = new Shelf(pictures, Boolean(follows));
    this.#window = new GridWindow(this.#list, this.dataset.tiles);
    this.#shapes = new Shapes(this.dataset.shape, this.shelf, () => this.#learned());
    this.layout();
    if (follows && this.dataset.timeline) {
      follows.remove();
      this.known = this.#readTimeline();
    }
    this.dataset.ready = "";
    this.#sizes = new ResizeObserver(() => this.#resized());
    this.#sizes.observe(this.#list);
    // What comes or goes above the list moves it, and makes the page longer or shorter.
    this.#sizes.observe(document.body);
    addEventListener("scroll", this.#scrolled, { passive: true });
    addEventListener("online", this.#scrolled);
  }

  disconnectedCallback() {
    this.#sizes.disconnect();
    removeEventListener("scroll", this.#scrolled);
    removeEventListener("online", this.#scrolled);
  }

  #resized() {
    this.#measure();
    if (this.#list.clientWidth !== this.shelf.frame.width) this.layout();
  }

  #measure() {
    this.#offset = this.#list.getBoundingClientRect().top + scrollY;
  }

  async #readTimeline() {
    try {
      const answer = await fetch(this.dataset.timeline, { headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) return;
      this.shelf.follow(await answer.json());
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return; // No connection: the first pictures are there, and a reload brings the others.
    }
    this.layout();
    this.dispatchEvent(new CustomEvent("grid:ready", { bubbles: true }));
    // The end of the shelf is as high as its own pictures make it.
    const last = this.shelf.blocks.at(-1);
    await this.load([last]).catch(ignoreLoss);
  }

  /* Layout ------------------------------------------------------------------------------------------------------- */

  /** Place everything anew; what is at the top of the view stays there. */
  layout() {
    const style = getComputedStyle(this.#list);
    const frame = { width: this.#list.clientWidth, row: parseFloat(style.getPropertyValue("--row")), gap: parseFloat(style.columnGap) };
    if (!frame.width) return;
    this.#measure();
    const held = this.shelf.frame.width ? this.#hold() : null;
    this.shelf.arrange(frame);
    this.#grow();
    if (held) this.#return(held);
    this.draw();
    this.dispatchEvent(new CustomEvent("grid:layout", { bubbles: true }));
  }

  #grow() {
    this.#list.style.height = `${this.shelf.height}px`;
    this.#drawn = "";
  }

  #learned() {
    this.#grow();
    this.draw();
    this.dispatchEvent(new CustomEvent("grid:layout", { bubbles: true }));
  }

  /** What is at the top of the view: a picture and how much of its row is above, or a part of a block. */
  #hold() {
    const { top } = this.view;
    if (top <= 0) return null;
    const each = this.shelf.at(top);
    const row = each.ids && this.shelf.rowsOf(each).find((other) => each.top + other.top + other.height > top);
    if (row) return { id: each.ids[row.start], part: (top - each.top - row.top) / row.height };
    return { each, part: (top - each.top) / Math.max(1, each.height) };
  }

  #return({ id, each, part }) {
    const box = id ? this.shelf.find(id) : each;
    if (box) this.scrollTo(box.top + part * box.height);
  }

  /** The part of the shelf that is in the window, from `top` to `bottom`. */
  get view() {
    const top = scrollY - this.#offset;
    return { top, bottom: top + innerHeight };
  }

  /** Have this height of the shelf at the top of the view. */
  scrollTo(y) {
    window.scrollTo({ top: this.#offset + y, behavior: "instant" });
  }

  /** Bring the picture into the view, moving as little as needed. */
  reveal(id) {
    const box = this.shelf.find(id);
    if (!box) return;
    const [above, below] = [72, 96];
    const { top, bottom } = this.view;
    if (box.top - above < top) this.scrollTo(box.top - above);
    else if (box.top + box.height + below > bottom) this.scrollTo(box.top + box.height + below - innerHeight);
    this.draw();
  }

  /** The picture in the row above (-1) or below (1) whose middle is nearest, as far as that row is known. */
  nextRow(id, direction) {
    const here = this.shelf.find(id);
    if (!here) return null;
    const top = direction > 0 ? here.top + here.height + this.shelf.frame.gap : here.top - this.shelf.frame.gap - 1;
    const { ids } = this.touched({ left: 0, right: this.shelf.frame.width, top, bottom: top });
    const middle = here.left + here.width / 2;
    const away = (box) => Math.max(0, box.left - middle, middle - box.left - box.width);
    return ids.map((other) => this.shelf.find(other)).sort((one, other) => away(one) - away(other))[0]?.id ?? null;
  }

  /* What is in the page -------------------------------------------------------------------------------------------- */

  #drawSoon() {
    this.#frameAsked ||= requestAnimationFrame(() => {
      this.#frameAsked = 0;
      this.draw();
    });
  }

  draw() {
    const { top, bottom } = this.view;
    const reach = REACH * (bottom - top);
    const soon = Math.abs(top - this.#lastTop) < FAST * (bottom - top);
    this.#lastTop = top;
    const boxes = [];
    const near = [...this.shelf.between(top - reach, bottom + reach)];
    for (const each of near) {
      if (!each.ids) continue;
      for (const row of this.shelf.rowsOf(each))
        if (each.top + row.top < bottom + reach && each.top + row.top + row.height > top - reach) boxes.push(...this.shelf.boxes(each, row));
    }
    this.#keepFocused(boxes);
    const drawn = `${boxes[0]?.id} ${boxes.at(-1)?.id} ${boxes.length}`;
    if (drawn !== this.#drawn) this.#window.show(boxes, { total: this.shelf.total, soon });
    this.#drawn = drawn;
    if (near.some((each) => !each.ids)) this.#shapes.want(near, soon);
  }

  /** The tile with the focus stays, wherever the view goes. */
  #keepFocused(boxes) {
    const id = plain(document.activeElement?.closest?.(".shot")?.dataset.image ?? "");
    if (!id || !this.contains(document.activeElement) || boxes.some((box) => box.id === id)) return;
    const box = this.shelf.find(id);
    if (!box) return;
    const next = boxes.findIndex((other) => other.place > box.place);
    boxes.splice(next < 0 ? boxes.length : next, 0, box);
  }

  /* For those who select, move and remove ---------------------------------------------------------------------------- */

  /** The picture's tile while it is in the page. */
  tile(id) {
    return this.#window.tile(id);
  }

  get shownIds() {
    return this.#window.ids;
  }

  /** Wait until the pictures of these blocks are known. */
  load(blocks) {
    return this.#shapes.load(blocks);
  }

  /** The pictures that a rectangle of the shelf touches; blocks that are not known yet are asked for. */
  touched({ left, top, right, bottom }) {
    const ids = [];
    const unknown = [];
    for (const each of this.shelf.between(top, bottom)) {
      if (!each.ids) unknown.push(each);
      else
        for (const row of this.shelf.rowsOf(each)) {
          if (each.top + row.top > bottom || each.top + row.top + row.height < top) continue;
          for (const box of this.shelf.boxes(each, row)) if (box.left < right && box.left + box.width > left) ids.push(box.id);
        }
    }
    return { ids, unknown };
  }

  /** The ids from one picture to another, both with them, newest first and at most `most`. */
  async range(one, other, most) {
    const [newer, older] = one > other ? [one, other] : [other, one];
    const { blocks } = this.shelf;
    const [from, to] = [blocks.indexOf(this.shelf.blockOf(newer)), blocks.indexOf(this.shelf.blockOf(older))];
    return this.#collect(blocks.slice(from, to + 1), (id) => id <= newer && id >= older, most);
  }

  /** The newest ids, at most so many. */
  newestIds(most) {
    return this.#collect(this.shelf.blocks, () => true, most);
  }

  async #collect(blocks, wanted, most) {
    const enough = [];
    for (let count = 0, index = 0; index < blocks.length && count < most; index += 1) {
      enough.push(blocks[index]);
      count += blocks[index].count;
    }
    await this.load(enough);
    return enough.flatMap((each) => (each.ids ?? []).filter(wanted)).slice(0, most);
  }

  /** Take pictures out at once; the answer puts them back where they were. */
  remove(ids) {
    const gone = this.shelf.remove(ids);
    this.layout();
    return () => {
      this.shelf.putBack(gone);
      this.layout();
    };
  }
}

const ratioOf = (tile) => Math.min(5, Math.max(0.2, tile.dataset.width / tile.dataset.height));

function ignoreLoss(error) {
  if (!(error instanceof TypeError) && error.name !== "AbortError") throw error;
}

customElements.define("justified-grid", JustifiedGrid);
