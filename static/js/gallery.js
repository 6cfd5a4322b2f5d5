/** The gallery: more pictures before the end is reached, keys, hearts, and the same place on return. */
import { all, icon, isTyping, one, remembered, text } from "gesso/dom";
import { toggleFavourite } from "gesso/keeping";
import "gesso/justified-grid";

const grid = one("justified-grid");
const KEYS = { r: "reference", e: "edit", v: "vary", d: "download", f: "favourite" };

/* More ------------------------------------------------------------------------------------------------------- */

const ahead = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && loadMore(), {
  rootMargin: "800px",
});

function loadMore() {
  const link = one("[data-more]");
  if (!link || link.ariaBusy === "true") return;
  link.ariaBusy = "true";
  link.click();
}

function watchMore() {
  ahead.disconnect();
  const link = one("[data-more]");
  if (link) ahead.observe(link);
}

document.addEventListener("htmx:after:swap", () => {
  if (!grid) return;
  countPages();
  watchMore();
});
// After a failure the link is there to be pressed again.
document.addEventListener("htmx:error", () => one("[data-more]")?.removeAttribute("aria-busy"));
document.addEventListener("htmx:response:error", () => one("[data-more]")?.removeAttribute("aria-busy"));

/** The address remembers how many pages are shown, so that coming back asks for them at once. */
function countPages() {
  const url = new URL(location.href);
  const pages = Math.ceil(all(".shot").length / 60);
  if (pages > 1) url.searchParams.set("pages", String(Math.min(pages, 10)));
  url.searchParams.delete("after");
  history.replaceState(history.state, "", url);
}

/* The same place on return --------------------------------------------------------------------------------------- */

const placeKey = () => `gesso:gallery:${location.pathname}${location.search}`;

addEventListener("pagehide", () => {
  try {
    sessionStorage.setItem(placeKey(), String(scrollY));
  } catch {
    /* Without storage the page opens at its top. */
  }
});

function restorePlace() {
  const kind = performance.getEntriesByType("navigation")[0]?.type;
  if (kind !== "back_forward" && kind !== "reload") return;
  history.scrollRestoration = "manual";
  scrollTo(0, Number(sessionStorage.getItem(placeKey()) ?? 0));
}

/* Rows ------------------------------------------------------------------------------------------------------------- */

const slider = one("[data-row-height]");

function setRows(height) {
  const list = one(".shots");
  if (list && innerWidth >= 960) list.style.setProperty("--row", `${height}px`);
  grid?.layout();
}

if (slider) {
  slider.value = remembered.get("row-height") ?? slider.value;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  if (remembered.get("row-height")) setRows(slider.value);
  slider.addEventListener("input", () => setRows(slider.value));
  slider.addEventListener("change", () => remembered.set("row-height", Number(slider.value)));
}

/* Tiles ------------------------------------------------------------------------------------------------------------ */

async function like(button) {
  const before = button.getAttribute("aria-pressed");
  await toggleFavourite(button);
  const after = button.getAttribute("aria-pressed");
  const count = one("[data-favourites-count]");
  if (count && before !== after) count.textContent = String(Number(count.textContent) + (after === "true" ? 1 : -1));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-favourite]");
  if (!button) return;
  event.preventDefault();
  like(button);
});

document.addEventListener("keydown", (event) => {
  const shot = event.target.closest?.(".shot");
  if (!shot || event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
  if (event.key.startsWith("Arrow")) move(event, shot);
  else if (KEYS[event.key] && remembered.get("single-keys") !== false) use(shot, KEYS[event.key], event);
});

function use(shot, action, event) {
  event.preventDefault();
  if (action === "favourite") like(one("[data-favourite]", shot));
  else if (action === "download") one('[formaction$="/download"]', shot).click();
  else one(`[name="${action}"]`, shot).click();
}

/** Arrows go along the tools where one has the focus, else to the picture that lies there. */
function move(event, shot) {
  const tools = event.target.closest('[role="toolbar"]');
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  event.preventDefault();
  if (tools && step) {
    const buttons = all("button", tools);
    const next = buttons[(buttons.indexOf(event.target) + step + buttons.length) % buttons.length];
    for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
    next.focus();
    return;
  }
  const shots = all(".shot");
  const next = step ? shots[shots.indexOf(shot) + step] : vertical(shots, shot, event.key === "ArrowDown" ? 1 : -1);
  const link = next && one(".open", next);
  link?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "nearest" });
}

/** The picture above or below whose middle is nearest. */
function vertical(shots, from, direction) {
  const here = from.getBoundingClientRect();
  const middle = here.left + here.width / 2;
  const beyond = shots
    .map((shot) => ({ shot, box: shot.getBoundingClientRect() }))
    .filter(({ box }) => (direction > 0 ? box.top > here.top + 1 : box.top < here.top - 1));
  const row = beyond.length ? (direction > 0 ? Math.min(...beyond.map(({ box }) => box.top)) : Math.max(...beyond.map(({ box }) => box.top))) : 0;
  const inRow = beyond.filter(({ box }) => Math.abs(box.top - row) < 2);
  const away = ({ box }) => Math.max(0, box.left - middle, middle - box.right);
  return inRow.sort((one_, other) => away(one_) - away(other))[0]?.shot;
}

/* A picture whose file is gone says so, with its prompt. Errors do not bubble. */
document.addEventListener(
  "error",
  (event) => {
    const shot = event.target.closest?.(".shot");
    if (!shot || shot.classList.contains("missing") || !event.target.closest(".open")) return;
    shot.classList.add("missing");
    const note = document.createElement("span");
    note.className = "lost";
    note.append(icon("image-off"), text("file-missing"));
    shot.append(note);
  },
  true,
);

/* New pictures: told, never pushed in. Any live message may mean one; several at once are one question. ------------ */

const newcomers = one("[data-newer]");
let question = 0;

async function askForNewer() {
  const newest = one(".shot")?.dataset.image;
  if (!newest) return;
  try {
    const url = new URL(newcomers.dataset.newer, location.href);
    url.searchParams.set("than", newest);
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    if (answer.ok && !answer.redirected) showNewer((await answer.json()).count);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // No connection: the next message asks again.
  }
}

function showNewer(count) {
  newcomers.hidden = !count;
  if (count) newcomers.textContent = text("newer", { n: count > 98 ? "99+" : count });
}

function askSoon() {
  clearTimeout(question);
  question = setTimeout(askForNewer, 800);
}

if (newcomers) {
  const live = new BroadcastChannel(`gesso-live-${document.body.dataset.user}`);
  live.onmessage = ({ data }) => data.kind === "message" && askSoon();
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && askSoon());
  addEventListener("pageshow", (event) => event.persisted && askSoon());
}

watchMore();
restorePlace();
