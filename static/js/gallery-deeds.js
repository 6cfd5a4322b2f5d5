/** What is done with the selected pictures, or with one. Shown at once, and taken back where the server does not agree. */
import { one, post, text } from "gesso/dom";
import { chosen, clear } from "gesso/gallery-selection";
import { plain } from "gesso/grid-shelf";
import { toast } from "gesso/toast";

const bar = one("#selection");
const grid = () => one("justified-grid");
const grouped = (n) => n.toLocaleString(document.documentElement.lang || undefined);
const many = (key, n, more = {}) => text(n === 1 ? `${key}-one` : key, { n: grouped(n), ...more });
/** Answers once the server has done the last Undo; until then it may still have in its bin what stands in the grid. */
export let undoing = Promise.resolve();
/** For whom the menu of collections was opened. */
let collecting = [];

/** The server's answer, or null after a message: it could not be reached, or would not. */
async function send(url, ids, failure, values = {}) {
  const form = new URLSearchParams(values);
  for (const id of ids) form.append("id", id);
  try {
    const answer = await post(url, form);
    if (answer.ok && !answer.redirected) return await answer.json();
    toast({ kind: "bad", title: text(failure), text: await reason(answer) });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    toast({ kind: "bad", title: text(failure), text: text("offline") });
  }
  return null;
}

async function reason(answer) {
  if (answer.status === 404) return text("changed-meanwhile");
  if (!answer.headers.get("Content-Type")?.includes("json")) return text("offline");
  return (await answer.json()).error?.message ?? text("offline");
}

/** Take pictures out of the grid; the answer puts them back. The focus goes to what comes to stand there. */
function takeOut(ids) {
  const gone = new Set(ids);
  const order = grid().shownIds;
  const focused = plain(document.activeElement?.closest?.(".shot")?.dataset.image ?? "");
  const from = order.indexOf(focused);
  const heir = gone.has(focused) && (order.slice(from).find((id) => !gone.has(id)) ?? order.slice(0, from).findLast((id) => !gone.has(id)));
  const back = grid().remove(ids);
  if (chosen.size) clear();
  if (heir) one(".open", grid().tile(heir))?.focus({ preventScroll: true });
  showTotal();
  return () => {
    back();
    showTotal();
  };
}

/** The number of pictures beside the filters, exact as soon as the shelf is known. */
export function showTotal() {
  const { total } = grid().shelf;
  one("[data-total]").textContent = many("total", total);
  if (one("[data-shown]")) one("[data-shown]").textContent = grouped(total);
}

/** Change a number beside the shelves. */
export function count(name, by) {
  const place = one(`[data-count="${name}"]`);
  if (place) place.textContent = grouped(Math.max(0, Number(place.textContent.replace(/\D/g, "")) + by));
}

/** So many more among all images, and in the bin. */
function counted(images, binned) {
  count("all", images);
  count("bin", binned);
}

async function toBin(ids) {
  if (!("editable" in bar.dataset) || one(".gallery").dataset.shelf === "bin") return;
  const back = takeOut(ids);
  counted(-ids.length, ids.length);
  const undone = () => {
    back();
    counted(ids.length, -ids.length);
  };
  const sent = send(bar.dataset.bin, ids, "bin-failed");
  const told = toast({ kind: "bin", title: many("binned", ids.length), action: undo });
  async function undo() {
    if (!(await sent)) return;
    undone();
    undoing = send(bar.dataset.restore, ids, "restore-failed");
    if (await undoing) return;
    takeOut(ids);
    counted(-ids.length, ids.length);
  }
  if (await sent) return;
  told.remove();
  undone();
}

async function restore(ids) {
  const back = takeOut(ids);
  counted(ids.length, -ids.length);
  if (await send(bar.dataset.restore, ids, "restore-failed")) {
    toast({ kind: "good", title: many("restored", ids.length) });
    return;
  }
  back();
  counted(-ids.length, ids.length);
}

/** What cannot be taken back asks first, and is shown when it is done. */
function purge(ids) {
  const dialog = one("#purge");
  if (!dialog) return;
  one("#purge-title", dialog).textContent = many("purge", ids.length);
  const button = one("[data-purge-now]", dialog);
  button.textContent = text("purge-button", { n: grouped(ids.length) });
  button.onclick = async () => {
    dialog.close();
    if (!(await send(bar.dataset.purge, ids, "purge-failed"))) return;
    takeOut(ids);
    count("bin", -ids.length);
    toast({ kind: "bin", title: many("purged", ids.length) });
  };
  dialog.showModal();
}

async function hearts(ids) {
  const answer = await send(bar.dataset.hearts, ids, "favourite-failed", { favourite: "1" });
  if (!answer) return;
  for (const id of ids) {
    const tile = grid().tile(id);
    if (tile) tile.dataset.liked = "true";
  }
  count("favourites", answer.changed);
  toast({ kind: "good", title: many("hearts", ids.length) });
}

async function zip(ids) {
  const answer = await send(bar.dataset.exports, ids, "export-failed");
  if (answer) toast({ title: text("export", { n: grouped(ids.length) }), text: text("export-more"), href: answer.url, label: text("export-look") });
}

async function take(ids) {
  const back = takeOut(ids);
  if (await send(bar.dataset.take, ids, "take-failed")) toast({ title: many("taken", ids.length) });
  else back();
}

/* Collections -------------------------------------------------------------------------------------------------------- */

function collect(ids) {
  const list = one("#collect");
  collecting = ids;
  list.opener = one("#tools")?.closest(".shot") ?? bar;
  list.showPopover();
}

one("#collect")?.addEventListener("beforetoggle", (event) => {
  if (event.newState === "open" && !bar.hidden) collecting = [...chosen];
});

one("#collect")?.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-collection]");
  if (!button) return;
  const ids = collecting;
  one("#collect").hidePopover();
  const answer = await send(button.dataset.url, ids, "add-failed");
  if (!answer) return;
  count(button.dataset.collection, answer.added);
  toast({ kind: "good", title: many("added", ids.length, { name: button.textContent.trim() }) });
});

one("[data-collect]")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const name = form.elements.name.value.trim();
  const ids = collecting;
  one("#collect").hidePopover();
  const made = name && (await send(bar.dataset.collections, ids, "add-failed", { name }));
  if (!made) return;
  form.reset();
  toast({ kind: "good", title: many("added", ids.length, { name: made.name }), href: made.url, label: text("open") });
});

/** By the name in `data-does`; each takes ids. */
export const deeds = { bin: toBin, restore, purge, hearts, export: zip, take, collect };

bar.addEventListener("click", (event) => {
  const name = event.target.closest("[data-does]")?.dataset.does;
  if (deeds[name]) deeds[name]([...chosen]);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Delete" || !chosen.size || event.defaultPrevented || event.target.closest?.("input, textarea, dialog, .shot")) return;
  event.preventDefault();
  deeds[one(".gallery").dataset.shelf === "bin" ? "purge" : "bin"]([...chosen]);
});
