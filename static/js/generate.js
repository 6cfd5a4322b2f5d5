/** Generate: what the button says, why it cannot be pressed, one submit at a time, and what a refusal marks. */
import { all, one, text } from "gesso/dom";
import { dropQuestion, priceIsPending } from "gesso/price";

let uploads = 0;
let wanted = false; // pressed before the price was known
const prompt = () => one("#prompt");
const COUNT_FROM = 0.8; // of the limit; before, a prompt's length is nobody's care
const lengthOf = (value) => [...value].length; // Limits count characters, not UTF-16 units.
const limit = () => Number(one("#model-limit")?.dataset.limit ?? 0);
const reading = () => one("#model-limit")?.dataset.prompt ?? "needed"; // needed, optional or unread
const put = (element, words) => {
  if (element.textContent !== words) element.textContent = words;
};

export function startGenerate(form) {
  form.addEventListener("submit", holdBack, true);
  form.addEventListener("input", (event) => clearError(event.target));
  form.addEventListener("htmx:before:request", (event) => {
    if (event.detail.ctx.sourceElement !== form) return;
    dropQuestion();
    setBusy(true);
    showStarting();
  });
  form.addEventListener("htmx:before:swap", (event) => event.detail.ctx.sourceElement === form && hideStarting());
  form.addEventListener("htmx:finally:request", (event) => event.detail.ctx.sourceElement === form && finished(form, event.detail.ctx.response?.status));
  document.addEventListener("price:known", () => wanted && startWanted(form));
  document.addEventListener("htmx:after:swap", showReason);
  document.addEventListener("references:changed", showReason);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.repeat || one("dialog[open]")) return;
    if (!event.metaKey && !event.ctrlKey) return;
    event.preventDefault();
    form.requestSubmit();
  });
  showReason();
}

/* What it says -------------------------------------------------------------------------------------------------- */

export function uploading(change) {
  uploads += change;
  showReason();
}

function reasonNow(button) {
  const words = prompt().value;
  if (uploads > 0) return text("uploading");
  if (!words.trim() && reading() === "needed") return text("write");
  if (limit() && lengthOf(words) > limit()) return text("too-long", { n: lengthOf(words) - limit() });
  if (one('#composer [name="mode"][value="edit"]').checked && !one('.reference[data-role="source"]:not([data-over])')) return text("needs-source");
  return button.dataset.reason;
}

export function showReason() {
  countPrompt();
  const button = one("#generate-button");
  const reason = reasonNow(button);
  if (reason) button.setAttribute("aria-disabled", "true");
  else button.removeAttribute("aria-disabled");
  put(one(".idle", button), reason || button.dataset.label);
  put(one("#generate-reason"), reason);
}

function countPrompt() {
  const counter = one("#prompt-count");
  const n = lengthOf(prompt().value);
  const over = limit() > 0 && n > limit();
  counter.classList.toggle("over", over);
  if (over) prompt().setAttribute("aria-invalid", "true");
  else if (!prompt().hasAttribute("aria-errormessage")) prompt().removeAttribute("aria-invalid");
  const note = n && reading() === "optional" ? "" : counter.dataset[reading()];
  put(counter, note ? note : limit() && n >= limit() * COUNT_FROM ? counter.dataset.left.replace("{n}", n.toLocaleString()).replace("{limit}", limit().toLocaleString()) : "");
}

/* One submit at a time ------------------------------------------------------------------------------------------- */

function holdBack(event) {
  if (mayStart()) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** False while the form cannot run, or runs already. A press that is faster than the price waits for it. */
function mayStart() {
  const button = one("#generate-button");
  if (button.getAttribute("aria-busy") === "true") return false;
  if (button.getAttribute("aria-disabled") === "true") {
    explain(button);
    return false;
  }
  if (!priceIsPending()) return true;
  wanted = true;
  setBusy(true);
  showStarting();
  return false;
}

function startWanted(form) {
  wanted = false;
  setBusy(false);
  showReason();
  if (one("#generate-button").getAttribute("aria-disabled") === "true") hideStarting();
  form.requestSubmit();
}

function finished(form, status) {
  setBusy(false);
  hideStarting();
  if (status === 200) accepted(form);
  else if (status >= 400) refused();
}

function setBusy(busy) {
  if (busy) one("#generate-button").setAttribute("aria-busy", "true");
  else one("#generate-button").removeAttribute("aria-busy");
}

function explain(button) {
  if ((!prompt().value.trim() && reading() === "needed") || prompt().getAttribute("aria-invalid") === "true") prompt().focus();
  else button.focus();
}

function accepted(form) {
  one("#stream").scrollTo({ top: 0 });
  form.removeAttribute("data-open");
  form.dispatchEvent(new CustomEvent("run:submitted", { bubbles: true }));
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
  one("#filmstrip").prepend(one("#starting-thumb-template").content.cloneNode(true));
  one("#stream").scrollTo({ top: 0 });
}

function hideStarting() {
  for (const row of all(".starting")) row.remove();
  one("#empty")?.removeAttribute("hidden");
}

/** Width and height of what the size control says. */
function shape() {
  const label = one('#params :is([name="aspect_ratio"], [name="preset"], [name="size"]):checked')?.closest("label");
  const drawing = label && one(".ratio", label);
  if (drawing) return [Number(drawing.dataset.width) || 1, Number(drawing.dataset.height) || 1];
  const said = label && one("input", label).value.match(/^(\d+)x(\d+)$/);
  return said ? [Number(said[1]), Number(said[2])] : [1, 1];
}

/* A refusal ------------------------------------------------------------------------------------------------------- */

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
  document.getElementById(field.getAttribute("aria-errormessage"))?.remove();
  field.removeAttribute("aria-errormessage");
  field.removeAttribute("aria-invalid");
}
