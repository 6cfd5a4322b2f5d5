/** References: picked, dropped, pasted or taken from an output; each with a role and a place in the order. */
import { all, announce, one, post, text } from "gesso/dom";
import { toast } from "gesso/toast";
import { uploading } from "gesso/generate";

const MAX_BYTES = 20 * 1024 * 1024;
let nextRole = "style";

const list = () => one("#references");
export const references = () =>
  all(".reference", list()).map((item) => ({
    id: item.dataset.id,
    role: item.dataset.role,
    thumb: one("img", item)?.getAttribute("src") ?? "",
    alt: one("img", item)?.alt ?? "",
  }));

export function startReferences(form) {
  startPicking(form);
  startMenu();
  startReordering();
  document.addEventListener("htmx:after:swap", () => {
    const before = sent();
    show();
    // Another model may take fewer: what is sent changed, and so may the price.
    if (sent() !== before) document.dispatchEvent(new CustomEvent("references:changed"));
  });
  show();
}

/* The list ----------------------------------------------------------------------------------------------------- */

/** Add a picture that the server knows already; a picture is in the list once, and one picture is edited at a time. */
export function addReference({ id, thumb, role = "style", alt = "" }) {
  if (role === "source") for (const item of all('.reference[data-role="source"]')) setRole(item, "style");
  let item = id && one(`.reference[data-id="${CSS.escape(id)}"]`);
  if (!item) {
    item = one("#reference-template").content.firstElementChild.cloneNode(true);
    list().append(item);
  }
  fill(item, { id, thumb, alt });
  setRole(item, role);
  changed();
  announce(text("reference-added", { n: all(".reference").length }));
  return item;
}

function fill(item, { id, thumb, alt }) {
  item.dataset.id = id ?? "";
  one('[name="reference"]', item).value = id ?? "";
  const image = one("img", item);
  image.alt = alt ?? "";
  if (thumb) image.src = thumb;
}

export function setReferences(wanted) {
  list().replaceChildren();
  for (const reference of wanted) if (reference.id) addReference(reference);
  changed();
}

function setRole(item, role) {
  item.dataset.role = role;
  one('[name="reference_role"]', item).value = role;
  if (role === "source") setMode("edit");
  show();
}

export function setMode(mode) {
  const radio = one(`#composer [name="mode"][value="${mode}"]`);
  if (radio && !radio.checked) {
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function remove(item) {
  const after = item.nextElementSibling ?? item.previousElementSibling;
  const wasSource = item.dataset.role === "source";
  item.remove();
  if (wasSource) setMode("create");
  changed();
  announce(text("reference-removed"));
  (after ? one("button", after) : one("[data-pick]")).focus();
}

function move(item, by) {
  const other = by < 0 ? item.previousElementSibling : item.nextElementSibling;
  if (!other) return;
  if (by < 0) other.before(item);
  else other.after(item);
  changed();
  one("button", item).focus();
  announce(text("reference-moved", { n: [...list().children].indexOf(item) + 1 }));
}

function changed() {
  show();
  document.dispatchEvent(new CustomEvent("references:changed"));
}

const roleWord = (role) => {
  const row = one(`#reference-menu [data-role="${role}"]`);
  return row?.dataset.short ?? row?.textContent ?? role;
};

const sent = () => all("[name=reference]:enabled", list()).length;

/** Names, marks those over the model's limit, and counts. */
function show() {
  const note = one("#refs-note > span");
  const max = Number(note?.dataset.max ?? 0);
  const items = all(".reference", list());
  items.forEach((item, index) => {
    const role = roleWord(item.dataset.role);
    one(".role", item).textContent = role;
    one("button", item).setAttribute("aria-label", text("reference-name", { n: index + 1, role }));
    item.toggleAttribute("data-over", index >= max);
    for (const input of all("input", item)) input.disabled = index >= max || !item.dataset.id;
  });
  one(".references > .hint").hidden = items.length > 3;
  if (!note) return;
  const { count, empty, zero, over } = note.dataset;
  const words = max === 0 && !items.length ? zero : !items.length ? empty : items.length > max ? over : count;
  const shown = words.replace("{n}", items.length > max ? items.length - max : items.length).replace("{max}", max);
  if (note.textContent !== shown) note.textContent = shown;
}

/* Where they come from --------------------------------------------------------------------------------------------- */

function startPicking(form) {
  const file = one("#file");
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-pick]");
    if (!button) return;
    nextRole = button.dataset.pick || "style";
    file.click();
  });
  file.addEventListener("change", () => {
    take(form, [...file.files], nextRole);
    file.value = "";
  });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    take(form, files, "style");
  });
  startDropping(form);
}

