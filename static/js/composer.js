/** The composer: the prompt's counter, the live price, what Generate says, and one submit at a time. */
import { all, one, text } from "gesso/dom";

const PRICE_DELAY = 250;
const PROMPT_DELAY = 700;
let priceTimer = 0;
let pricedPrompt = "";
let uploads = 0;
let pricing = 0; // requests for a price or for other fields that are under way
let wanted = false; // Generate was pressed while one was

export const prompt = () => one("#prompt");
const lengthOf = (value) => [...value].length; // Limits count characters, not UTF-16 units.

export function startComposer(form) {
  pricedPrompt = prompt().value;
  form.addEventListener("input", (event) => {
    clearError(event.target);
    if (event.target === prompt()) promptChanged();
    else if (event.target.name === "negative_prompt") summariseNegative();
    else askPrice(PRICE_DELAY);
  });
  form.addEventListener("change", (event) => {
    if (event.target.type === "number") clamp(event.target);
    if (event.target !== prompt()) askPrice(0);
  });
  form.addEventListener("click", pressed);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input:not([type=radio], [type=checkbox])")) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.repeat || one("dialog[open]")) return;
    if (!event.metaKey && !event.ctrlKey) return;
    event.preventDefault();
    form.requestSubmit();
  });
  startSubmit(form);
  startSheet(form);
  document.addEventListener("htmx:after:swap", refresh);
  document.addEventListener("references:changed", () => {
    askPrice(PRICE_DELAY);
    refresh();
  });
  hoverCost();
  refresh();
}

/* Price ------------------------------------------------------------------------------------------------------ */

/** Ask for the price of what the form says now; a later question replaces an earlier one. */
export function askPrice(delay = 0) {
  clearTimeout(priceTimer);
  priceTimer = setTimeout(askNow, delay);
}

function askNow() {
  clearTimeout(priceTimer);
  priceTimer = 0;
  pricedPrompt = prompt().value;
  htmx.trigger("#pricer", "price", {}, false);
}

/** For browsers that cannot size a field to its content. */
function grow() {
  if (CSS.supports("field-sizing", "content")) return;
  prompt().style.height = "auto";
  prompt().style.height = `${prompt().scrollHeight}px`;
}

function promptChanged() {
  grow();
  refresh();
  // The words matter to the price only of models that are paid by token; being empty or not matters to all.
  const byToken = one("#cost [data-by-token]") !== null;
  if (byToken || !prompt().value.trim() !== !pricedPrompt.trim()) askPrice(PROMPT_DELAY);
}

/** Let the server fit the form to a model: its own fields, nearest valid values, price. */
export function askParameters(values = {}) {
  clearTimeout(priceTimer);
  priceTimer = 0;
  return htmx.ajax("POST", one("#modeller").getAttribute("hx-post"), { source: "#modeller", swap: "none", values });
}

function hoverCost() {
  const lines = () => one("#cost-lines");
  document.addEventListener("pointerover", (event) => {
    if (event.pointerType !== "mouse") return;
    const info = event.target.closest?.(".cost-info");
    if (info) {
      if (lines().matches(":popover-open")) return;
      lines().showPopover();
      lines().dataset.hover = "";
    } else if (lines()?.dataset.hover === "" && !event.target.closest?.("#cost-lines, .cost-line")) {
      delete lines().dataset.hover;
      lines().hidePopover();
    }
  });
  document.addEventListener("click", (event) => event.target.closest?.(".cost-info") && delete lines().dataset.hover);
}

/* What Generate says ------------------------------------------------------------------------------------------- */

export function uploading(change) {
  uploads += change;
  refresh();
}

function reasonNow(button) {
  const words = prompt().value;
  const limit = Number(one("#model-limit")?.dataset.limit ?? 0);
  if (uploads > 0) return text("uploading");
  if (!words.trim()) return text("write");
  if (limit && lengthOf(words) > limit) return text("too-long", { n: lengthOf(words) - limit });
  if (one('#composer [name="mode"][value="edit"]').checked && !one('.reference[data-role="source"]:not([data-over])')) return text("needs-source");
  return button.dataset.reason;
}

function refresh() {
  countPrompt();
  summarise();
  markCaps();
  drawRatios();
  const button = one("#generate-button");
  if (!button) return;
  const reason = reasonNow(button);
  if (reason) button.setAttribute("aria-disabled", "true");
  else button.removeAttribute("aria-disabled");
  put(one(".idle", button), reason || button.dataset.label);
  put(one("#generate-reason"), reason);
}

const put = (element, words) => {
  if (element.textContent !== words) element.textContent = words;
};

