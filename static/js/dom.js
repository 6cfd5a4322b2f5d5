/** What every module needs: lookup, translated texts, requests with the CSRF token, remembered values. */

export const one = (selector, root = document) => root.querySelector(selector);
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];

/** The translated text of the page under this key; `{name}` is replaced from `values`. */
export function text(key, values = {}) {
  const template = one("#texts")?.content.querySelector(`[data-text="${key}"]`)?.textContent ?? key;
  return template.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${document.body.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}

export function setIcon(svg, name) {
  svg?.querySelector("use")?.setAttribute("href", `${document.body.dataset.icons}#${name}`);
}

/** A POST with the CSRF token, asking for what htmx would ask for. */
export async function post(url, body = null) {
  const answer = await fetch(url, {
    method: "POST",
    body,
    credentials: "same-origin",
    headers: { "X-CSRFToken": one('meta[name="csrf-token"]').content, "HX-Request": "true", "HX-Current-URL": location.href },
  });
  if (answer.status === 401) signedOut(answer);
  return answer;
}

/** An answer to somebody whose session has ended: the shell says so and shows the way in. */
export function signedOut(answer) {
  document.dispatchEvent(new CustomEvent("session:ended", { detail: answer.headers.get("X-Sign-In") }));
}

/** Say it once to assistive technology, politely. */
export function announce(message) {
  const region = one("#announcer");
  if (region) region.textContent = message;
}

export const isTyping = (element) =>
  element instanceof HTMLElement && (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName));

const PATIENCE = [1500, 4000, 10000];
const askedFor = new WeakMap();

/**
 * Whether an image that did not load comes after all: a server that is too busy to make the copy, or cannot be reached,
 * is asked again for some seconds; one that says that it is not there is believed. Asked once for each address.
 */
export async function comesLater(image) {
  const address = image.currentSrc || image.src;
  if (askedFor.get(image) === address) return false;
  askedFor.set(image, address);
  for (const wait of PATIENCE) {
    const status = await fetch(address).then((answer) => answer.status, () => 503);
    if (status === 200) return true;
    if (status !== 503) return false;
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
  return false;
}

export const remembered = {
  get(key) {
    try {
      return JSON.parse(localStorage.getItem(`gesso:${key}`));
    } catch {
      return null; // Storage can be forbidden or hold another version's value.
    }
  },
  set(key, value) {
    try {
      if (value === null) localStorage.removeItem(`gesso:${key}`);
      else localStorage.setItem(`gesso:${key}`, JSON.stringify(value));
    } catch {
      /* A full or forbidden storage only means that the draft is not kept. */
    }
  },
};

/** "dark" or "light": what is seen, also where the system decides. */
export function shownTheme() {
  const { theme } = document.documentElement.dataset;
  return theme === "system" ? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light") : theme;
}

export const reducedMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
