/** The page of credits: a day's numbers beside its bar, for the pointer, for a finger and for the keyboard. */
import { all, one } from "gesso/dom";

const tip = one("#day-tip");
const SPACE = 8;
let told = null;

const slotOf = (target) => target.closest?.("[data-bar]");

/* The numbers are the table's own row, so that nothing is said twice. */
function write(slot) {
  const heads = all("[data-numbers] thead th");
  const cells = [...one("[data-numbers]").tBodies[0].rows[Number(slot.dataset.bar)].cells];
  tip.replaceChildren(line("of", cells[0].textContent, cells.at(-1).textContent));
  for (let place = cells.length - 2; place > 0; place -= 1)
    if (cells[place].textContent !== "0") tip.append(line("", heads[place].textContent, cells[place].textContent, heads[place].dataset.tone));
}

function line(kind, name, amount, tone) {
  const row = document.createElement("p");
  row.className = kind;
  const [left, right] = [document.createElement("span"), document.createElement("span")];
  left.textContent = name;
  right.textContent = amount;
  if (tone) row.append(swatch(tone));
  row.append(left, right);
  return row;
}

const swatch = (tone) => all(".by-model .swatch")[tone - 1].cloneNode(true);

function show(slot) {
  if (slot === told) return;
  hide();
  told = slot;
  slot.classList.add("told");
  write(slot);
  tip.showPopover();
  const at = slot.getBoundingClientRect();
  const size = tip.getBoundingClientRect();
  const right = at.right + SPACE;
  const fits = right + size.width + SPACE <= document.documentElement.clientWidth;
  tip.style.left = `${fits ? right : Math.max(SPACE, at.left - size.width - SPACE)}px`;
  tip.style.top = `${Math.max(SPACE, Math.min(at.top + SPACE, innerHeight - size.height - SPACE))}px`;
}

function hide() {
  told?.classList.remove("told");
  told = null;
  if (tip.matches(":popover-open")) tip.hidePopover();
}

document.addEventListener("pointerover", (event) => {
  const slot = slotOf(event.target);
  if (slot) show(slot);
  else if (event.pointerType === "mouse") hide();
});
document.addEventListener("focusin", (event) => {
  const slot = slotOf(event.target);
  if (slot) show(slot);
});
document.addEventListener("pointerdown", (event) => {
  if (!slotOf(event.target)) hide();
});
for (const name of ["scroll", "focusout"]) document.addEventListener(name, hide, { capture: true, passive: true });
document.addEventListener("htmx:after:swap", hide);

/* The chart is one stop of the Tab key; arrows walk along it. */
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") hide();
  const slot = slotOf(event.target);
  if (!slot || event.altKey || event.ctrlKey || event.metaKey) return;
  const slots = all("[data-bar]");
  const here = slots.indexOf(slot);
  const next = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: slots.length - 1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  const goal = slots[Math.max(0, Math.min(next, slots.length - 1))];
  slot.tabIndex = -1;
  goal.tabIndex = 0;
  goal.focus();
});
