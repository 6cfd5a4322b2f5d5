/** The gallery's page: row height, the same place on return, and what is told of pictures that come and go. */
import { tellBinned } from "gesso/binned";
import { all, one, remembered, text } from "gesso/dom";
import { showTotal, undoing } from "gesso/gallery-deeds";
import "gesso/gallery-filters";
import "gesso/gallery-lasso";
import { keepPlace, returnToPlace } from "gesso/gallery-place";
import { drawRail } from "gesso/gallery-rail";
import "gesso/gallery-tools";
import { plain } from "gesso/grid-shelf";
import "gesso/justified-grid";

const MOST_TILES = 120; // What the server sends at once.
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

/* What somebody moved to the bin, or brought back, may not stand here any more. -------------------------------------- */

document.addEventListener("htmx:after:swap", () => {
  const told = one("#pictures-moved[data-ids]");
  if (!told) return;
  letGo(told.dataset.ids.split(" ").filter(Boolean).map(plain));
  told.removeAttribute("data-ids");
});

async function letGo(ids) {
  const here = ids.filter((id) => grid()?.shelf?.find(id)).slice(0, MOST_TILES);
  if (!here.length || !grid().dataset.tiles) return;
  await undoing;
  try {
    const url = new URL(grid().dataset.tiles, location.href);
    for (const id of here) url.searchParams.append("id", id);
    const answer = await fetch(url, { headers: { "HX-Request": "true" } });
    if (!answer.ok || answer.redirected) return;
    const came = new DOMParser().parseFromString(await answer.text(), "text/html");
    const still = new Set(all(".shot", came).map((shot) => plain(shot.dataset.image)));
    grid().remove(here.filter((id) => !still.has(id)));
    showTotal();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // No connection: a reload shows how it is.
  }
}

begin();
keepPlace(grid);
returnToPlace(grid());
tellBinned();
addEventListener("pageshow", (event) => event.persisted && tellBinned());
