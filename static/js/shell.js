/** Behaviour of every page: menus, dialogs, tooltips, theme, keys, commands, and what failed requests say. */
import { all, one, post, shownTheme, signedOut, text } from "gesso/dom";
import { declared, startKeys } from "gesso/keys";
import { start as startPalette } from "gesso/palette";
import { keep, toast } from "gesso/toast";
import "gesso/pictures";

/* Menus: the popover is native; this only places it and moves the focus ------------------------------------ */

function place(popover, opener) {
  const at = opener.getBoundingClientRect();
  const side = popover.dataset.side;
  const style = popover.style;
  style.left = style.right = style.top = style.bottom = "auto";
  if (side === "right" && innerWidth > 960) {
    const panel = opener.closest("[data-panel]")?.getBoundingClientRect() ?? at;
    style.left = `${panel.right + 8}px`;
    style.bottom = `${Math.max(12, innerHeight - at.bottom - 62)}px`;
    return;
  }
  // Too wide to begin at its opener on a narrow screen.
  if (side === "right") style.left = "12px";
  else if (at.left + at.width / 2 > innerWidth * 0.6) style.right = `${Math.max(8, innerWidth - at.right)}px`;
  else style.left = `${Math.max(8, at.left)}px`;
  if (at.top > innerHeight * 0.6) style.bottom = `${innerHeight - at.top + 6}px`;
  else style.top = `${at.bottom + 6}px`;
}

const openerOf = (popover) =>
  popover.opener ?? all(`[popovertarget="${popover.id}"]`).find((button) => button.offsetParent !== null);

document.addEventListener(
  "beforetoggle",
  (event) => {
    if (!(event.target instanceof HTMLElement) || !event.target.matches("[popover]:not(.tooltip)")) return;
    const opener = openerOf(event.target);
    opener?.setAttribute("aria-expanded", String(event.newState === "open"));
    if (event.newState === "open" && opener) place(event.target, opener);
  },
  true,
);

document.addEventListener(
  "toggle",
  (event) => {
    if (event.newState !== "open" || !event.target.matches?.(".menu")) return;
    const chosen = event.target.querySelector('[aria-checked="true"]');
    (chosen ?? items(event.target)[0])?.focus();
  },
  true,
);

const items = (menu) => all('.menu-item:not([aria-disabled="true"])', menu).filter((item) => item.offsetParent !== null);

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.(".menu");
  if (!menu || !["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
  event.preventDefault();
  const rows = items(menu);
  const here = rows.indexOf(document.activeElement);
  const next = { ArrowDown: here + 1, ArrowUp: here - 1 + rows.length, Home: 0, End: rows.length - 1 }[event.key];
  rows[next % rows.length]?.focus();
});

/* Dialogs --------------------------------------------------------------------------------------------------- */

export function openDialog(id) {
  const dialog = one(`#${CSS.escape(id)}`);
  if (dialog && !dialog.open) dialog.showModal();
  return dialog;
}

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  if (!target) return;
  const opener = target.closest("[data-dialog]");
  if (opener) openDialog(opener.dataset.dialog);
  if (target.closest("[data-close]")) target.closest("dialog, [popover]")?.[target.closest("dialog") ? "close" : "hidePopover"]();
  if (target.matches("dialog.dialog") && !within(target, event)) target.close();
  target.closest(".menu-item")?.closest(".menu:popover-open")?.hidePopover();
});

/** A click on the backdrop has the dialog itself as its target, as has one on the dialog's padding. */
function within(dialog, event) {
  const box = dialog.getBoundingClientRect();
  return event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
}

/* Tooltips: one element in the top layer --------------------------------------------------------------------- */

const tip = document.createElement("div");
tip.className = "tooltip";
tip.popover = "manual";
tip.setAttribute("aria-hidden", "true");
document.body.append(tip);
let tipTimer = 0;

function showTip(owner) {
  if (!owner.isConnected || !owner.dataset.tip) return;
  tip.textContent = owner.dataset.tip;
  const key = owner.dataset.tipKey;
  if (key) {
    const cap = document.createElement("kbd");
    cap.className = "key";
    cap.textContent = key;
    tip.append(cap);
  }
  tip.showPopover();
  const at = owner.getBoundingClientRect();
  const size = tip.getBoundingClientRect();
  const above = at.top > size.height + 12;
  tip.style.left = `${Math.min(Math.max(8, at.left + at.width / 2 - size.width / 2), innerWidth - size.width - 8)}px`;
  tip.style.top = `${above ? at.top - size.height - 6 : at.bottom + 6}px`;
}

