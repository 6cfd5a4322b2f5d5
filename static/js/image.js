/** The page of one picture: zoom buttons, neighbours, keys, copying, heart, stars, and the chosen format. */
import { binAndGo, tellBinned } from "gesso/binned";
import { all, announce, comesLater, icon, isTyping, one, remembered, text } from "gesso/dom";
import { save, toggleFavourite } from "gesso/keeping";
import { toast } from "gesso/toast";
import "gesso/zoom-stage";

const stage = one("zoom-stage");
for (const hidden of all(".stage-bar [hidden], [data-copy][hidden]")) hidden.hidden = false;

/* Zoom --------------------------------------------------------------------------------------------------------- */

document.addEventListener("click", (event) => {
  const zoom = event.target.closest?.("[data-zoom]")?.dataset.zoom;
  if (zoom === "in") stage.zoomIn();
  else if (zoom) stage.setZoom(zoom === "fit" ? "fit" : Number(zoom));
  if (event.target.closest?.("[data-fullscreen]")) fullScreen();
});

stage.addEventListener("zoom:changed", () => {
  for (const button of all(".zooms > button")) button.setAttribute("aria-pressed", String(String(stage.zoom) === button.dataset.zoom));
});

function fullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else one(".stage").requestFullscreen();
}

one("zoom-stage > .picture").addEventListener("error", lost);
if (one("zoom-stage > .picture").complete && !one("zoom-stage > .picture").naturalWidth) lost();

async function lost() {
  const picture = one("zoom-stage > .picture");
  if (await comesLater(picture)) return (picture.src += "");
  if (one(".stage > .lost")) return;
  const note = document.createElement("div");
  note.className = "lost";
  note.append(icon("image-off"), text("file-missing"));
  one(".stage").append(note);
  stage.hidden = true;
}

/* Neighbours: the address changes and "back" still closes the picture --------------------------------------------- */

document.addEventListener("click", (event) => {
  const turn = event.target.closest?.(".turn");
  if (turn && plain(event)) {
    event.preventDefault();
    location.replace(turn.href);
  }
  const close = event.target.closest?.("[data-close-picture]");
  if (close && opened && plain(event)) {
    event.preventDefault();
    history.back();
  }
});

const plain = (event) => !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button);

/** Going back returns to the very place that the picture was opened at; a link would open the gallery at its top. */
const OPENED = "gesso:opened-here";

function cameFromHere() {
  if (history.length < 2 || !document.referrer) return false;
  const from = new URL(document.referrer);
  if (from.origin !== location.origin) return false;
  if (/^\/images\/[0-9a-f-]{36}\/$/.test(from.pathname)) return Boolean(sessionStorage.getItem(OPENED)); // turned over
  return /^\/($|projects\/|gallery\/|credits\/)/.test(from.pathname);
}

const opened = cameFromHere();
sessionStorage.setItem(OPENED, opened ? "1" : "");

addEventListener("load", () => {
  for (const turn of all("[data-preload]")) new Image().src = turn.dataset.preload;
});

let swipe = null;
stage.addEventListener("pointerdown", (event) => (swipe = event.pointerType === "touch" && !stage.zoomed && event.isPrimary ? event : null));
stage.addEventListener("pointerup", (event) => {
  if (!swipe || stage.zoomed) return;
  const [x, y] = [event.clientX - swipe.clientX, event.clientY - swipe.clientY];
  swipe = null;
  if (Math.abs(x) > 60 && Math.abs(x) > 2 * Math.abs(y)) one(x > 0 ? ".turn.newer" : ".turn.older")?.click();
});

/* Keys -------------------------------------------------------------------------------------------------------------- */

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target) || one("dialog[open]")) return;
  const ways = { ArrowLeft: ".turn.newer", ArrowRight: ".turn.older", Escape: "[data-close-picture]" };
  if (event.key === "Delete") one("[data-bin-this] button")?.click();
  else if (ways[event.key] && !(event.key === "Escape" && document.fullscreenElement)) {
    event.preventDefault();
    one(ways[event.key])?.click();
  } else if (remembered.get("single-keys") !== false) single(event);
});

function single(event) {
  const key = event.key.toLowerCase();
  if (key === "f") one("[data-favourite]").click();
  else if (key === "p") one('[data-copy="#prompt-text"]')?.click();
  else if (/^[1-5]$/.test(key)) one(`[data-star="${key}"]`).click();
  else if (["+", "=", "-", "0"].includes(key)) stage.dispatchEvent(new KeyboardEvent("keydown", { key }));
  else one(`[data-key="${CSS.escape(key)}"]`)?.click();
}

/* To the bin, and on to the next: the older one, else the newer, else back --------------------------------------------- */

document.addEventListener("submit", (event) => {
  const form = event.target.closest?.("[data-bin-this]");
  if (!form) return;
  event.preventDefault();
  const turn = one(".turn.older") ?? one(".turn.newer");
  binAndGo({
    id: one('[name="id"]', form).value,
    url: form.action,
    restore: form.dataset.binThis,
    here: location.href,
    next: () => (turn ?? one("[data-close-picture]")).click(),
  });
});
// Somebody else may move it there while it is looked at, and bring it back.
document.addEventListener("htmx:after:swap", () => {
  for (const acts of all(".acts")) acts.inert = Boolean(one(".binned.notice"));
});
tellBinned();
addEventListener("pageshow", (event) => event.persisted && tellBinned());

/* Copy --------------------------------------------------------------------------------------------------------------- */

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(one(button.dataset.copy).textContent.trim());
    announce(text("copied"));
    toast({ kind: "good", title: text("copied") });
  } catch (error) {
    if (!(error instanceof DOMException) && !(error instanceof TypeError)) throw error;
    toast({ kind: "bad", title: text("copy-failed"), text: text("copy-forbidden") });
  }
});

/* Heart and stars ------------------------------------------------------------------------------------------------------ */

document.addEventListener("submit", async (event) => {
  const button = event.submitter;
  if (button?.matches("[data-favourite]")) {
    event.preventDefault();
    await toggleFavourite(button);
  } else if (button?.matches("[data-star]")) {
    event.preventDefault();
    await rate(event.target, Number(button.value));
  }
});

async function rate(form, given) {
  const before = all('[aria-pressed="true"]', form).length;
  light(form, given);
  if (!(await save(form.action, { stars: given }, "rating-failed"))) light(form, before);
}

/** The last star that is lit takes the rating back when it is pressed. */
function light(form, given) {
  for (const star of all("[data-star]", form)) {
    const number = Number(star.dataset.star);
    star.setAttribute("aria-pressed", String(number <= given));
    star.value = number === given ? 0 : number;
  }
}

/* The last choice of a format is remembered ------------------------------------------------------------------------------ */

const formats = all('.download input[name="format"]');
const last = formats.find((choice) => choice.value === remembered.get("format"));
if (last) last.checked = true;
for (const choice of formats) choice.addEventListener("change", () => remembered.set("format", choice.value));
