/** Short confirmations at the lower right: at most three, six seconds each, errors stay until dismissed. */
import { one, setIcon } from "gesso/dom";

const ICONS = { good: "circle-check", bad: "circle-alert", slow: "clock", bin: "trash-2" };
const LIFETIME = 6000;

/** @param {{kind?: string, title: string, text?: string, href?: string, label?: string, action?: () => void}} message */
export function toast({ kind = "info", title, text = "", href = "", label = "", action = null }) {
  const shown = one("#toast-template").content.firstElementChild.cloneNode(true);
  shown.dataset.kind = kind;
  shown.setAttribute("role", kind === "bad" ? "alert" : "status");
  setIcon(shown.querySelector(".icon"), ICONS[kind] ?? "info");
  shown.querySelector(".toast-body b").textContent = title;
  shown.querySelector(".toast-body span").textContent = text;
  if (label) shown.querySelector("a").replaceWith(way(shown, label, href, action));
  const list = one("#toasts");
  list.append(shown);
  while (list.children.length > 3) list.firstElementChild.remove();
  keep(shown);
  return shown;
}

function way(shown, label, href, action) {
  const button = document.createElement(href ? "a" : "button");
  button.className = "button";
  button.textContent = label;
  if (href) button.href = href;
  button.addEventListener("click", () => {
    shown.remove();
    action?.();
  });
  return button;
}

/** Dismiss by its button, and by time unless it is an error; pointer or focus on it stops the clock. */
export function keep(shown) {
  shown.querySelector(".dismiss")?.addEventListener("click", () => shown.remove());
  if (shown.dataset.kind === "bad") return;
  let timer = 0;
  const start = () => (timer = setTimeout(() => shown.remove(), LIFETIME));
  const stop = () => clearTimeout(timer);
  for (const name of ["pointerenter", "focusin"]) shown.addEventListener(name, stop);
  for (const name of ["pointerleave", "focusout"]) shown.addEventListener(name, start);
  start();
}