function hideTip() {
  clearTimeout(tipTimer);
  if (tip.matches(":popover-open")) tip.hidePopover();
}

document.addEventListener("pointerover", (event) => {
  hideTip();
  const owner = event.target.closest?.("[data-tip]");
  if (owner && event.pointerType === "mouse") tipTimer = setTimeout(() => showTip(owner), 450);
});
document.addEventListener("focusin", (event) => {
  hideTip();
  const owner = event.target.closest?.("[data-tip]");
  // The focus may come back in the middle of a menu's closing, when nothing else can be opened.
  if (owner?.matches(":focus-visible")) setTimeout(() => owner.matches(":focus-visible") && showTip(owner));
});
for (const name of ["pointerdown", "scroll", "focusout"]) document.addEventListener(name, hideTip, { capture: true, passive: true });

/* Theme ------------------------------------------------------------------------------------------------------ */

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  markTheme();
  const url = one("[data-theme-url]")?.dataset.themeUrl;
  if (url) post(url, new URLSearchParams({ theme })).catch(() => toast({ kind: "bad", title: text("offline-title"), text: text("offline") }));
}

function markTheme() {
  for (const choice of all("[data-theme-choice]"))
    choice.setAttribute("aria-checked", String(choice.dataset.themeChoice === document.documentElement.dataset.theme));
}

document.addEventListener("click", (event) => {
  const choice = event.target.closest?.("[data-theme-choice]");
  if (choice) setTheme(choice.dataset.themeChoice);
});
markTheme();

/* Keys: what each does is declared in the shortcuts dialog --------------------------------------------------------- */

const DOES = {
  palette: () => openDialog("palette"),
  keys: () => openDialog("keys"),
  theme: () => setTheme(shownTheme() === "dark" ? "light" : "dark"),
  write: () => (one("#prompt") ?? one('main input[type="search"]'))?.focus(),
  go: (row) => location.assign(row.dataset.href),
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") hideTip();
  const row = declared(event);
  if (!row?.dataset.does) return;
  event.preventDefault();
  DOES[row.dataset.does](row);
});
startKeys();

/* Commands ---------------------------------------------------------------------------------------------------- */

// Here with the key that opens it: what a quick hand types after that key, Enter too, finds somebody who listens.
const palette = one("#palette");
if (palette) startPalette(palette);

/* Answers of the server --------------------------------------------------------------------------------------- */

let told = null;
let lost = null;
document.addEventListener("session:ended", ({ detail }) => {
  if (told?.isConnected || !detail) return;
  told = toast({ kind: "bad", title: text("signed-out-title"), text: text("signed-out"), href: detail, label: text("sign-in") });
});
document.addEventListener("htmx:before:response", (event) => {
  lost?.remove();
  const answer = event.detail.ctx.response.raw;
  if (answer.status === 401) {
    event.preventDefault();
    signedOut(answer);
  } else if (answer.headers.has("X-Reload")) {
    event.preventDefault();
    toast({ kind: "bad", title: text("old-page"), text: text("signed-out"), label: text("reload"), action: () => location.reload() });
  } else if (answer.redirected) {
    // A whole page, such as the second factor's, belongs in the window, not in a part of this page.
    event.preventDefault();
    location.assign(answer.url);
  }
});
document.addEventListener("htmx:response:error", (event) => {
  const answer = event.detail.ctx.response;
  if (answer.status < 500) return;
  toast({ kind: "bad", title: text("server-title"), text: text("server", { id: answer.headers.get("X-Request-ID") ?? "" }) });
});
document.addEventListener("htmx:error", (event) => {
  const unreached = event.detail.error instanceof TypeError || event.detail.ctx?.request?.signal?.aborted;
  if (unreached && !lost?.isConnected) lost = toast({ kind: "bad", title: text("offline-title"), text: text("offline") });
});

for (const shown of all("#toasts .toast")) keep(shown);
for (const slider of all(".slider")) fillSlider(slider);
document.addEventListener("input", (event) => event.target.matches?.(".slider") && fillSlider(event.target));
document.addEventListener("htmx:after:swap", () => all(".slider").forEach(fillSlider));

function fillSlider(slider) {
  const [low, high] = [Number(slider.min || 0), Number(slider.max || 100)];
  slider.style.setProperty("--fill", `${((slider.value - low) / (high - low)) * 100}%`);
}
