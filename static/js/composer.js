/** The composer's fields: the prompt, the negative prompt, the small controls of the settings. */
import { all, one } from "gesso/dom";
import { askPrice, promptMatters } from "gesso/price";
import { showReason } from "gesso/generate";

const PRICE_DELAY = 250;
const PROMPT_DELAY = 700;
const NOTE_LIFETIME = 4000;
const SHAPES = '[name="aspect_ratio"], [name="preset"]';

export const prompt = () => one("#prompt");

export function startComposer(form) {
  form.addEventListener("input", (event) => {
    if (event.target === prompt()) promptChanged();
    else if (event.target.name === "negative_prompt") summariseNegative();
    else {
      if (event.target.matches(SHAPES)) showSize(event.target);
      askPrice(PRICE_DELAY);
    }
  });
  form.addEventListener("change", (event) => {
    if (event.target.type === "number") clamp(event.target);
    if (event.target.name === "output_format") showCompression();
    if (event.target !== prompt()) askPrice(0);
  });
  form.addEventListener("click", pressed);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input:not([type=radio], [type=checkbox])")) event.preventDefault();
  });
  document.addEventListener("references:changed", () => askPrice(PRICE_DELAY));
  document.addEventListener("balance:changed", () => askPrice(PROMPT_DELAY)); // What is left after, or short.
  document.addEventListener("htmx:after:swap", dress);
  dress();
}

function promptChanged() {
  grow();
  showReason();
  if (promptMatters()) askPrice(PROMPT_DELAY);
}

/** For browsers that cannot size a field to its content. */
function grow() {
  if (CSS.supports("field-sizing", "content")) return;
  prompt().style.height = "auto";
  prompt().style.height = `${prompt().scrollHeight}px`;
}

/** What new parts of the form need from the browser: drawn shapes, this computer's keys, a note that goes by itself. */
function dress() {
  drawRatios();
  if (/Mac|iPhone|iPad/.test(navigator.platform)) for (const cap of all("#generate [data-mod]")) cap.textContent = cap.dataset.mod;
  const note = one(".params-note:not([data-timed])");
  if (!note) return;
  note.dataset.timed = "";
  setTimeout(() => note.remove(), NOTE_LIFETIME);
}

/** Draw each shape's outline in its own ratio; presentation attributes, for inline style is forbidden here. */
function drawRatios() {
  for (const drawing of all(".ratio:not([data-drawn])")) {
    const [width, height] = [Number(drawing.dataset.width) || 1, Number(drawing.dataset.height) || 1];
    const scale = Math.min(20 / width, 20 / height, Math.sqrt(300 / (width * height)));
    const [w, h] = [Math.max(6, width * scale), Math.max(6, height * scale)];
    const outline = one("rect", drawing);
    for (const [name, value] of Object.entries({ x: 11 - w / 2, y: 11 - h / 2, width: w, height: h, rx: 1.5 })) outline.setAttribute(name, value);
    drawing.dataset.drawn = "";
  }
}

/** The size in pixels follows the shape at once; after a change of resolution the price's answer brings it. */
function showSize(chosen) {
  const resolution = one('#params [name="resolution"]:checked');
  const { width, height } = one(".ratio", chosen.closest("label")).dataset;
  const shown = one("#size-result");
  if (shown && width && height && (!resolution || resolution.defaultChecked)) shown.textContent = `${width} × ${height}`;
}

/** A format that is not packed has no compression, and sends none. */
function showCompression() {
  const part = one("#compression-part");
  if (!part) return;
  const packed = part.dataset.formats.split(" ").includes(one("#format").value);
  part.hidden = one("input", part).disabled = !packed;
}

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
  const asked = Math.round(Number(field.value)) || Number(field.min);
  field.value = Math.min(Number(field.max), Math.max(Number(field.min), asked));
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
  if (summary) summary.textContent = one("#negative").value.trim() || summary.dataset.none;
}