function countPrompt() {
  const counter = one("#prompt-count");
  const limit = Number(one("#model-limit")?.dataset.limit ?? 0);
  const n = lengthOf(prompt().value);
  const over = limit > 0 && n > limit;
  counter.classList.toggle("over", over);
  prompt().toggleAttribute("aria-invalid", false);
  if (over) prompt().setAttribute("aria-invalid", "true");
  put(counter, limit ? counter.dataset.left.replace("{n}", n.toLocaleString()).replace("{limit}", limit.toLocaleString()) : "");
}

/** Draw each shape's outline in its own ratio; presentation attributes, for inline style is forbidden here. */
export function drawRatios() {
  for (const drawing of all(".ratio:not([data-drawn])")) {
    const [width, height] = [Number(drawing.dataset.width) || 1, Number(drawing.dataset.height) || 1];
    const scale = Math.min(20 / width, 20 / height, Math.sqrt(300 / (width * height)));
    const [w, h] = [Math.max(6, width * scale), Math.max(6, height * scale)];
    const outline = one("rect", drawing);
    for (const [name, value] of Object.entries({ x: 11 - w / 2, y: 11 - h / 2, width: w, height: h, rx: 1.5 })) outline.setAttribute(name, value);
    drawing.dataset.drawn = "";
  }
}

function markCaps() {
  if (/Mac|iPhone|iPad/.test(navigator.platform)) for (const cap of all("#generate [data-mod]")) put(cap, cap.dataset.mod);
  const note = one(".params-note:not([data-timed])");
  if (!note) return;
  note.dataset.timed = "";
  setTimeout(() => note.remove(), 4000);
}

/* One submit at a time ------------------------------------------------------------------------------------------ */

