// Says on the button what pressing it does, and what the balance will be, while the amount is typed.
const CREDIT_MICROS = 10_000;
const form = document.querySelector("#adjust");
const amount = form.querySelector("[name=amount]");
const button = form.querySelector("[name=confirmed]");
const after = form.querySelector("[data-after]");
const dollars = form.querySelector("[data-dollars]");
const quick = form.querySelector("[data-quick]");
const seen = Number(form.dataset.seen);

const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 2 });
const money = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: "USD" });
const credits = (micros) => number.format(micros / CREDIT_MICROS).replace("-", "−");

/** Whole micros of what was typed, or NaN; anything finer than a micro is left to the server to refuse. */
function typed() {
  const text = amount.value.trim();
  return /^\d+(\.\d{1,4})?$/.test(text) ? Math.round(Number(text) * CREDIT_MICROS) : NaN;
}

function moves(mode, micros) {
  return { add: micros, remove: -micros, set: micros - seen }[mode];
}

function show() {
  const mode = form.querySelector("[name=mode]:checked")?.value ?? "add";
  const micros = typed();
  const change = moves(mode, micros);
  const possible = Number.isFinite(change) && change !== 0 && seen + change >= 0;
  button.textContent = possible ? button.dataset[mode].replace("{n}", credits(micros)) : button.dataset.idle;
  button.value = possible ? `${mode}:${change}` : "";
  dollars.textContent = Number.isFinite(micros) ? `= ${money.format(micros / 1_000_000)}` : "";
  const now = Object.assign(document.createElement("span"), { className: "quiet", textContent: credits(seen) });
  after.replaceChildren(now);
  if (possible) after.append(" → ", Object.assign(document.createElement("b"), { textContent: credits(seen + change) }));
  for (const chip of quick.children) {
    chip.setAttribute("aria-pressed", String(Number(chip.dataset.amount) * CREDIT_MICROS === micros));
  }
}

quick.hidden = false;
quick.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-amount]");
  if (!chip) return;
  amount.value = chip.dataset.amount;
  show();
});
form.addEventListener("input", show);
// The browser may restore what was typed when one comes back to the page.
window.addEventListener("pageshow", show);
show();
