/**
 * The part of the grid that is in the page: tiles near the view, each in its place, in the order of the shelf.
 *
 * Tiles come from the server in batches for what is near; until then a box of the right size stands there. Tiles that
 * were scrolled past are kept aside, so that scrolling back asks for nothing. What is asked for and passed is called off.
 */
import { plain } from "gesso/grid-shelf";

const KEPT = 800;
const BATCH = 60;
const AT_ONCE = 3;

export class GridWindow {
  #list;
  #address;
  /** @type {Map<string, HTMLElement>} the least recently shown first */
  #tiles = new Map();
  /** @type {Map<string, object>} what is in the page */
  #shown = new Map();
  #waiting = new Map();
  #batches = new Set();
  #timer = 0;

  constructor(list, address) {
    this.#list = list;
    this.#address = address;
    for (const tile of list.querySelectorAll(":scope > .shot")) {
      this.#tiles.set(plain(tile.dataset.image), tile);
      this.#shown.set(plain(tile.dataset.image), {});
    }
  }

  /** The tile of a picture while it is in the page. */
  tile(id) {
    return this.#shown.has(id) ? this.#tiles.get(id) : null;
  }

  /** The ids in the page, in order. */
  get ids() {
    return [...this.#shown.keys()];
  }

  /**
   * Have exactly these boxes in the page, which come in the order of the shelf.
   *
   * @param {{id: string, left: number, top: number, width: number, height: number, place: number}[]} boxes
   * @param {{total: number, soon: boolean}} options `soon` is false while the view moves too fast to be looked at
   */
  show(boxes, { total, soon }) {
    const before = this.#shown;
    this.#shown = new Map(boxes.map((box) => [box.id, box]));
    for (const id of before.keys()) if (!this.#shown.has(id)) this.#leave(id);
    let next = this.#list.firstElementChild;
    for (const box of boxes) {
      const tile = this.#tileFor(box.id);
      if (tile === next) next = next.nextElementSibling;
      else this.#list.insertBefore(tile, next);
      this.#place(tile, box, before.get(box.id), total);
    }
    this.#forget();
    this.#ask(soon);
    this.#list.dispatchEvent(new CustomEvent("grid:shown", { bubbles: true }));
  }

  #tileFor(id) {
    const kept = this.#tiles.get(id);
    if (kept) {
      // To the end of the map: it was shown last.
      this.#tiles.delete(id);
      this.#tiles.set(id, kept);
      if (kept.classList.contains("waiting")) this.#waiting.set(id, kept);
      return kept;
    }
    const tile = document.createElement("li");
    tile.className = "shot waiting";
    tile.dataset.image = id;
    this.#tiles.set(id, tile);
    this.#waiting.set(id, tile);
    return tile;
  }

  #place(tile, box, before, total) {
    if (before?.left !== box.left || before?.top !== box.top) tile.style.transform = `translate(${box.left}px, ${box.top}px)`;
    if (before?.width !== box.width) tile.style.width = `${box.width}px`;
    if (before?.height !== box.height) tile.style.height = `${box.height}px`;
    if (before?.place !== box.place) tile.ariaPosInSet = String(box.place);
    if (tile.ariaSetSize !== String(total)) tile.ariaSetSize = String(total);
  }

  #leave(id) {
    const tile = this.#tiles.get(id);
    this.#waiting.delete(id);
    if (!tile) return;
    tile.remove();
    const picture = tile.querySelector(".open > img");
    // A picture that is still on its way is given up with its tile.
    if (picture && !picture.complete && picture.loading !== "eager") {
      picture.srcset = "";
      picture.removeAttribute("src");
      this.#tiles.delete(id);
    }
  }

  #forget() {
    if (this.#tiles.size <= KEPT) return;
    for (const id of this.#tiles.keys()) {
      if (this.#tiles.size <= KEPT) return;
      if (!this.#shown.has(id)) this.#tiles.delete(id);
    }
  }

  /* Asking for tiles -------------------------------------------------------------------------------------------- */

  #ask(soon) {
    for (const batch of this.#batches)
      if (!batch.ids.some((id) => this.#waiting.has(id))) batch.call.abort();
    if (soon) {
      clearTimeout(this.#timer);
      this.#timer = 0;
      this.#fetch();
    } else if (!this.#timer) this.#timer = setTimeout(() => ((this.#timer = 0), this.#fetch()), 120);
  }

  #fetch() {
    const under = new Set([...this.#batches].flatMap((batch) => batch.ids));
    const open = [...this.#waiting.keys()].filter((id) => !under.has(id));
    while (open.length && this.#batches.size < AT_ONCE) this.#fetchBatch(open.splice(0, BATCH));
  }

  async #fetchBatch(ids) {
    const batch = { ids, call: new AbortController() };
    this.#batches.add(batch);
    try {
      const url = new URL(this.#address, location.href);
      for (const id of ids) url.searchParams.append("id", id);
      const answer = await fetch(url, { signal: batch.call.signal, headers: { "HX-Request": "true" } });
      if (!answer.ok || answer.redirected) return;
      this.#fill(ids, await answer.text());
    } catch (error) {
      // Called off, or no connection: what is still near is asked for with the next movement.
      if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error;
    } finally {
      this.#batches.delete(batch);
    }
  }

  /** Put what came into the boxes that wait for it: the elements stay, and with them the focus. */
  #fill(ids, html) {
    const came = document.createElement("template");
    came.innerHTML = html;
    for (const fresh of came.content.querySelectorAll(".shot")) {
      const id = plain(fresh.dataset.image);
      const tile = this.#tiles.get(id);
      if (!tile?.classList.contains("waiting")) continue;
      Object.assign(tile.dataset, { ...fresh.dataset });
      tile.prepend(...fresh.childNodes);
      tile.classList.remove("waiting");
      this.#waiting.delete(id);
    }
    // What did not come is not on the shelf any more: its box stays empty.
    for (const id of ids) {
      this.#waiting.get(id)?.classList.replace("waiting", "gone");
      this.#waiting.delete(id);
    }
    this.#list.dispatchEvent(new CustomEvent("grid:shown", { bubbles: true }));
    setTimeout(() => this.#fetch());
  }
}
