/** The page of models: asks while filters are changed, and "All" takes every one off where it stands. */
import { all, one } from "gesso/dom";

const PAUSE = 250;
const form = one("#model-filters");
let timer = 0;

function find(after = 0) {
  clearTimeout(timer);
  timer = setTimeout(() => form.dispatchEvent(new CustomEvent("models:find")), after);
}

form.addEventListener("input", (event) => find(event.target.name === "q" ? PAUSE : 0));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  find();
});

document.addEventListener("click", (event) => {
  if (!event.target.closest?.("#model-filters .every, #results .empty a") || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  for (const box of all('[type="checkbox"]', form)) box.checked = false;
  one('[type="search"]', form).value = "";
  find();
  // What was pressed may be gone with the answer.
  if (event.target.closest("#results")) one('[type="search"]', form).focus();
});
