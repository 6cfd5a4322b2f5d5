/** Hearts: shown at once, taken back if the server does not agree. */
import { post, text } from "gesso/dom";
import { toast } from "gesso/toast";

/** Send a form's values; false, after a message, if it could not be saved. */
export async function save(url, values, failure) {
  try {
    const answer = await post(url, new URLSearchParams(values));
    if (answer.ok) return true;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  toast({ kind: "bad", title: text(failure), text: text("offline") });
  return false;
}

/** A toggle button with a `formaction`. */
export async function toggleFavourite(button) {
  const before = button.getAttribute("aria-pressed") === "true";
  const show = (on) => button.setAttribute("aria-pressed", String(on));
  await saveFavourite(button.getAttribute("formaction"), !before, show);
}

/** Put a heart on or take it off; `show` is told at once, and again where it could not be saved. Answers what holds now. */
export async function saveFavourite(url, on, show) {
  show(on);
  const kept = await save(url, { favourite: on ? "1" : "" }, "favourite-failed");
  if (!kept) show(!on);
  return kept ? on : !on;
}
