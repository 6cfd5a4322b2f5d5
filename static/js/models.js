/** The model picker: search by name, provider and ability, filter by chips, choose with arrows and Enter. */
import { all, announce, one, text } from "gesso/dom";
import { askParameters } from "gesso/price";

export function startModels() {
  const dialog = one("#model-picker");
  const search = one("#model-search");
  const list = one("#model-list");
  const rows = all(".picker-row", dialog);
  let active = null;

  const shown = () => rows.filter((row) => !row.hidden);

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const needs = all('[data-need][aria-pressed="true"]', dialog).map((button) => button.dataset.need);
    for (const row of rows) {
      const can = row.dataset.can.split(" ");
      const said = `${row.textContent} ${row.dataset.value} ${row.dataset.can}`.toLowerCase();
      row.hidden = !(words.every((word) => said.includes(word)) && needs.every((need) => can.includes(need)));
    }
    for (const group of all('[role="group"]', one("#model-list"))) group.hidden = !one(".picker-row:not([hidden])", group);
    one(".none", dialog).hidden = shown().length > 0;
    one("#models-found").textContent = text("models-found", { n: shown().length, all: rows.length });
    activate(shown().find((row) => row.getAttribute("aria-selected") === "true") ?? shown()[0]);
  }

  function activate(row) {
    active?.removeAttribute("data-active");
    active = row ?? null;
    active?.setAttribute("data-active", "");
    for (const place of [search, list]) {
      if (active) place.setAttribute("aria-activedescendant", active.id);
      else place.removeAttribute("aria-activedescendant");
    }
    active?.scrollIntoView({ block: "nearest" });
  }

  function choose(row) {
    if (!row || row.getAttribute("aria-disabled") === "true") return;
    dialog.close();
    chooseModel(row.dataset.value);
  }

  search.addEventListener("input", filter);
  function keyed(event) {
    if (event.isComposing || event.target.closest("button")) return;
    const found = shown();
    const here = found.indexOf(active);
    const next = { ArrowDown: here + 1, ArrowUp: here - 1, PageDown: Math.min(here + 5, found.length - 1), PageUp: Math.max(here - 5, 0) }[event.key];
    if (next !== undefined) activate(found[(next + found.length) % found.length]);
    else if (event.key === "Enter") choose(active);
    else if (event.key === "Escape") dialog.close(); // A search field would only empty itself.
    else return;
    event.preventDefault();
  }
  for (const place of [search, list]) place.addEventListener("keydown", keyed);
  dialog.addEventListener("click", (event) => {
    const need = event.target.closest("[data-need]");
    if (need) {
      need.setAttribute("aria-pressed", String(need.getAttribute("aria-pressed") !== "true"));
      filter();
    } else if (event.target.closest("[data-clear]")) {
      search.value = "";
      for (const button of all("[data-need]", dialog)) button.setAttribute("aria-pressed", "false");
      filter();
    } else choose(event.target.closest(".picker-row"));
  });
  new MutationObserver(() => {
    if (!dialog.open) return;
    search.value = "";
    filter();
    search.focus();
  }).observe(dialog, { attributeFilter: ["open"] });
  dialog.addEventListener("close", () => one(".model-card").focus());
}

export function modelKnown(id) {
  return all(".picker-row").some((row) => row.dataset.value === id && row.getAttribute("aria-disabled") !== "true");
}

/** Switch the composer to a model; values that it does not offer become the nearest that it does. */
export function chooseModel(id, values = {}) {
  for (const row of all(".picker-row")) row.setAttribute("aria-selected", String(row.dataset.value === id));
  one("#model").value = id;
  const name = one(`.picker-row[data-value="${CSS.escape(id)}"] b`)?.textContent;
  if (name) announce(name);
  return askParameters({ model: id, ...values });
}
