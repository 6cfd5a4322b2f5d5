/** Which pictures are selected: by circle, key, range, rectangle or all of them; what the tiles and the bar show of it. */
import { announce, isTyping, one, text } from "gesso/dom";
import { plain } from "gesso/grid-shelf";
import { toast } from "gesso/toast";

const MOST = 1000;
const HOLD = 450;
const STILL = 10;
const bar = one("#selection");
const gallery = one(".gallery");
const grid = () => one("justified-grid");

/** The ids, in the order in which they were selected. */
export const chosen = new Set();
const grouped = (n) => n.toLocaleString(document.documentElement.lang || undefined);
let anchor = "";
let saying = 0;

/** Select exactly these; more than the server takes at once are left out. */
export function choose(ids, { quiet = false } = {}) {
  const wanted = [...new Set(ids)];
  chosen.clear();
  for (const id of wanted.slice(0, MOST)) chosen.add(id);
  if (wanted.length > MOST && !quiet) toast({ title: text("selected-full", { n: grouped(MOST) }) });
  changed();
}

export function toggle(id) {
  anchor = id;
  choose(chosen.has(id) ? [...chosen].filter((other) => other !== id) : [...chosen, id]);
}

export function clear() {
  anchor = "";
  choose([]);
}

/** Everything from where the selection began to this picture. */
export async function extendTo(id, from = "") {
  anchor ||= from || id;
  const found = await grid().range(anchor, id, MOST + 1);
  choose([...chosen, ...found]);
}

async function chooseAll() {
  const found = await grid().newestIds(MOST);
  choose(found);
  const { total } = grid().shelf;
  if (total > MOST) toast({ title: text("selected-most", { n: grouped(MOST), total: grouped(total) }) });
}

function changed() {
  const some = chosen.size > 0;
  gallery.toggleAttribute("data-selecting", some);
  bar.hidden = !some;
  const words = text("selected", { n: grouped(chosen.size) });
  if (some) one("[data-selected]", bar).textContent = words;
  mark();
  clearTimeout(saying);
  saying = setTimeout(() => announce(some ? words : text("selected-none")), 250);
  document.dispatchEvent(new CustomEvent("selection:changed"));
}

/** The tiles in the page say whether they are selected. */
function mark() {
  for (const id of grid()?.shownIds ?? []) {
    const tile = grid().tile(id);
    const on = chosen.has(id);
    if (tile.hasAttribute("data-selected") === on) continue;
    tile.toggleAttribute("data-selected", on);
    const link = one(".open", tile);
    if (on) link?.setAttribute("aria-description", text("selected-word"));
    else link?.removeAttribute("aria-description");
  }
}
document.addEventListener("grid:shown", mark);

/* Keys ---------------------------------------------------------------------------------------------------------- */

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || isTyping(event.target) || one("dialog:modal, [popover]:popover-open:not(.tooltip)")) return;
  const modified = event.metaKey || event.ctrlKey;
  if (modified && event.key.toLowerCase() === "a" && grid()) {
    event.preventDefault();
    chooseAll();
  } else if (event.key === "Escape" && chosen.size) clear();
});

/* Clicks: while something is selected a picture is selected by a click, and with Shift everything up to it ---------- */

document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".shot > .open");
  if (!link || event.metaKey || event.ctrlKey || event.altKey) return;
  const id = plain(link.closest(".shot").dataset.image);
  if (event.shiftKey) extendTo(id);
  else if (held === id) held = "";
  else if (chosen.size) toggle(id);
  else return;
  event.preventDefault();
});

/* A finger that rests begins to select -------------------------------------------------------------------------------- */

let held = "";
let resting = null;

function letGo() {
  clearTimeout(resting?.timer);
  resting = null;
}

document.addEventListener("pointerdown", (event) => {
  letGo();
  const shot = event.pointerType === "touch" && event.isPrimary && event.target.closest?.(".shot");
  if (!shot) return;
  held = "";
  const timer = setTimeout(() => {
    resting = null;
    held = plain(shot.dataset.image);
    if (!chosen.has(held)) toggle(held);
    navigator.vibrate?.(10);
  }, HOLD);
  resting = { timer, x: event.clientX, y: event.clientY };
});
document.addEventListener("pointermove", (event) => resting && Math.hypot(event.clientX - resting.x, event.clientY - resting.y) > STILL && letGo());
for (const name of ["pointerup", "pointercancel", "scroll"]) document.addEventListener(name, letGo, { capture: true, passive: true });
// The browser's own menu of a long press would lie over the tile.
document.addEventListener("contextmenu", (event) => {
  if (event.pointerType === "touch" && event.target.closest?.(".shot")) event.preventDefault();
});

one('[data-does="none"]', bar).addEventListener("click", clear);

/* Another filter's pictures begin with nothing selected; what else is swapped, such as a live message, changes nothing -- */

let shown = grid();
document.addEventListener("htmx:after:swap", () => {
  if (grid() === shown) return;
  shown = grid();
  if (chosen.size) clear();
});
