/** The price: asked of the server as the form changes, one question at a time, and never paid before it is known. */
import { one } from "gesso/dom";

let timer = 0;
let underWay = 0;
let pricedPrompt = "";
const prompt = () => one("#prompt").value.trim();

export function startPrice(form) {
  pricedPrompt = prompt();
  form.addEventListener("htmx:before:request", (event) => event.target.matches("#pricer, #modeller") && underWay++);
  form.addEventListener("htmx:finally:request", (event) => {
    if (!event.target.matches("#pricer, #modeller")) return;
    underWay--;
    if (!underWay) document.dispatchEvent(new CustomEvent("price:known"));
  });
  hoverCost();
}

/** Ask for the price of what the form says, after `delay` ms; a later question replaces an earlier one. */
export function askPrice(delay = 0) {
  clearTimeout(timer);
  timer = setTimeout(askNow, delay);
}

export function askNow() {
  dropQuestion();
  pricedPrompt = prompt();
  htmx.trigger("#pricer", "price", {}, false);
}

export function dropQuestion() {
  clearTimeout(timer);
  timer = 0;
}

/** The words matter to the price only of models that are paid by token; being empty or not matters to all. */
export function promptMatters() {
  return one("#cost [data-by-token]") !== null || !prompt() !== !pricedPrompt;
}

/** Whether what is shown may not be the price of what the form says; asks at once if nobody has. */
export function priceIsPending() {
  if (timer) askNow();
  return underWay > 0;
}

/** Let the server fit the form to a model: its own fields, nearest valid values, price. */
export function askParameters(values = {}) {
  dropQuestion();
  return htmx.ajax("POST", one("#modeller").getAttribute("hx-post"), { source: "#modeller", swap: "none", values });
}

/** The breakdown opens under the pointer too, and closes when it leaves; a click keeps it. */
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
