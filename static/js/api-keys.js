/** The list of models in the form of an API key: filtered by words, and how many of them are chosen. */
import { all, announce, one } from "gesso/dom";

const search = one("[data-filter]");
const rows = all("#key-models > label");
const chosen = one("[data-chosen]");

function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const row of rows) {
    const said = row.textContent.toLowerCase();
    row.hidden = !words.every((word) => said.includes(word));
  }
  const none = rows.every((row) => row.hidden);
  const told = one("#key-models > .none");
  if (none && told.hidden) announce(told.textContent);
  told.hidden = !none;
}

function count() {
  const n = rows.filter((row) => one("input", row).checked).length;
  chosen.textContent = n ? chosen.dataset.some.replace("{n}", n) : "";
}

search.addEventListener("input", filter);
// Enter in a filter would send the whole form.
search.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
one("#key-models").addEventListener("change", count);
count();
