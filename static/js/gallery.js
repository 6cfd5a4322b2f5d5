/** The gallery's page: row height, the same place on return, and what is told of new pictures. */
import { tellBinned } from "gesso/binned";
import { one, remembered, text } from "gesso/dom";
import { showTotal } from "gesso/gallery-deeds";
import "gesso/gallery-filters";
import "gesso/gallery-lasso";
import { keepPlace, returnToPlace } from "gesso/gallery-place";
import { drawRail } from "gesso/gallery-rail";
import "gesso/gallery-tools";
import "gesso/justified-grid";

const grid = () => one("justified-grid");

/* Rows ------------------------------------------------------------------------------------------------------------- */

const slider = one("[data-row-height]");

function setRows(height) {
  const list = one(".shots");
  if (list && innerWidth >= 960) list.style.setProperty("--row", `${height}px`);
  grid()?.layout();
}

slider.value = remembered.get("row-height") ?? slider.value;
slider.dispatchEvent(new Event("input", { bubbles: true }));
slider.addEventListener("input", () => setRows(slider.value));
slider.addEventListener("change", () => remembered.set("row-height", Number(slider.value)));

/** A grid has come: with the page, or with what a filter has found. */
function begin() {
  if (!grid()) return;
  if (remembered.get("row-height")) setRows(slider.value);
  drawRail();
}
document.addEventListener("grid:ready", showTotal);
document.addEventListener("htmx:after:swap", begin);

/* New pictures: told, never pushed in. Any live message may mean one; several at once are one question. ------------ */

let question = 0;

async function askForNewer() {
  const told = one("[data-newer]");
  const newest = grid()?.shelf?.newest;
  if (!told || !newest) return;
  try {
    const url = new URL(told.dataset.newer, location.href);
    url.searchParams.set("than", newest);
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    if (answer.ok && !answer.redirected) showNewer(told, (await answer.json()).count);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // No connection: the next message asks again.
  }
}

function showNewer(told, count) {
  told.hidden = !count;
  if (count) told.textContent = text("newer", { n: count > 98 ? "99+" : count });
}

function askSoon() {
  clearTimeout(question);
  question = setTimeout(askForNewer, 800);
}

const live = new BroadcastChannel(`gesso-live-${document.body.dataset.user}`);
live.onmessage = ({ data }) => data.kind === "message" && askSoon();
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && askSoon());
addEventListener("pageshow", (event) => event.persisted && askSoon());

begin();
keepPlace(grid);
returnToPlace(grid());
tellBinned();
addEventListener("pageshow", (event) => event.persisted && tellBinned());
