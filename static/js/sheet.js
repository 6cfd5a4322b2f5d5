/** Small screens: the composer is a sheet at the bottom, closed to one line and a summary of the settings. */
import { all, icon, one } from "gesso/dom";

const narrow = matchMedia("(width < 960px)");
const CHOSEN = '#params :is([name="aspect_ratio"], [name="size"], [name="preset"]):checked';

export function startSheet(form) {
  const handle = one("[data-sheet]", form);
  const set = (open) => {
    form.toggleAttribute("data-open", open);
    handle.setAttribute("aria-expanded", String(open));
  };
  handle.addEventListener("click", () => set(!form.hasAttribute("data-open")));
  one("[data-summary]", form).addEventListener("click", () => set(true));
  one("#prompt").addEventListener("focus", () => narrow.matches && set(true));
  one("#stream").addEventListener("pointerdown", () => set(false));
  document.addEventListener("keydown", (event) => event.key === "Escape" && !one("dialog[open]") && set(false));
  let from = null;
  handle.addEventListener("pointerdown", (event) => (from = event.clientY));
  addEventListener("pointerup", (event) => {
    if (from !== null && Math.abs(event.clientY - from) > 24) set(event.clientY < from);
    from = null;
  });
  for (const name of ["htmx:after:swap", "references:changed"]) document.addEventListener(name, summarise);
  form.addEventListener("input", summarise);
  narrow.addEventListener("change", summarise);
  summarise();
}

function summarise() {
  const summary = one("[data-summary]");
  if (!narrow.matches) return;
  const words = [
    `${one("#model-name").textContent} · ${one(".model-price b").textContent}`,
    size(one(CHOSEN)?.closest("label")),
    `× ${one("#images")?.value ?? 1}`,
  ];
  const thumbs = all(".reference img").slice(0, 2).map((picture) => Object.assign(new Image(24, 24), { src: picture.src, alt: "" }));
  summary.replaceChildren(
    ...words.filter(Boolean).map((word) => chip(word)),
    ...(one(".reference") ? [chip(...thumbs, String(all(".reference").length))] : []),
    settingsChip(summary.dataset.summary),
  );
}

const size = (label) => label && (one("b", label) ?? label).textContent.trim();

function settingsChip(name) {
  const button = chip(icon("sliders-horizontal"));
  button.setAttribute("aria-label", name);
  return button;
}

function chip(...content) {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...content);
  return button;
}