function startDropping(form) {
  const frame = one("#drop-frame");
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  let depth = 0;
  addEventListener("dragenter", (event) => {
    if (carriesFiles(event)) frame.hidden = ++depth === 0;
  });
  addEventListener("dragleave", (event) => {
    if (carriesFiles(event)) frame.hidden = --depth <= 0;
  });
  addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth = 0;
    frame.hidden = true;
    take(form, [...event.dataTransfer.files], event.target.closest?.(".drop-zone") ? "source" : "style");
  });
}

/**
 * What a file is, only its bytes tell, and the server reads them; a file that is too large is not worth the way.
 * What is refused of several goes when the last is told, in one message: going one by one would move the settings often.
 */
async function take(form, files, role) {
  const told = await Promise.all(files.map((file) => (file.size > MAX_BYTES ? tooLarge(file) : upload(form, file, role))));
  const refused = told.filter(Boolean);
  if (!refused.length) return;
  for (const { item } of refused) item?.remove();
  changed();
  const title = refused.length > 1 ? text("uploads-failed", { count: refused.length }) : refused[0].title;
  toast({ kind: "bad", title, text: refused.map(({ words }) => words).join("\n") });
}

const tooLarge = ({ name, size }) => ({ title: text("upload-failed"), words: text("too-large", { name, megabytes: (size / 1048576).toFixed(1) }) });

/** Add the file at once and send it; why it was refused, with the item that stands for it, or nothing. */
async function upload(form, file, role) {
  const preview = URL.createObjectURL(file);
  const item = addReference({ id: "", thumb: preview, role, alt: file.name });
  const refused = (title, words) => {
    item.dataset.refused = "";
    return { item, title, words };
  };
  item.dataset.busy = "";
  uploading(1);
  try {
    const body = new FormData();
    body.append("file", file);
    const answer = await post(form.dataset.uploads, body);
    const said = await answer.json().catch(() => ({})); // What stands before the server may answer with a page.
    if (answer.status >= 500 && !said.error) return refused(text("server-title"), text("server", { id: answer.headers.get("X-Request-ID") ?? "" }));
    if (!answer.ok) return refused(text("upload-failed"), said.error?.message ?? said.error ?? text("not-an-image", { name: file.name }));
    fill(item, { id: said.id, thumb: said.thumb, alt: file.name });
  } catch {
    return refused(text("offline-title"), text("offline"));
  } finally {
    delete item.dataset.busy;
    uploading(-1);
    URL.revokeObjectURL(preview);
    changed();
  }
}

/* Role menu, removing, reordering ------------------------------------------------------------------------------------ */

function startMenu() {
  const menu = one("#reference-menu");
  list().addEventListener("click", (event) => {
    const button = event.target.closest(".reference-button");
    if (!button) return;
    menu.opener = button;
    for (const row of all("[data-role]", menu)) row.setAttribute("aria-checked", String(row.dataset.role === button.parentElement.dataset.role));
    menu.showPopover({ source: button });
  });
  menu.addEventListener("click", (event) => {
    const row = event.target.closest(".menu-item");
    const item = menu.opener?.closest(".reference");
    if (!row || !item) return;
    if (row.dataset.role) {
      if (row.dataset.role === "source") for (const other of all('.reference[data-role="source"]')) if (other !== item) setRole(other, "style");
      const wasSource = item.dataset.role === "source";
      setRole(item, row.dataset.role);
      if (wasSource && row.dataset.role !== "source") setMode("create");
      changed();
      menu.opener.focus();
    } else if (row.dataset.move) move(item, Number(row.dataset.move));
    else remove(item);
  });
  list().addEventListener("keydown", (event) => {
    const item = event.target.closest(".reference");
    if (!item) return;
    const arrow = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "Backspace" || event.key === "Delete") remove(item);
    else if (arrow && event.altKey) move(item, arrow);
    else if (arrow) one("button", (arrow < 0 ? item.previousElementSibling : item.nextElementSibling) ?? item).focus();
    else return;
    event.preventDefault();
  });
}

function startReordering() {
  let held = null;
  list().addEventListener("dragstart", (event) => {
    held = event.target.closest(".reference");
    held?.classList.add("dragging");
    event.dataTransfer.effectAllowed = "move";
  });
  list().addEventListener("dragover", (event) => {
    const over = event.target.closest(".reference");
    if (!held || !over) return;
    event.preventDefault();
    const middle = over.getBoundingClientRect().left + over.offsetWidth / 2;
    if (over !== held) event.clientX < middle ? over.before(held) : over.after(held);
  });
  list().addEventListener("dragend", () => {
    held?.classList.remove("dragging");
    held = null;
    changed();
  });
}
