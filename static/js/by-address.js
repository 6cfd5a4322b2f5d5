/** A reference by its address: typed or pasted, fetched by the server; what stands in its way is said at the field. */
import { all, announce, isTyping, one, post, text } from "gesso/dom";
import { uploading } from "gesso/generate";
import { addReference } from "gesso/references";

const ADDRESS = /^https?:\/\/\S+$/i;
const part = () => one("#by-address");
const field = () => one("#address");
const button = () => one("[data-add-address]");
const toggle = () => one("[data-by-address]");

export function startByAddress(form) {
  toggle().addEventListener("click", () => (part().hidden ? open() : close()));
  button().addEventListener("click", () => add(form));
  // None of the composer's settings: the price, the draft and the sheet's chips do not depend on it.
  for (const name of ["input", "change"]) part().addEventListener(name, (event) => event.stopPropagation());
  field().addEventListener("input", () => refuse(""));
  part().addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    else if (event.key === "Enter" && event.target === field() && !event.isComposing && !event.metaKey && !event.ctrlKey) add(form);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  document.addEventListener("paste", (event) => pasted(form, event));
}

function open() {
  part().hidden = false;
  toggle().setAttribute("aria-expanded", "true");
  field().focus();
}

function close() {
  part().hidden = true;
  toggle().setAttribute("aria-expanded", "false");
  refuse("");
  toggle().focus();
}

/** An address that is pasted beside every field is meant as a picture; inside one it is text. */
function pasted(form, event) {
  const words = event.clipboardData?.getData("text/plain").trim() ?? "";
  if (event.defaultPrevented || isTyping(event.target) || !ADDRESS.test(words) || one("dialog[open]")) return;
  if (isBusy() || !toggle().checkVisibility()) return;
  event.preventDefault();
  open();
  field().value = words;
  add(form);
}

const isBusy = () => button().getAttribute("aria-busy") === "true";

async function add(form) {
  if (isBusy()) return;
  const url = field().value.trim();
  refuse("");
  busy(true);
  try {
    const body = new FormData();
    body.append("url", url);
    const answer = await post(form.dataset.addresses, body);
    const said = await answer.json().catch(() => ({})); // What stands before the server may answer with a page.
    if (answer.ok) taken(said);
    else refuse(said.error?.message ?? said.error ?? text("server", { id: answer.headers.get("X-Request-ID") ?? "" }));
  } catch {
    refuse(text("offline"));
  } finally {
    busy(false);
  }
}

function taken({ id, thumb, name }) {
  const known = all(".reference").find((item) => item.dataset.id === id);
  addReference({ id, thumb, alt: name, role: known?.dataset.role });
  field().value = "";
}

function busy(on) {
  uploading(on ? 1 : -1);
  field().readOnly = on;
  if (on) {
    button().setAttribute("aria-busy", "true");
    announce(text("fetching"));
  } else button().removeAttribute("aria-busy");
}

/** The sentence below the field, which is read out as it comes; an empty one takes it away. */
function refuse(words) {
  const error = one("#address-error");
  if (error.textContent !== words) error.textContent = words;
  if (words) field().setAttribute("aria-invalid", "true");
  else field().removeAttribute("aria-invalid");
  if (words && !part().hidden) field().focus();
}
