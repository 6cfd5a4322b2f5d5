/**
 * The date rail beside the scroll bar: how far back each month lies, and a way there by pointer and keys; and the
 * field that jumps to a day. Days are those of the timeline, in UTC.
 */
import { one } from "gesso/dom";

const CLOSE = 18;
/** What of the view lies under the top bar. */
const AIR = 64;
const grid = () => one("justified-grid");
const rail = () => one("[data-rail]");
/** English without a country is written as everywhere else in the interface: the day before the month. */
const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang || undefined;
const format = (wanted) => new Intl.DateTimeFormat(language, { timeZone: "UTC", ...wanted });
const FULL = format({ day: "numeric", month: "short", year: "numeric" });
const MONTH = format({ month: "short" });
const inWords = (day) => FULL.format(new Date(day));

/** How far the page can be scrolled, and where on it the shelf has the top of the view: kept, as asking costs a layout. */
let reach = 1;
let offset = 0;
let height = 0;
const partOf = (y) => Math.min(1, Math.max(0, (y + offset) / reach));
const heightAt = (part) => part * reach - offset;

function draw() {
  const shelf = grid()?.shelf;
  const place = rail();
  if (!place || !shelf) return;
  reach = Math.max(1, document.documentElement.scrollHeight - innerHeight);
  offset = scrollY - grid().view.top - AIR;
  place.hidden = reach < 2 * innerHeight || !shelf.blocks[0].count;
  const jump = one("[data-jump]");
  jump.classList.toggle("ready", shelf.total > 1);
  const [newest, oldest] = [shelf.dayAt(0), shelf.dayAt(shelf.height)];
  Object.assign(one("input", jump), { min: oldest, max: newest });
  if (place.hidden) return;
  height = place.clientHeight;
  const shown = [];
  for (const month of months(shelf)) {
    const top = partOf(month.y) * height;
    const before = shown.at(-1);
    const year = !before || before.month.day.slice(0, 4) !== month.day.slice(0, 4);
    if (before && top - before.top < CLOSE) {
      // A year's first month is worth more than a month just before it.
      if (!year || before.year) continue;
      shown.pop();
    }
    shown.push({ month, top, year });
  }
  one(".marks", place).replaceChildren(...shown.map(mark));
  follow();
}

function mark({ month, top, year }) {
  const each = document.createElement("span");
  each.className = year ? "mark year" : "mark";
  each.textContent = year ? month.day.slice(0, 4) : MONTH.format(new Date(month.day));
  each.style.transform = `translateY(${Math.round(top)}px)`;
  return each;
}

/** Where each month begins, the newest first. */
function months(shelf) {
  const found = new Map();
  for (const each of shelf.blocks)
    for (const day of each.ids && each === shelf.blocks[0] ? [shelf.dayAt(0)] : each.days.map(([day]) => day))
      if (!found.has(day.slice(0, 7))) found.set(day.slice(0, 7), { day, y: shelf.heightOf(day).y });
  return [...found.values()];
}

function follow() {
  const place = rail();
  if (!place || place.hidden || !grid()?.shelf) return;
  const input = one("input", place);
  const part = Math.min(1, scrollY / reach);
  input.value = String(Math.round(part * 1000));
  input.setAttribute("aria-valuetext", inWords(grid().shelf.dayAt(Math.max(0, grid().view.top + AIR))));
  place.style.setProperty("--at", `${part * height}px`);
  if (place.matches(".dragged, :focus-within")) say(part);
}

function say(part) {
  const day = one(".day", rail());
  day.textContent = inWords(grid().shelf.dayAt(Math.max(0, heightAt(part))));
  rail().style.setProperty("--day", `${part * height}px`);
}

/* Pointer and keys -------------------------------------------------------------------------------------------------- */

const partUnder = (event) => {
  const box = rail().getBoundingClientRect();
  return Math.min(1, Math.max(0, (event.clientY - box.top) / box.height));
};

document.addEventListener("pointerdown", (event) => {
  const place = event.target.closest?.("[data-rail]");
  if (!place || event.button !== 0) return;
  event.preventDefault();
  place.setPointerCapture(event.pointerId);
  place.classList.add("dragged");
  scrollTo({ top: partUnder(event) * reach, behavior: "instant" });
});
document.addEventListener("pointermove", (event) => {
  const place = event.target.closest?.("[data-rail]");
  if (!place) return;
  if (place.classList.contains("dragged")) scrollTo({ top: partUnder(event) * reach, behavior: "instant" });
  say(partUnder(event));
});
for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, () => rail()?.classList.remove("dragged"));

/** Up and down go by months, with Page by years. */
document.addEventListener("keydown", (event) => {
  if (!event.target.matches?.("[data-rail] input")) return;
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, PageDown: 12, PageUp: -12, Home: -Infinity, End: Infinity }[event.key];
  if (!step) return;
  event.preventDefault();
  const all_ = months(grid().shelf);
  const now = grid().shelf.dayAt(Math.max(0, grid().view.top + AIR)).slice(0, 7);
  const here = Math.max(0, all_.findIndex(({ day }) => day.slice(0, 7) <= now));
  goTo(all_[Math.min(all_.length - 1, Math.max(0, here + step))].day);
});
// What assistive technology sets on the range itself.
document.addEventListener("input", (event) => event.target.matches?.("[data-rail] input") && scrollTo({ top: (event.target.value / 1000) * reach, behavior: "instant" }));

/** Scroll to a day at once, and set it right when the pictures of its block are known. */
async function goTo(day) {
  const { y, each } = grid().shelf.heightOf(day);
  grid().scrollTo(y - AIR);
  if (each.ids) return;
  const before = scrollY;
  await grid().load([each]).catch(() => null); // Not to be had: the guess stays.
  if (scrollY === before) grid().scrollTo(grid().shelf.heightOf(day).y - AIR);
}

document.addEventListener("change", (event) => {
  if (event.target.closest?.("[data-jump]") && event.target.value) goTo(event.target.value);
});

/** On a small screen the rail is there only while the page moves. */
let near = 0;
function come() {
  rail()?.classList.add("near");
  clearTimeout(near);
  near = setTimeout(() => rail()?.classList.remove("near"), 1500);
}

let asked = 0;
function followSoon() {
  come();
  asked ||= requestAnimationFrame(() => {
    asked = 0;
    follow();
  });
}

/** Several changes of one moment are drawn once. */
let planned = 0;
export function drawRail() {
  planned ||= requestAnimationFrame(() => {
    planned = 0;
    draw();
  });
}
addEventListener("scroll", followSoon, { passive: true });
addEventListener("resize", drawRail);
document.addEventListener("grid:layout", drawRail);
