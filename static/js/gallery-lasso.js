/** A rectangle drawn from an empty place selects what it touches, also where the page is scrolled meanwhile. */
import { one } from "gesso/dom";
import { chosen, choose } from "gesso/gallery-selection";

const STARTS = 5;
const EDGE = 72;
const FASTEST = 28;
const grid = () => one("justified-grid");
const frame = document.createElement("div");
frame.className = "lasso";
frame.setAttribute("aria-hidden", "true");
let lasso = null;

document.addEventListener("pointerdown", (event) => {
  if (event.button !== 0 || event.pointerType === "touch" || !grid()?.shelf) return;
  const empty = event.target.matches?.(".gallery-main, .results, .shots, justified-grid, .gallery, .gallery-filters");
  if (!empty) return;
  lasso = { from: at(event), pointer: event, before: event.shiftKey || event.metaKey || event.ctrlKey ? [...chosen] : [], drawn: false };
});

/** A point of the window as a point of the shelf. */
function at({ clientX, clientY }) {
  const box = one(".shots").getBoundingClientRect();
  return { x: clientX - box.left, y: clientY - box.top };
}

document.addEventListener("pointermove", (event) => {
  if (!lasso) return;
  lasso.pointer = event;
  const to = at(event);
  if (!lasso.drawn && Math.hypot(to.x - lasso.from.x, to.y - lasso.from.y) < STARTS) return;
  if (!lasso.drawn) begin();
  event.preventDefault();
});

function begin() {
  lasso.drawn = true;
  one(".shots").after(frame);
  document.documentElement.classList.add("lassoing");
  getSelection()?.removeAllRanges();
  const turn = () => {
    if (!lasso) return;
    scrollAtEdges();
    draw();
    requestAnimationFrame(turn);
  };
  turn();
}

function scrollAtEdges() {
  const { clientY } = lasso.pointer;
  const above = EDGE + 52 - clientY;
  const below = clientY - (innerHeight - EDGE);
  const speed = Math.max(above, below);
  if (speed > 0) scrollBy({ top: Math.sign(below > 0 ? 1 : -1) * Math.min(FASTEST, speed / 2), behavior: "instant" });
}

function draw() {
  const to = at(lasso.pointer);
  const box = {
    left: Math.min(lasso.from.x, to.x),
    top: Math.min(lasso.from.y, to.y),
    right: Math.max(lasso.from.x, to.x),
    bottom: Math.max(lasso.from.y, to.y),
  };
  frame.style.transform = `translate(${box.left}px, ${box.top}px)`;
  frame.style.width = `${box.right - box.left}px`;
  frame.style.height = `${box.bottom - box.top}px`;
  take(box, lasso);
}

function take(box, drawing) {
  const { ids, unknown } = grid().touched(box);
  const wanted = [...drawing.before, ...ids];
  if (drawing.last !== `${wanted.length} ${wanted.at(-1)} ${wanted[0]}`) choose(wanted, { quiet: true });
  drawing.last = `${wanted.length} ${wanted.at(-1)} ${wanted[0]}`;
  // What was passed faster than it could be asked for is taken as soon as it is known.
  if (unknown.length && !drawing.waits) {
    drawing.waits = grid()
      .load(unknown)
      .then(() => {
        drawing.waits = null;
        if (drawing.over) take(drawing.over, drawing);
      })
      .catch(() => (drawing.waits = null)); // Not to be had: they stay as they are.
  }
  drawing.box = box;
}

function end() {
  if (!lasso) return;
  if (!lasso.drawn && chosen.size && !lasso.before.length) choose([]);
  lasso.over = lasso.box;
  lasso = null;
  frame.remove();
  document.documentElement.classList.remove("lassoing");
}
for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, end);
document.addEventListener("keydown", (event) => event.key === "Escape" && end());
document.addEventListener("selectstart", (event) => lasso && event.preventDefault());
