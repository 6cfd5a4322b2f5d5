/** What the composer says, as one value: kept as a draft across reloads, and filled in again from a run. */
import { all, announce, one, remembered, text } from "gesso/dom";
import { prompt, setField, summariseNegative } from "gesso/composer";
import { chooseModel, modelKnown } from "gesso/models";
import { askPrice } from "gesso/price";
import { addReference, references, setMode, setReferences } from "gesso/references";
import { toast } from "gesso/toast";

const PARAMETERS = ["n", "size", "aspect_ratio", "resolution", "preset", "quality", "seed", "seed_locked", "output_format", "output_compression", "background", "style", "moderation", "strength"];
/** A model's own settings, and the model that the form was drawn for. */
const isOwn = (name) => /^extra[._]/.test(name);
const SAVE_DELAY = 300;
let saveTimer = 0;

export function startSettings(form) {
  // A new project has no id before its first run.
  const keyNow = () => `draft:${document.body.dataset.user}:${one("#project-field").value}`;
  let key = keyNow();
  const keepNow = () => {
    if (key !== keyNow()) remembered.set(key, null);
    key = keyNow();
    remembered.set(key, read(form));
  };
  const save = () => {
    clearTimeout(saveTimer);
    saveTimer = setTimeout(keepNow, SAVE_DELAY);
  };
  for (const name of ["input", "change"]) form.addEventListener(name, save);
  for (const name of ["references:changed", "htmx:after:swap", "run:submitted"]) document.addEventListener(name, save);
  addEventListener("pagehide", keepNow);

  const draft = remembered.get(key);
  if (draft && !("explicit" in form.dataset)) {
    // Unseen until the server has fitted it, so that nothing on the page is seen to move.
    form.toggleAttribute("data-restoring", true);
    const shown = () => requestAnimationFrame(() => requestAnimationFrame(() => form.removeAttribute("data-restoring")));
    // What was typed stays; the model is the one that the address asks for.
    const model = new URL(location.href).searchParams.get("model") ?? draft.model;
    Promise.resolve(apply({ ...draft, model })).finally(shown);
  }
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-reset]")) reset();
    const sample = event.target.closest("[data-sample]");
    if (sample) {
      setField("prompt", sample.dataset.sample);
      prompt().focus();
    }
  });
}

function read(form) {
  const data = new FormData(form);
  const settings = { prompt: data.get("prompt") ?? "", negative_prompt: data.get("negative_prompt") ?? "", model: data.get("model"), mode: data.get("mode"), parent: data.get("parent") };
  for (const name of PARAMETERS) if (data.has(name)) settings[name] = data.get(name);
  for (const name of new Set(data.keys())) if (isOwn(name)) settings[name] = data.get(name);
  settings.seed_locked = data.get("seed_locked") ?? "";
  settings.references = references().filter((reference) => reference.id);
  return settings;
}

/** Fill the composer; the server fits the parameters to the model. Spends nothing. */
export function apply(settings) {
  const before = read(one("#composer"));
  setField("prompt", settings.prompt ?? "");
  if (one("#negative")) {
    setField("negative_prompt", settings.negative_prompt ?? "");
    summariseNegative();
  }
  setReferences((settings.references ?? []).filter((reference) => !reference.private));
  if ((settings.references ?? []).some((reference) => reference.private)) toast({ kind: "slow", title: text("private") });
  const edits = (settings.references ?? []).some((reference) => reference.role === "source");
  setMode(settings.mode ?? (edits ? "edit" : "create"));
  one("#parent").value = settings.parent ?? "";
  const model = settings.model && modelKnown(settings.model) ? settings.model : before.model;
  // What the settings do not name of a model's own is what the model does by itself.
  const own = [...new Set([...Object.keys(before), ...Object.keys(settings)])].filter(isOwn);
  const names = [...PARAMETERS.filter((name) => name in settings), ...own];
  const changes = names.filter((name) => name !== "extra_of" && String(settings[name] ?? "") !== String(before[name] ?? ""));
  if (model === before.model && !changes.length) return askPrice(0);
  const wanted = Object.fromEntries(names.map((name) => [name, settings[name] ?? ""]));
  if (settings.negative_prompt) wanted.negative_prompt = settings.negative_prompt;
  return chooseModel(model, wanted);
}

function reset() {
  setField("prompt", "");
  if (one("#negative")) setField("negative_prompt", "");
  summariseNegative();
  setReferences([]);
  setMode("create");
  setField("seed", "");
  one("#parent").value = "";
  prompt().focus();
}

const settingsOf = (run) => JSON.parse(run.dataset.settings || "{}");

/** The run's own settings again. */
export function reuse(run) {
  apply({ ...settingsOf(run), parent: run.id.replace("run-", "") });
  announce(text("reused", { n: run.dataset.number }));
  prompt().focus();
}

/** The same prompt and settings with a new seed; Generate says the price and makes it. */
export function vary(run) {
  apply({ ...settingsOf(run), seed: "", seed_locked: "", parent: run.id.replace("run-", "") });
  toast({ title: text("reused", { n: run.dataset.number }), text: text("vary") });
  one("#generate-button")?.focus();
}

/** The picture becomes what is edited; the prompt is written anew. */
export function edit(run, picture) {
  one("#parent").value = run.id.replace("run-", "");
  for (const item of all('.reference[data-role="source"]')) item.remove();
  addReference({ ...picture, role: "source" });
  toast({ title: text("edit") });
  prompt().focus();
  prompt().select();
}
