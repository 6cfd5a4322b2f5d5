/** The command list: every link and button of the page that carries `data-command`, found by its words. */
import { all, one } from "gesso/dom";

const nameOf = (source) => source.dataset.command || source.getAttribute("aria-label") || source.textContent.trim();

export function start(dialog) {
  const field = one("input", dialog);
  const list = one('[role="listbox"]', dialog);
  let chosen = 0;

  function show() {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = all("[data-command]").filter((source) => words.every((word) => nameOf(source).toLowerCase().includes(word)));
    list.replaceChildren(...found.map(option));
    one(".none", dialog).hidden = found.length > 0;
    choose(0);
  }

  function option(source, index) {
    const row = document.createElement("div");
    row.setAttribute("role", "option");
    row.id = `command-${index}`;
    row.append(nameOf(source));
    if (source.dataset.key) {
      const cap = document.createElement("kbd");
      cap.className = "meta mono";
      cap.textContent = source.tagName === "A" ? `G ${source.dataset.key}` : source.dataset.key;
      row.append(cap);
    }
    row.addEventListener("click", () => run(source));
    return row;
  }

  function choose(index) {
    const rows = [...list.children];
    chosen = rows.length ? (index + rows.length) % rows.length : 0;
    rows.forEach((row, at) => row.setAttribute("aria-selected", String(at === chosen)));
    field.setAttribute("aria-activedescendant", rows[chosen]?.id ?? "");
    rows[chosen]?.scrollIntoView({ block: "nearest" });
  }

  function run(source) {
    dialog.close();
    source.click();
  }

  field.addEventListener("input", show);
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      list.children[chosen]?.click();
    }
  });
  new MutationObserver(() => {
    if (!dialog.open) return;
    field.value = "";
    show();
  }).observe(dialog, { attributeFilter: ["open"] });
}
