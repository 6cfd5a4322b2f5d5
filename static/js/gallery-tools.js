/** The tools of a tile: one set that stands in the tile that is pointed at or has the focus; its menu and its keys. */
import { all, comesLater, icon, isTyping, one, remembered, text } from "gesso/dom";
import { count, deeds } from "gesso/gallery-deeds";
import { chosen, extendTo, toggle } from "gesso/gallery-selection";
import { plain } from "gesso/grid-shelf";
import { saveFavourite } from "gesso/keeping";

const tools = one("#tools");
const menu = one("#tile-menu");
const KEYS = { r: "reference", e: "edit", v: "vary", d: "download", f: "favourite", x: "select", Delete: "bin" };
const grid = () => one("justified-grid");
const dashed = (id) => id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
const heart = one(".like", tools);
const inBin = one(".gallery").dataset.shelf === "bin";

/** Put the tools into a tile. A focus inside them stays with the tile that it was in. */
function bring(shot) {
  if (tools.parentElement === shot || !shot.querySelector(".open")) return;
  if (tools.contains(document.activeElement)) one(".open", tools.parentElement)?.focus({ preventScroll: true });
  if (menu.matches(":popover-open")) menu.hidePopover();
  shot.append(tools);
  tools.hidden = false;
  tools.classList.toggle("slim", parseFloat(shot.style.width) < 112);
  for (const [index, button] of all("button", tools).entries()) button.tabIndex = index ? -1 : 0;
  showState(shot);
}

function showState(shot) {
  heart?.setAttribute("aria-pressed", String(shot.dataset.liked === "true"));
  one(".pick", tools).setAttribute("aria-pressed", String(chosen.has(plain(shot.dataset.image))));
}

document.addEventListener("pointerover", (event) => {
  const shot = event.pointerType === "mouse" && event.target.closest?.(".shot");
  if (shot && !menu.matches(":popover-open")) bring(shot);
});
document.addEventListener("focusin", (event) => {
  const shot = event.target.closest?.(".shot");
  if (shot) bring(shot);
});
document.addEventListener("selection:changed", () => tools.closest(".shot") && showState(tools.closest(".shot")));
// A tile that leaves the page leaves its tools behind.
document.addEventListener("grid:shown", () => {
  const under = tools.isConnected ? null : one(".shot:hover");
  if (under) bring(under);
});

/* What they do ------------------------------------------------------------------------------------------------- */

/** The picture's own deeds: they leave the page, or take one picture. */
const own = {
  select: (shot) => toggle(plain(shot.dataset.image)),
  favourite: like,
  reference: (shot) => open(shot, "reference"),
  edit: (shot) => open(shot, "edit"),
  vary: (shot) => open(shot, "vary"),
  download: (shot) => Object.assign(document.createElement("a"), { href: `/images/${dashed(plain(shot.dataset.image))}/download`, download: "" }).click(),
};

const open = (shot, name) => location.assign(`${tools.dataset.studio}?${new URLSearchParams({ [name]: dashed(plain(shot.dataset.image)) })}`);

async function like(shot) {
  if (!heart) return;
  const before = shot.dataset.liked === "true";
  const show = (on) => {
    shot.dataset.liked = on ? "true" : "";
    if (tools.parentElement === shot) showState(shot);
  };
  const after = await saveFavourite(`/images/${dashed(plain(shot.dataset.image))}/favourite`, !before, show);
  if (before !== after) count("favourites", after ? 1 : -1);
}

function use(shot, name) {
  if (own[name]) own[name](shot);
  else deeds[name]?.([plain(shot.dataset.image)]);
}

tools.addEventListener("click", (event) => {
  const name = event.target.closest("[data-does]")?.dataset.does;
  const shot = tools.closest(".shot");
  if (!name || !shot) return;
  if (name === "select" && event.shiftKey) extendTo(plain(shot.dataset.image));
  else use(shot, name);
});
menu.addEventListener("click", (event) => {
  const name = event.target.closest("[data-does]")?.dataset.does;
  const shot = tools.closest(".shot");
  if (name && shot) use(shot, name);
});

/* Keys ------------------------------------------------------------------------------------------------------------ */

document.addEventListener("keydown", (event) => {
  const focused = event.target.closest?.(".shot");
  // With the focus nowhere, the keys are for what is pointed at; Delete is then for the selection, if there is one.
  const pointed = event.target === document.body && !(chosen.size && /^(Delete|Backspace)$/.test(event.key)) ? one(".shot:hover") : null;
  const shot = focused ?? pointed;
  if (!shot || event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
  if (event.key.startsWith("Arrow")) focused && move(event, shot);
  else if (remembered.get("single-keys") !== false) single(event, shot);
});

function single(event, shot) {
  // What is marked with the word on a Mac's keyboard says Backspace.
  const name = KEYS[event.key === "Backspace" ? "Delete" : event.key];
  if (!name) return;
  event.preventDefault();
  if (name !== "bin") use(shot, name);
  else deeds[inBin ? "purge" : "bin"](chosen.size ? [...chosen] : [plain(shot.dataset.image)]);
}

/** Arrows go along the tools where one has the focus, else to the picture that lies there; with Shift they select. */
function move(event, shot) {
  const within = event.target.closest('[role="toolbar"]');
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  event.preventDefault();
  if (within && step) {
    const buttons = all("button", within);
    const next = buttons[(buttons.indexOf(event.target) + step + buttons.length) % buttons.length];
    for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
    next.focus();
    return;
  }
  const from = plain(shot.dataset.image);
  const next = step ? grid().shelf.nextTo(from, step) : grid().nextRow(from, event.key === "ArrowDown" ? 1 : -1);
  if (!next) return;
  grid().reveal(next);
  one(".open", grid().tile(next))?.focus({ preventScroll: true });
  if (event.shiftKey) extendTo(next, from);
}

/* A picture that is still made is asked for again; one whose file is gone says so, with its prompt. Errors do not bubble. */
document.addEventListener("error", ({ target }) => target.matches?.(".shot > .open > img[src]") && lost(target), true);
for (const picture of all(".shot > .open > img[src]")) if (picture.complete && !picture.naturalWidth) lost(picture);

async function lost(picture) {
  const shot = picture.closest(".shot");
  if (shot.classList.contains("missing")) return;
  shot.classList.add("missing");
  if (await comesLater(picture)) {
    shot.classList.remove("missing");
    picture.srcset += "";
    return;
  }
  const note = document.createElement("span");
  note.className = "lost";
  note.append(icon("image-off"), text("file-missing"));
  shot.append(note);
}
