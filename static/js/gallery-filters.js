/** Search and filters: asked for while they are changed, with an address of their own; on a small screen in a sheet. */
import { all, one } from "gesso/dom";

const PAUSE = 300;
const form = one("#filters");
const sheet = one("#filter-sheet");
let timer = 0;

function search(after = 0) {
  clearTimeout(timer);
  timer = setTimeout(() => form.dispatchEvent(new CustomEvent("gallery:filter")), after);
}

form.addEventListener("input", (event) => event.target.name === "q" && search(PAUSE));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  search();
});
// The fields of the menus belong to the form, but do not stand in it.
document.addEventListener("change", ({ target }) => {
  if (target.form !== form || target.name === "q" || target.matches("[data-row-height]")) return;
  if (target.name === "days" && target.value) for (const day of all('[name="from"], [name="to"]', one("#filter-date"))) day.value = "";
  if (target.type === "date" && target.value) one('[name="days"][value=""]').checked = true;
  search();
});

/** The chips were made anew; the ways to the other scope take the filters along. */
document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail?.ctx?.sourceElement !== form) return;
  for (const way of all("#scope > a")) way.href = one(`.scope-chip:nth-of-type(${all("#scope > a").indexOf(way) + 1})`)?.href ?? way.href;
  one("[data-filter-sheet]").classList.toggle("on", Boolean(one("#chips .clear")));
  if (scrollY) scrollTo({ top: 0, behavior: "instant" });
});

/* The sheet: the same menus, all at once ------------------------------------------------------------------------ */

const button = one("[data-filter-sheet]");
button.hidden = false;
button.addEventListener("click", () => {
  const groups = one(".groups", sheet);
  for (const menu of all("#filter-menus > .filter-menu")) {
    menu.removeAttribute("popover");
    groups.append(menu);
  }
  sheet.showModal();
});
sheet.addEventListener("close", () => {
  for (const menu of all(".filter-menu", sheet)) {
    menu.setAttribute("popover", "");
    one("#filter-menus").append(menu);
  }
});
