/**
 * The command palette. Commands are every link and button of the page that carries `data-command`, filtered here at
 * once; pictures, projects, collections and models come from the server, and only the latest answer is shown.
 */
import { all, one, setIcon, shownTheme, signedOut } from "gesso/dom";
import { caps } from "gesso/keys";

const DELAY = 120;
const LATE = 500; // Until so long after a key what moves is felt as its answer.

export function start(dialog) {
  const field = one("input", dialog);
  const list = one('[role="listbox"]', dialog);
  const found = one("[data-found]", dialog);
  const commands = one("[data-commands]", dialog);
  const form = one("[data-new-project]", dialog);
  const none = one(".none", dialog);
  const templates = one("template", dialog).content;
  let timer = 0;
  let asking = null;
  let pending = false;
  let wanted = null; // the key press that waits for the answer
  let moved = false;
  let asked = 0; // when

  const options = () => all('[role="option"]', list);
  const chosen = () => one('[aria-selected="true"]', list);
  const onlyCommands = () => field.value.trimStart().startsWith(">");
  const typed = () => field.value.trim().replace(/^>\s*/, "");
  const say = (key) => one(`[data-text="${key}"]`, templates).textContent.replace("{words}", typed());

  /* What is shown ------------------------------------------------------------------------------------------------ */

  function show() {
    moved = false;
    wanted = null;
    showCommands();
    ask();
    settle();
  }

  function showCommands() {
    const words = typed().toLowerCase().split(/\s+/).filter(Boolean);
    const rows = sources().filter((source) => words.every((word) => nameOf(source).toLowerCase().includes(word))).map(command);
    if (form && words.length && !onlyCommands()) rows.unshift(projectFrom());
    rows.forEach((row, index) => (row.id = `command-${index}`));
    commands.replaceChildren(commands.firstElementChild, ...rows);
    commands.hidden = !rows.length;
  }

  function ask() {
    clearTimeout(timer);
    asking?.abort();
    asked = performance.now();
    pending = !onlyCommands();
    if (pending) timer = setTimeout(fetchFound, found.childElementCount ? DELAY : 0);
    else found.replaceChildren();
  }

  async function fetchFound() {
    const question = new AbortController();
    asking = question;
    const url = new URL(dialog.dataset.url, location.href);
    url.searchParams.set("q", typed());
    let failed = false;
    try {
      const answer = await fetch(url, { signal: question.signal, headers: { "HX-Request": "true", "HX-Current-URL": location.href } });
      const html = await answer.text();
      if (question.signal.aborted) return;
      if (answer.status === 401) return signedOut(answer);
      failed = !answer.ok;
      place();
      found.replaceChildren(...(failed ? [] : new DOMParser().parseFromString(html, "text/html").body.childNodes));
    } catch (error) {
      if (question.signal.aborted) return;
      if (!(error instanceof TypeError)) throw error; // TypeError is fetch's word for no connection.
      failed = true;
      found.replaceChildren();
    }
    pending = false;
    settle(failed);
    if (wanted) activate(wanted);
  }

  /** What is found stands above the commands; what comes late, below them, for one of them may be under the hand. */
  function place() {
    if (performance.now() - asked > LATE) commands.after(found);
    else commands.before(found);
  }

  /** Choose a row, and say why there is none. What somebody moved to stays chosen. */
  function settle(failed = false) {
    const rows = options();
    if (!moved || !chosen()) choose(best(rows));
    none.hidden = pending || (rows.length > (form && typed() && !onlyCommands() ? 1 : 0) && !failed);
    if (!none.hidden) none.textContent = say(failed ? "failed" : onlyCommands() ? "no-command" : "nothing");
  }

  /** A command that begins with what was typed before everything else, so that no late picture takes its place. */
  function best(rows) {
    const words = typed().toLowerCase();
    const begins = ({ source }) => [nameOf(source), source.href ? source.textContent.trim() : ""].some((name) => name.toLowerCase().startsWith(words));
    return (words && rows.find((row) => row.source && begins(row))) || rows.find((row) => found.contains(row)) || rows[0];
  }

  function choose(row) {
    for (const other of options()) other.setAttribute("aria-selected", String(other === row));
    if (row) field.setAttribute("aria-activedescendant", row.id);
    else field.removeAttribute("aria-activedescendant");
    if (row === options()[0]) list.scrollTop = 0;
    else row?.scrollIntoView({ block: "nearest" });
  }

  /* Commands --------------------------------------------------------------------------------------------------- */

  /** What can be done from this page now; the theme that is shown is no choice. */
  const sources = () => all("[data-command]").filter((source) => source.dataset.themeChoice !== shownTheme() && source.getAttribute("aria-checked") !== "true");
  const nameOf = (source) => source.dataset.command || source.getAttribute("aria-label") || source.textContent.trim();

  function row(name, symbol) {
    const made = one("a", templates).cloneNode(true);
    one(".clip", made).textContent = name;
    setIcon(one(".icon", made), symbol);
    return made;
  }

  function command(source) {
    const drawn = one("use", source)?.getAttribute("href").split("#")[1];
    const made = row(nameOf(source), source.dataset.commandIcon || drawn || "arrow-right");
    one(".caps", made).append(...caps({ does: source.dataset.commandDoes, href: source.getAttribute("href") ?? "" }));
    made.source = source;
    return made;
  }

  function projectFrom() {
    const made = row(say("project-from"), "sparkles");
    made.project = typed();
    return made;
  }

  /* What is done ------------------------------------------------------------------------------------------------ */

  list.addEventListener("click", (event) => {
    const option = event.target.closest('[role="option"]');
    if (!option || event.metaKey || event.ctrlKey || event.shiftKey) return; // A link may be opened in another tab.
    if (open(option)) event.preventDefault();
  });

  /** True when it was done here; false for a link that the browser follows. */
  function open(option) {
    const { source, project } = option;
    if (project !== undefined) {
      form.elements.name.value = project;
      form.requestSubmit();
    } else if (source) {
      dialog.close();
      source.click();
    } else if (option.dataset.model && one("#composer")) {
      dialog.close();
      import("gesso/models").then(({ chooseModel }) => chooseModel(option.dataset.model));
    } else return false;
    return true;
  }

  async function useAsReference(option) {
    const id = option?.dataset.picture;
    if (!id) return;
    if (!one("#composer")) return location.assign(`${dialog.dataset.studio}?reference=${id}`);
    dialog.close();
    const { addReference } = await import("gesso/references");
    addReference({ id, thumb: option.dataset.thumb, alt: one(".clip", option).textContent });
  }

  function activate({ reference }) {
    wanted = null;
    if (reference) useAsReference(chosen());
    else chosen()?.click();
  }

  field.addEventListener("input", show);
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const rows = options();
    if (step && rows.length) {
      moved = true;
      choose(rows[(rows.indexOf(chosen()) + step + rows.length) % rows.length]);
    } else if (event.key === "Enter") {
      const press = { reference: event.metaKey || event.ctrlKey };
      // Before the answer what stands there belongs to an older question, unless it is a command.
      if (pending && !moved && !commandBegun()) wanted = press;
      else activate(press);
    } else return;
    event.preventDefault();
  });
  const commandBegun = () => chosen()?.source && best(options()) === chosen() && typed();

  new MutationObserver(() => {
    if (!dialog.open) return asking?.abort();
    field.value = "";
    found.replaceChildren();
    show();
  }).observe(dialog, { attributeFilter: ["open"] });
}