function startSubmit(form) {
  form.addEventListener(
    "submit",
    (event) => {
      if (mayStart()) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    true,
  );
  form.addEventListener("htmx:before:request", (event) => event.target.matches("#pricer, #modeller") && pricing++);
  form.addEventListener("htmx:finally:request", (event) => {
    if (!event.target.matches("#pricer, #modeller")) return;
    pricing--;
    if (wanted && !pricing) startWanted(form);
  });
  form.addEventListener("htmx:before:request", (event) => {
    if (event.detail.ctx.sourceElement !== form) return;
    clearTimeout(priceTimer);
    priceTimer = 0;
    setBusy(true);
    showStarting();
  });
  form.addEventListener("htmx:before:swap", (event) => event.detail.ctx.sourceElement === form && hideStarting());
  form.addEventListener("htmx:finally:request", (event) => {
    if (event.detail.ctx.sourceElement !== form) return;
    setBusy(false);
    hideStarting();
    const status = event.detail.ctx.response?.status;
    if (status === 200) accepted(form);
    else if (status >= 400) refused();
  });
}

/** False while the form cannot run, or runs already. A press that is faster than the price waits for it. */
function mayStart() {
  const button = one("#generate-button");
  if (button.getAttribute("aria-busy") === "true") return false;
  if (button.getAttribute("aria-disabled") === "true") {
    explain(button);
    return false;
  }
  if (!priceTimer && !pricing) return true;
  wanted = true;
  setBusy(true);
  showStarting();
  if (priceTimer) askNow();
  return false;
}

function startWanted(form) {
  wanted = false;
  setBusy(false);
  refresh();
  if (one("#generate-button").getAttribute("aria-disabled") === "true") hideStarting();
  form.requestSubmit();
}

function setBusy(busy) {
  if (busy) one("#generate-button").setAttribute("aria-busy", "true");
  else one("#generate-button").removeAttribute("aria-busy");
}

/** The new row's place at once, in its size, so that the rows below move with the press and not after it. */
function showStarting() {
  if (one(".starting")) return;
  const row = one("#starting-template").content.firstElementChild.cloneNode(true);
  const [width, height] = shape();
  one(".run-prompt", row).textContent = prompt().value.trim();
  for (let i = 0; i < Number(one("#images")?.value ?? 1); i++) {
    const tile = document.createElement("li");
    tile.className = "tile waiting skeleton";
    const box = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    for (const [name, value] of Object.entries({ class: "shape", viewBox: `0 0 ${width} ${height}`, width, height })) box.setAttribute(name, value);
    tile.append(box);
    one(".tiles", row).append(tile);
  }
  one("#empty")?.setAttribute("hidden", "");
  one("#runs").prepend(row);
  one("#stream").scrollTo({ top: 0 });
}

function hideStarting() {
  for (const row of all(".starting")) row.remove();
  one("#empty")?.removeAttribute("hidden");
}

/** Width and height of what the size control says. */
function shape() {
  const chosen = one("#params .ratio", one('#params :is([name="aspect_ratio"], [name="preset"], [name="size"]):checked')?.closest("label") ?? document);
  const said = one("#params")?.innerText.match(/(\d+) × (\d+)/);
  if (chosen) return [Number(chosen.dataset.width) || 1, Number(chosen.dataset.height) || 1];
  return said ? [Number(said[1]), Number(said[2])] : [1, 1];
}

function explain(button) {
  if (!prompt().value.trim() || prompt().getAttribute("aria-invalid") === "true") prompt().focus();
  else button.focus();
}

function accepted(form) {
  one("#stream").scrollTo({ top: 0 });
  form.removeAttribute("data-open");
  form.dispatchEvent(new CustomEvent("run:submitted", { bubbles: true }));
}

/** Mark the fields that the server names and go to the first. */
function refused() {
  const errors = all("#composer-errors [data-field]");
  for (const error of errors) {
    const field = fieldNamed(error.dataset.field);
    error.id ||= `error-${error.dataset.field}`;
    field?.setAttribute("aria-invalid", "true");
    field?.setAttribute("aria-errormessage", error.id);
  }
  fieldNamed(errors[0]?.dataset.field)?.focus();
}

const fieldNamed = (name) => (name ? one(`#composer [name="${CSS.escape(name)}"]:not([type=hidden])`) : null);

function clearError(field) {
  if (!field.matches?.("[aria-errormessage]")) return;
  one(`#${field.getAttribute("aria-errormessage")}`)?.remove();
  field.removeAttribute("aria-errormessage");
  field.removeAttribute("aria-invalid");
}

/* Small controls -------------------------------------------------------------------------------------------------- */

function pressed(event) {
  const target = event.target.closest("button");
  if (!target) return;
  if (target.dataset.step) step(target.parentElement.querySelector("input"), Number(target.dataset.step));
  else if ("dice" in target.dataset) roll();
  else if ("negativeToggle" in target.dataset) toggleNegative(target);
  else if ("moreShapes" in target.dataset) showShapes(target.parentElement);
  else if (target.dataset.images) setField("n", target.dataset.images);
}

function showShapes(grid) {
  grid.setAttribute("data-all", "");
  one("label:nth-of-type(8) input", grid).focus();
}

function step(field, by) {
  field.value = Number(field.value || 1) + by;
  clamp(field);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function clamp(field) {
  const wanted = Math.round(Number(field.value)) || Number(field.min);
  field.value = Math.min(Number(field.max), Math.max(Number(field.min), wanted));
}

function roll() {
  setField("seed", crypto.getRandomValues(new Uint32Array(1))[0] % 2 ** 31);
}

export function setField(name, value) {
  const field = one(`#composer [name="${CSS.escape(name)}"]:not([type=radio])`);
  if (!field) return;
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function toggleNegative(button) {
  const open = button.getAttribute("aria-expanded") !== "true";
  button.setAttribute("aria-expanded", String(open));
  one("#negative-box").hidden = !open;
  if (open) one("#negative").focus();
}

export function summariseNegative() {
  const summary = one("[data-negative-summary]");
  if (summary) put(summary, one("#negative").value.trim() || summary.dataset.none);
}

/* The bottom sheet of small screens --------------------------------------------------------------------------------- */

function startSheet(form) {
  const handle = one("[data-sheet]", form);
  const set = (open) => {
    form.toggleAttribute("data-open", open);
    handle.setAttribute("aria-expanded", String(open));
  };
  handle.addEventListener("click", () => set(!form.hasAttribute("data-open")));
  one("[data-summary]", form).addEventListener("click", () => set(true));
  prompt().addEventListener("focus", () => matchMedia("(width < 960px)").matches && set(true));
  one("#stream").addEventListener("pointerdown", () => set(false));
  document.addEventListener("keydown", (event) => event.key === "Escape" && !one("dialog[open]") && set(false));
  let from = null;
  handle.addEventListener("pointerdown", (event) => (from = event.clientY));
  addEventListener("pointerup", (event) => {
    if (from !== null && Math.abs(event.clientY - from) > 24) set(event.clientY < from);
    from = null;
  });
}

function summarise() {
  const summary = one("[data-summary]");
  if (!matchMedia("(width < 960px)").matches) return;
  const words = [
    `${one("#model-name").textContent} · ${one(".model-price b").textContent}`,
    one('#params [name="aspect_ratio"]:checked, #params [name="size"]:checked, #params [name="preset"]:checked')?.closest("label").innerText.trim().split("\n")[0],
    `× ${one("#images")?.value ?? 1}`,
  ];
  summary.hidden = false;
  summary.replaceChildren(
    ...words.filter(Boolean).map((word) => chip(word)),
    ...(one(".reference") ? [chip(all(".reference").length, all(".reference img").slice(0, 2))] : []),
  );
}

function chip(word, pictures = []) {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...pictures.map((picture) => Object.assign(new Image(24, 24), { src: picture.src, alt: "" })), String(word));
  return button;
}
