/** Short confirmations at the lower right: at most three, six seconds each, errors stay until dismissed. */
import { announce, one, setIcon, text } from "gesso/dom";

const ICONS = { good: "circle-check", bad: "circle-alert", slow: "clock", bin: "trash-2" };
const LIFETIME = 6000;
const MOST = 3;
const list = one("#toasts");

/**
 * Show a message. `action` is what its button does, named by `label` ("Undo" unless told); with `href` it is a link.
 *
 * @param {{kind?: "info"|"good"|"bad"|"slow"|"bin", title: string, text?: string, href?: string, label?: string, action?: () => void}} message
 * @returns {HTMLElement} the toast; `.remove()` takes it back
 */
export function toast({ kind = "info", title, text: words = "", href = "", label = "", action = null }) {
  const shown = one("#toast-template").content.firstElementChild.cloneNode(true);
  shown.dataset.kind = kind;
  setIcon(shown.querySelector(".icon"), ICONS[kind] ?? "info");
  shown.querySelector(".toast-body b").textContent = title;
  shown.querySelector(".toast-body span").textContent = words;
  if (href || action) shown.querySelector("a").replaceWith(way(shown, label || text("undo"), href, action));
  // An error interrupts by its role; everything else is read out when there is time.
  if (kind === "bad") shown.setAttribute("role", "alert");
  else announce([title, words].filter(Boolean).join(". "));
  host().append(list);
  makeRoom();
  list.append(shown);
  keep(shown);
  return shown;
}

/** An open modal dialog makes everything outside it inert, so the list stands inside it meanwhile. */
function host() {
  const dialog = one("dialog:modal");
  dialog?.addEventListener("close", () => document.body.append(list), { once: true });
  return dialog ?? document.body;
}

/** The oldest goes first, but errors only when there is nothing else. */
function makeRoom() {
  while (list.children.length >= MOST) (one('.toast:not([data-kind="bad"])', list) ?? list.firstElementChild).remove();
}

function way(shown, label, href, action) {
  const button = document.createElement(href ? "a" : "button");
  button.className = "button";
  button.textContent = label;
  if (href) button.href = href;
  else button.type = "button";
  button.addEventListener("click", () => {
    dismiss(shown);
    action?.();
  });
  return button;
}

/** Give the focus back to where it was before it came to the toast. */
function dismiss(shown) {
  const held = shown.contains(document.activeElement);
  shown.remove();
  if (held && shown.cameFrom?.isConnected) shown.cameFrom.focus();
}

/** Dismiss by its button, and by time unless it is an error; pointer or focus on it stops the clock. */
export function keep(shown) {
  shown.querySelector(".dismiss")?.addEventListener("click", () => dismiss(shown));
  shown.addEventListener("focusin", (event) => {
    if (!shown.contains(event.relatedTarget)) shown.cameFrom = event.relatedTarget;
  });
  if (shown.dataset.kind === "bad") return;
  let timer = 0;
  const stop = () => clearTimeout(timer);
  const start = () => {
    stop();
    if (!shown.matches(":hover, :focus-within")) timer = setTimeout(() => shown.remove(), LIFETIME);
  };
  for (const name of ["pointerenter", "focusin"]) shown.addEventListener(name, stop);
  // At `focusout` the focus has not arrived anywhere yet.
  for (const name of ["pointerleave", "focusout"]) shown.addEventListener(name, () => setTimeout(start));
  start();
}
