/**
 * <live-picture>: one picture's box in which previews follow one another and the final picture comes last.
 * The element's own `src`, `srcset`, `sizes`, `alt` and `state` say what is to be seen. A new picture is laid over
 * the one before it only when it is decoded, so that the box is never empty in between.
 * Morphing leaves the children alone (hx-morph-skip-children) and changes the attributes.
 *
 * <job-clock since="ISO time">: the seconds since then, ticking in the browser.
 */
import { comesLater, icon, reducedMotion, text } from "gesso/dom";

class LivePicture extends HTMLElement {
  static observedAttributes = ["src", "alt", "state"];
  #turn = 0;
  #planned = false;
  #ready = false; // Attributes are reported once before the element is connected; the children show those already.

  connectedCallback() {
    this.#ready = true;
    const first = this.querySelector("img:not([data-placeholder])");
    if (first?.complete && !first.naturalWidth) this.#missing(first);
    else if (first) first.addEventListener("error", () => this.#missing(first), { once: true });
    else if (this.getAttribute("src")) this.#plan();
  }

  attributeChangedCallback(name, before, after) {
    if (!this.#ready || before === after) return;
    if (name === "alt" && this.lastElementChild) this.lastElementChild.alt = after ?? "";
    if (name === "src" && after) this.#plan();
  }

  /** Attributes change one after another; wait for all of them before reading. */
  #plan() {
    if (this.#planned) return;
    this.#planned = true;
    queueMicrotask(() => {
      this.#planned = false;
      this.#show();
    });
  }

  async #show() {
    const turn = ++this.#turn;
    const next = new Image();
    next.decoding = "async";
    next.alt = this.getAttribute("alt") ?? "";
    if (this.getAttribute("srcset")) {
      next.sizes = this.getAttribute("sizes") ?? "";
      next.srcset = this.getAttribute("srcset");
    }
    if (this.getAttribute("state")) next.dataset.blur = this.getAttribute("state");
    next.src = this.getAttribute("src");
    try {
      await next.decode();
    } catch {
      if (turn === this.#turn) this.#missing(next);
      return;
    }
    if (turn !== this.#turn) return;
    const before = [...this.children];
    this.append(next);
    if (before.length && !reducedMotion())
      await next.animate([{ opacity: 0 }, { opacity: 1 }], { duration: 240, easing: "ease-out" }).finished.catch(() => {});
    for (const old of before) old.remove();
    this.dispatchEvent(new CustomEvent("picture:shown", { bubbles: true }));
  }

  async #missing(image) {
    image.remove();
    if (this.getAttribute("state")) return; // A preview goes when its picture comes.
    const turn = this.#turn;
    const comes = await comesLater(image);
    if (turn !== this.#turn) return;
    if (comes) return this.#show();
    const box = this.closest(".tile");
    if (!box || box.classList.contains("missing")) return;
    box.classList.add("missing");
    const note = document.createElement("span");
    note.className = "caption";
    note.textContent = text("file-missing");
    box.append(icon("image-off"), note);
  }
}

class JobClock extends HTMLElement {
  static observedAttributes = ["since"];
  #timer = 0;

  connectedCallback() {
    this.#tick();
    this.#timer = setInterval(() => this.#tick(), 1000);
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
  }

  attributeChangedCallback() {
    this.#tick();
  }

  #tick() {
    const since = Date.parse(this.getAttribute("since"));
    if (Number.isNaN(since)) return;
    const seconds = Math.max(0, Math.floor((Date.now() - since) / 1000));
    const shown = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (this.textContent !== shown) this.textContent = shown;
  }
}

customElements.define("live-picture", LivePicture);
customElements.define("job-clock", JobClock);
