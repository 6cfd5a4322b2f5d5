/** Fetches the shapes of a shelf's blocks: which pictures they have, and of what ratio. */
import { dayOf } from "gesso/grid-shelf";

const MOST = 600;
const AT_ONCE = 2;

export class Shapes {
  #address;
  #shelf;
  #learned;
  #calls = new Set();
  #timer = 0;
  #near = [];

  /** `learned` is called after blocks have become known. */
  constructor(address, shelf, learned) {
    this.#address = address;
    this.#shelf = shelf;
    this.#learned = learned;
  }

  /** These blocks are near the view; what was near and is not any more is called off. */
  want(blocks, soon) {
    this.#near = blocks.filter((each) => !each.ids);
    for (const call of this.#calls)
      if (!call.kept && !call.blocks.some((each) => this.#near.includes(each))) call.control.abort();
    if (soon) this.#fetchNear();
    else if (!this.#timer) this.#timer = setTimeout(() => this.#fetchNear(), 120);
  }

  /** Wait until all of these are known. Rejects where the server does not answer. */
  async load(blocks) {
    const open = blocks.filter((each) => each.count && !each.ids);
    const under = [...this.#calls].filter((call) => call.blocks.some((each) => open.includes(each)));
    for (const call of under) call.kept = true;
    const asked = new Set(under.flatMap((call) => call.blocks));
    const fresh = grouped(open.filter((each) => !asked.has(each))).map((group) => this.#fetch(group, true));
    await Promise.all([...under.map((call) => call.done), ...fresh]);
  }

  #fetchNear() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const asked = new Set([...this.#calls].flatMap((call) => call.blocks));
    for (const group of grouped(this.#near.filter((each) => !each.ids && !asked.has(each)))) {
      if (this.#calls.size >= AT_ONCE) return;
      this.#fetch(group, false).then(
        () => this.#fetchNear(),
        (error) => {
          // Called off, or no connection: the next movement asks again.
          if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error;
        },
      );
    }
  }

  #fetch(blocks, kept) {
    const call = { blocks, kept, control: new AbortController() };
    this.#calls.add(call);
    call.done = this.#ask(call).finally(() => this.#calls.delete(call));
    return call.done;
  }

  async #ask({ blocks, control }) {
    const url = new URL(this.#address, location.href);
    url.searchParams.set("first", blocks[0].first);
    url.searchParams.set("last", blocks.at(-1).last);
    url.searchParams.set("newest", this.#shelf.newest);
    const answer = await fetch(url, { signal: control.signal, headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) throw new TypeError(`no shape: ${answer.status}`);
    const { ids, ratios } = await answer.json();
    let start = 0;
    for (const each of blocks) {
      let end = start;
      while (end < ids.length && dayOf(ids[end]) >= each.last) end += 1;
      this.#shelf.learn(each, ids.slice(start, end), ratios.slice(start, end));
      start = end;
    }
    this.#learned();
  }
}

/** Neighbours are asked for together. */
function grouped(blocks) {
  const groups = [];
  for (const each of blocks) {
    const group = groups.at(-1);
    const before = group?.at(-1);
    const next = before && before.start + before.count === each.start;
    if (next && group.reduce((total, { count }) => total + count, each.count) <= MOST) group.push(each);
    else groups.push([each]);
  }
  return groups;
}
