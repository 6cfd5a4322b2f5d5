/** The same place on return: from a picture's page, by back, by a reload. */
import { one } from "gesso/dom";

const key = () => `gesso:gallery:${location.pathname}${location.search}`;

/** What the place holds for: another width, row height or shelf moves everything. */
const shapeOf = ({ shelf }) => [shelf.newest, shelf.total, shelf.frame.width, shelf.frame.row].join(" ");

export function rememberPlace(grid) {
  if (!grid?.shelf) return;
  try {
    const id = grid.shelf.idAt(grid.view.top);
    sessionStorage.setItem(key(), JSON.stringify({ y: scrollY, shape: shapeOf(grid), id, top: grid.view.top }));
  } catch {
    /* Without storage the page opens at its top. */
  }
}

/** Where the page was left, if this is a return to it. */
function left() {
  const kind = performance.getEntriesByType("navigation")[0]?.type;
  if (kind !== "back_forward" && kind !== "reload") return null;
  try {
    return JSON.parse(sessionStorage.getItem(key()));
  } catch {
    return null; // Nothing, or nothing of ours: the page opens at its top.
  }
}

/** Go to where the page was left. What is shown before that would only flash: the grid stays hidden until then. */
export async function returnToPlace(grid) {
  history.scrollRestoration = "manual";
  const place = left();
  if (!grid || !place?.y) return;
  const away = place.y > innerHeight;
  if (away) delete grid.dataset.ready;
  try {
    await grid.known;
    // The end of the shelf has its true height only when its pictures are known.
    if (shapeOf(grid) === place.shape) scrollTo({ top: place.y, behavior: "instant" });
    else if (place.id) await follow(grid, place);
    grid.draw();
  } finally {
    grid.dataset.ready = "";
  }
}

/** The shelf has changed meanwhile: the picture that was at the top comes there again. */
async function follow(grid, place) {
  const each = grid.shelf.blockOf(place.id);
  await grid.load([each]).catch(() => null); // Not to be had: the block's own height is near enough.
  const box = grid.shelf.find(place.id);
  grid.scrollTo(box ? box.top : each.top);
}

/** Kept all the time, for a page can end without a word; and at the end, for that is exact. */
export function keepPlace(current) {
  let timer = 0;
  addEventListener(
    "scroll",
    () => {
      clearTimeout(timer);
      timer = setTimeout(() => rememberPlace(current()), 200);
    },
    { passive: true },
  );
  addEventListener("pagehide", () => rememberPlace(current()));
  document.addEventListener("htmx:before:request", (event) => event.target === one("#filters") && rememberPlace(current()));
}
