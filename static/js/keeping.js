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

/** A toggle button with a `formaction`; answers whether the heart is on afterwards. */
export async function toggleFavourite(button) {
  const before = button.getAttribute("aria-pressed") === "true";
  button.setAttribute("aria-pressed", String(!before));
  const kept = await save(button.getAttribute("formaction"), { favourite: before ? "" : "1" }, "favourite-failed");
  if (!kept) button.setAttribute("aria-pressed", String(before));
  return kept ? !before : before;
}
