/**
 * Live updates. One tab of the browser holds the stream of `/events` (it holds the lock); it passes every message
 * to the others over a channel, and each applies it to its own page. HTTP/1.1 allows six connections to a server:
 * a stream per tab would use them up.
 *
 * A message is HTML of `<hx-partial>` elements, each the full state of its region, so that a message lost or
 * repeated does no harm and one without a target on this page is ignored. A `toast` carries JSON.
 */
import { all, one, text } from "gesso/dom";
import { toast } from "gesso/toast";

const NAME = `gesso-live-${document.body.dataset.user}`;
const RETRY = 2000; // What the server tells the browser to wait.
const WAITS = [1000, 2000, 4000, 8000, 15000];
const POLL = 3000;
const channel = new BroadcastChannel(NAME);
const banner = one("#live-banner");
let source = null;
let lost = 0;
let leaving = false;
let retry = 0;
let countdown = 0;
let polling = 0;
const early = []; // What was told between a press and its answer, which alone brings the row that it is about.

/* Applying -------------------------------------------------------------------------------------------------- */

/** Let htmx swap a text made of partials into this page. */
export async function apply(html) {
  if (one(".starting")) return early.push(html);
  const rows = newRows(html);
  const tell = (name) => rows.length && document.dispatchEvent(new CustomEvent(name, { detail: rows.length }));
  tell("runs:coming");
  for (const row of rows) makePlace(row);
  const before = balance();
  await htmx.swap({ text: html, sourceElement: document.body, swap: "none" });
  tell("runs:came");
  if (balance() !== before) document.dispatchEvent(new CustomEvent("balance:changed"));
}

const balance = () => one("#balance")?.textContent;

/** Runs of this page's project that began in another tab or with somebody else, the oldest first. */
function newRows(html) {
  const project = one("#project-field")?.value;
  if (!project || !html.includes("data-of=")) return [];
  const newest = Number(one("#runs > .run")?.dataset.number ?? 0);
  const told = all(".run", new DOMParser().parseFromString(html, "text/html"));
  const here = told.filter((row) => row.dataset.of.includes(project) && Number(row.dataset.number) > newest);
  return here.sort((one_, other) => one_.dataset.number - other.dataset.number);
}

/** A run that is not here yet has its place above those of its project. */
function makePlace(row) {
  const place = Object.assign(document.createElement("li"), { id: row.id, className: "run" });
  place.dataset.number = row.dataset.number;
  one("#runs").prepend(place);
  one("#filmstrip").prepend(Object.assign(document.createElement("li"), { id: row.id.replace("run-", "thumb-") }));
  one("#run-count").textContent = row.dataset.count;
  one("#empty")?.remove();
}

document.addEventListener("htmx:finally:request", () => {
  while (early.length && !one(".starting")) apply(early.shift());
});

/**
 * The stream may be faster than the answer to a retry, which then brings the row once more, above the one that was
 * told. The told one stays: what changes after it is told too, while an answer may be old and is not repeated.
 */
document.addEventListener("htmx:after:swap", () => {
  const seen = new Set();
  for (const item of all("#runs > [id], #filmstrip > [id]").reverse()) {
    if (seen.has(item.id)) item.remove();
    seen.add(item.id);
  }
});

function receive({ kind, data }) {
  if (kind === "message") apply(data);
  else if (kind === "toast") toast(JSON.parse(data));
  else if (kind === "state") showState(data);
  else if (kind === "reread") readOpenRows();
  else if (kind === "reconnect" && source !== null) connect();
}

function pass(kind, data) {
  receive({ kind, data });
  if (navigator.locks) channel.postMessage({ kind, data });
}

/* The rows that are still open are read again: after joining late, and while the stream is away ---------------- */

async function readOpenRows() {
  await Promise.all(all("[data-open-run]").map(readRow));
}

async function readRow(row) {
  try {
    const answer = await fetch(row.dataset.openRun, { headers: { "HX-Request": "true" } });
    if (answer.ok && !answer.redirected && row.isConnected)
      await htmx.swap({ text: await answer.text(), sourceElement: row, target: row, swap: "outerMorph" });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // TypeError is fetch's word for no connection.
  }
}

/* The stream, held by the leading tab ------------------------------------------------------------------------- */

function connect() {
  clearTimeout(retry);
  const again = source !== null;
  source?.close();
  source = new EventSource("/events");
  source.onopen = () => {
    if (lost > 1) pass("state", { paused: false });
    // The browser's own reconnection says what it heard last; a new source cannot, so the rows are read instead.
    else if (again) pass("reread");
    lost = 0;
  };
  source.onmessage = (event) => pass("message", event.data);
  source.addEventListener("toast", (event) => pass("toast", event.data));
  source.onerror = failed;
}

function failed() {
  if (leaving) return;
  const gaveUp = source.readyState === EventSource.CLOSED;
  const wait = gaveUp ? WAITS[Math.min(lost, WAITS.length - 1)] : RETRY;
  lost += 1;
  if (gaveUp) retry = setTimeout(reopen, wait);
  // One quiet attempt first: a stream that ends in order, or a server that restarts, is not a loss.
  if (lost > 1) pass("state", { paused: true, until: Date.now() + wait });
}

/** An EventSource does not say why it gave up. No content means that nobody is signed in: then stay quiet. */
async function reopen() {
  const probe = new AbortController();
  try {
    const { status } = await fetch("/events", { signal: probe.signal });
    probe.abort();
    if (status !== 204) connect();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    connect();
  }
}

async function lead() {
  // Locks are for secure contexts alone: over plain HTTP in a local network each tab has a stream of its own.
  if (!navigator.locks) return connect();
  const asked = new AbortController();
  addEventListener("pagehide", () => asked.abort(), { once: true });
  const hold = () =>
    new Promise((resolve) => {
      connect();
      asked.signal.addEventListener("abort", resolve);
    });
  const free = await navigator.locks.request(NAME, { ifAvailable: true }, (lock) => (lock ? hold() : "taken"));
  if (free !== "taken") return;
  readOpenRows();
  await navigator.locks.request(NAME, { signal: asked.signal }, hold).catch((error) => {
    if (error.name !== "AbortError") throw error;
  });
}

/* What the person sees ---------------------------------------------------------------------------------------- */

function showState({ paused, until = 0 }) {
  clearInterval(countdown);
  clearInterval(polling);
  const was = !banner.hidden;
  banner.hidden = !paused;
  one('[role="alert"]', banner).textContent = paused ? text("paused") : "";
  if (!paused) {
    if (was) readOpenRows();
    return;
  }
  const tick = () => {
    const n = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    one("[data-countdown]", banner).textContent = text("reconnecting", { n });
  };
  tick();
  countdown = setInterval(tick, 1000);
  polling = setInterval(readOpenRows, POLL);
}

one("[data-reconnect]", banner).addEventListener("click", () => {
  if (source !== null) connect();
  else channel.postMessage({ kind: "reconnect" });
});
channel.onmessage = (event) => receive(event.data);
// Offline is a guess of the browser's, for a studio may run on this very computer: ask the stream, at once and aloud.
for (const name of ["offline", "online"])
  addEventListener(name, () => {
    if (source === null) return;
    lost = Math.max(lost, 1);
    connect();
  });
addEventListener("pagehide", () => {
  leaving = true;
  source?.close();
});
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  leaving = false;
  readOpenRows();
  lead();
});
lead();
