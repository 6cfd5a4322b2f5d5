/** The keys of the interface. They are declared once, as the rows of the shortcuts dialog, and looked up there. */
import { all, isTyping, one, remembered } from "gesso/dom";

export const onMac = /Mac|iPhone|iPad/.test(navigator.platform);
const LEADER_MS = 1200;
const NAME = "single-keys";
let leader = "";
let leaderAt = -Infinity;

/** Whether keys without a modifier do something; the switches are in the dialog and in the settings. */
export const singleKeys = () => remembered.get(NAME) !== false;

/** The row of the dialog that declares what was pressed for this part of the interface, or null. */
export function declared(event, scope = "everywhere") {
  if (event.isComposing || event.defaultPrevented || event.altKey) return null;
  const pressed = nameOf(event);
  if (!pressed) return null;
  if (!pressed.startsWith("mod ") && (!singleKeys() || isTyping(event.target) || one("dialog:modal"))) return null;
  const rows = all(`#keys [data-scope="${scope}"] [data-keys]`);
  const said = event.timeStamp - leaderAt < LEADER_MS ? `${leader} then ${pressed}` : "";
  leader = "";
  leaderAt = -Infinity;
  const row = rows.find(({ dataset }) => dataset.keys.toLowerCase() === said) ?? rows.find(({ dataset }) => dataset.keys.toLowerCase() === pressed);
  if (!row && rows.some(({ dataset }) => dataset.keys.toLowerCase().startsWith(`${pressed} then `))) {
    leader = pressed;
    leaderAt = event.timeStamp;
  }
  return row ?? null;
}

/** As the rows write it, in lower case: "mod shift l", "f", "?". Empty where it is no key of ours. */
function nameOf(event) {
  const modified = onMac ? event.metaKey : event.ctrlKey;
  if (onMac ? event.ctrlKey : event.metaKey) return "";
  const key = event.key.toLowerCase();
  // What Shift makes of a key on this keyboard is its own key: "?" is not "shift ?".
  const shift = event.shiftKey && (modified || key.length > 1);
  return [modified && "mod", shift && "shift", key].filter(Boolean).join(" ");
}

/** The key caps of the row that does this, or leads there, as new elements; none where there is no key. */
export function caps({ does = "", href = "" }) {
  const row = all("#keys [data-keys]").find(({ dataset }) => (does ? dataset.does === does : href && dataset.href === href));
  return row ? all("kbd", row).map((cap) => cap.cloneNode(true)) : [];
}

export function startKeys() {
  if (onMac) for (const cap of all("[data-mod]")) cap.textContent = cap.dataset.mod;
  const switches = all("[data-single-keys]");
  for (const each of switches) {
    each.checked = singleKeys();
    each.addEventListener("change", () => {
      remembered.set(NAME, each.checked);
      for (const other of switches) other.checked = each.checked;
    });
  }
}
