/** The stream: a picture's tools, a run's actions, the filmstrip, and what is said aloud when a run moves on. */
import { all, announce, isTyping, one, remembered, text } from "gesso/dom";
import { toggleFavourite } from "gesso/keeping";
import { toast } from "gesso/toast";
import { addReference } from "gesso/references";
import { edit, reuse, vary } from "gesso/settings";
import { setField, prompt } from "gesso/composer";

const KEYS = { r: "reference", e: "edit", v: "vary", d: "download", f: "favourite" };

export function startRuns() {
  document.addEventListener("click", clicked);
  document.addEventListener("keydown", keyed);
  startDialog();
  startFilmstrip();
  startAnnouncing();
}

function clicked(event) {
  const target = event.target instanceof Element ? event.target : null;
  const run = target?.closest(".run") ?? one("#run-menu").run;
  const tool = target?.closest("[data-tile-action]");
  const like = target?.closest(".tile .like");
  const action = target?.closest("[data-run-action]");
  const more = target?.closest("[data-run-menu]");
  if (tool) useTile(tool.closest(".tile"), tool.dataset.tileAction);
  else if (like) toggleFavourite(like);
  else if (more) openRunMenu(more);
  else if (action && run) runAction(run, action.dataset.runAction);
}

/* Pictures --------------------------------------------------------------------------------------------------- */

function useTile(tile, action) {
  const run = tile.closest(".run");
  const picture = { id: tile.dataset.image, thumb: tile.dataset.thumb, alt: one("live-picture", tile)?.getAttribute("alt") ?? "" };
  if (action === "reference") addReference(picture);
  else if (action === "edit") edit(run, picture);
  else if (action === "vary") vary(run);
  else if (action === "download") location.assign(one('[data-tile-action="download"]', tile).dataset.url);
  else if (action === "favourite") toggleFavourite(one(".like", tile));
}

function keyed(event) {
  const tile = event.target.closest?.(".tile");
  if (!tile || event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
  const bar = event.target.closest('[role="toolbar"]');
  const arrow = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (arrow && bar) {
    const tools = all("button", bar);
    focusTool(tools[(tools.indexOf(event.target) + arrow + tools.length) % tools.length], tools);
  } else if (arrow) {
    const links = all(".tile > .open");
    links[links.indexOf(one(".open", tile)) + arrow]?.focus();
  } else if (KEYS[event.key] && tile.dataset.image && remembered.get("single-keys") !== false) {
    useTile(tile, KEYS[event.key]);
  } else return;
  event.preventDefault();
}

function focusTool(tool, tools) {
  for (const other of tools) other.tabIndex = other === tool ? 0 : -1;
  tool.focus();
}

/* Runs -------------------------------------------------------------------------------------------------------- */

function openRunMenu(button) {
  const menu = one("#run-menu");
  menu.opener = button;
  menu.run = button.closest(".run");
  menu.showPopover({ source: button });
}

async function runAction(run, action) {
  const settings = JSON.parse(run.dataset.settings || "{}");
  if (action === "reuse") reuse(run);
  else if (action === "again") vary(run);
  else if (action === "prompt") {
    setField("prompt", settings.prompt ?? "");
    prompt().focus();
  } else if (action === "copy") {
    if (await copy(settings.prompt ?? "")) toast({ kind: "good", title: text("copied") });
  } else if (action === "curl") await copyCurl(run.dataset.url);
}

async function copyCurl(url) {
  const answer = await fetch(`${url}curl`).catch(() => null);
  if (answer?.ok && await copy(await answer.text())) toast({ kind: "good", title: text("curl-copied"), text: text("curl-key") });
  else toast({ kind: "bad", title: text("curl-failed") });
}

/** The clipboard's own interface is for secure contexts alone; the old command serves plain HTTP. */
async function copy(words) {
  if (navigator.clipboard) return navigator.clipboard.writeText(words).then(() => true, () => false);
  const field = document.createElement("textarea");
  field.value = words;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

/** Content that lands in the shared dialog opens it; a form in it that was accepted closes it. */
function startDialog() {
  const dialog = one("#dialog");
  document.addEventListener("htmx:after:swap", (event) => {
    if (event.detail.ctx.target === dialog && dialog.childElementCount && !dialog.open) dialog.showModal();
  });
  document.addEventListener("htmx:finally:request", (event) => {
    const { sourceElement, response } = event.detail.ctx;
    if (!sourceElement.matches?.("[data-close-after]") || response?.status >= 300) return;
    dialog.close();
    one("#stream").scrollTo({ top: 0 }); // There stands what was asked for.
  });
}

function startFilmstrip() {
  const strip = one("#filmstrip");
  strip.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link) return;
    event.preventDefault();
    const run = one(link.getAttribute("href"));
    run?.scrollIntoView({ behavior: "smooth", block: "start" });
    one(".tile > .open, button", run)?.focus({ preventScroll: true });
  });
  const mark = () => {
    const top = one("#stream").getBoundingClientRect().top + 8;
    const seen = all(".run").find((run) => run.getBoundingClientRect().bottom > top + 40);
    for (const link of all("a", strip)) {
      if (link.getAttribute("href") === `#${seen?.id}`) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };
  one("#stream").addEventListener("scroll", mark, { passive: true });
  new MutationObserver(mark).observe(one("#runs"), { childList: true });
  mark();
}

/** A run's state is told once per change, never each percent. */
function startAnnouncing() {
  new MutationObserver((changes) => {
    for (const change of changes) if (change.oldValue !== change.target.dataset.state) announce(change.target.dataset.announce);
  }).observe(one("#runs"), { subtree: true, attributeFilter: ["data-state"], attributeOldValue: true });
}
