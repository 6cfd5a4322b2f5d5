/** Runs that begin elsewhere: the rows in view stay where they are, and a button tells of those above them. */
import { one, text } from "gesso/dom";

const NEAR = 40; // As close to the top as this, the newest row is in view.
const stream = () => one("#stream");
const button = () => one("[data-newcomers]");
let unseen = 0;

export function startNewcomers() {
  let row = null;
  let top = 0;
  document.addEventListener("runs:coming", () => {
    row = one("#runs > .run");
    if (!row) return;
    top = row.getBoundingClientRect().top;
    // Room to keep the rows in their place even where they do not fill the view; the browser's own way would be a second.
    stream().toggleAttribute("data-holding", true);
  });
  document.addEventListener("runs:came", ({ detail }) => {
    if (!row?.isConnected) return;
    stream().scrollTop += row.getBoundingClientRect().top - top;
    unseen += detail;
    tell();
  });
  stream().addEventListener("scroll", tell, { passive: true });
  button().addEventListener("click", () => {
    stream().scrollTo({ top: 0 });
    one("#runs > .run :is(a, button)")?.focus({ preventScroll: true });
  });
}

function tell() {
  if (stream().scrollTop < NEAR) unseen = 0;
  button().hidden = !unseen;
  stream().toggleAttribute("data-holding", Boolean(unseen));
  if (unseen) button().textContent = text(unseen > 1 ? "newcomers" : "newcomer", { n: unseen });
}
