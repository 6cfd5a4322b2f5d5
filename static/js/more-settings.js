/** More settings: a slider says its number, and the closed part how many settings differ from what the model does by itself. */
import { all, one, text } from "gesso/dom";

export function startMoreSettings(form) {
  form.addEventListener("input", (event) => {
    if (event.target.matches(".slider")) say(event.target);
    if (event.target.name?.startsWith("extra.")) count();
  });
  // What was refused stands behind the closed part.
  document.addEventListener("htmx:after:swap", () => {
    count();
    for (const slider of all("#params .slider")) say(slider);
    if (one('#composer-errors [data-field^="extra."]')) one("#more-settings")?.setAttribute("open", "");
  });
  count();
}

function say(slider) {
  const shown = one(`output[for="${CSS.escape(slider.id)}"]`);
  if (shown) shown.textContent = slider.value;
}

function count() {
  const shown = one("[data-more-changed]");
  if (!shown) return;
  const values = new FormData(one("#composer"));
  const changed = all("#more-settings [data-usual]").filter((part) => (values.get(part.dataset.field) ?? "") !== part.dataset.usual);
  shown.textContent = changed.length ? text("more-changed", { n: changed.length }) : "";
}
