/**
 * <justified-grid>: rows of pictures that fill the width, each row as high as its pictures make it and at most `--row`.
 * Sizes come from data-width and data-height, so that every box stands before a byte of its picture arrives.
 * Rows are filled from the start: pictures that are added later only ever change the last row.
 */
class JustifiedGrid extends HTMLElement {
  #list = null;
  #width = 0;
  #observers = [];

  connectedCallback() {
    this.#list = this.querySelector("ul");
    this.dataset.ready = "";
    const sizes = new ResizeObserver(() => this.#list.clientWidth !== this.#width && this.layout());
    sizes.observe(this.#list);
    const children = new MutationObserver(() => this.layout());
    children.observe(this.#list, { childList: true });
    this.#observers = [sizes, children];
    this.layout();
  }

  disconnectedCallback() {
    for (const observer of this.#observers) observer.disconnect();
  }

  get shots() {
    return [...this.#list.children].filter((item) => item.dataset.width);
  }

  layout() {
    const list = this.#list;
    const style = getComputedStyle(list);
    const [target, gap] = [parseFloat(style.getPropertyValue("--row")), parseFloat(style.columnGap)];
    this.#width = list.clientWidth;
    if (!this.#width) return;
    let top = 0;
    for (const row of rows(this.shots, this.#width, target, gap)) {
      let left = 0;
      for (const [index, item] of row.items.entries()) {
        // The last one takes what rounding left over, so that the right edge is straight.
        const last = row.full && index === row.items.length - 1;
        const width = last ? this.#width - left : Math.round(ratio(item) * row.height);
        const box = item.style;
        box.transform = `translate(${left}px, ${top}px)`;
        box.width = `${width}px`;
        box.height = `${row.height}px`;
        left += width + gap;
      }
      top += row.height + gap;
    }
    list.style.height = `${Math.max(0, top - gap)}px`;
    this.dispatchEvent(new CustomEvent("grid:layout", { bubbles: true }));
  }
}

const ratio = (item) => Math.min(5, Math.max(0.2, item.dataset.width / item.dataset.height));

/** A row is full as soon as its pictures, fitted to the width, are no higher than the target. */
function* rows(items, width, target, gap) {
  let row = [];
  let sum = 0;
  for (const item of items) {
    row.push(item);
    sum += ratio(item);
    const height = (width - gap * (row.length - 1)) / sum;
    if (height > target) continue;
    yield { items: row, height: Math.round(height), full: true };
    [row, sum] = [[], 0];
  }
  if (row.length) yield { items: row, height: Math.round(Math.min(target, (width - gap * (row.length - 1)) / sum)), full: false };
}

customElements.define("justified-grid", JustifiedGrid);
