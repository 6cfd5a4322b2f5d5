/**
 * <zoom-stage data-width data-height [data-large]>: a picture that fits, or is looked at closely.
 * Wheel and pinch zoom about the pointer, double click goes to 100% and back, dragging moves, + − 0 work as keys.
 * `zoom` is "fit" or a factor of the picture's own pixels; "zoom:changed" says that it changed.
 * Beyond what the page's copy can show, `data-large` is fetched, once.
 */
const MOST = 8;
const STEP = 1.25;

class ZoomStage extends HTMLElement {
  #images = [];
  #size = { width: 1, height: 1 };
  #zoom = "fit";
  #at = { x: 0, y: 0 };
  #pointers = new Map();
  #pinch = 0;

  connectedCallback() {
    this.#images = [...this.querySelectorAll("img")];
    this.#size = { width: Number(this.dataset.width), height: Number(this.dataset.height) };
    this.dataset.ready = "";
    new ResizeObserver(() => this.#draw()).observe(this);
    const picture = this.#picture;
    const loaded = () => this.toggleAttribute("data-loaded", picture.naturalWidth > 0);
    if (picture.complete) loaded();
    picture.addEventListener("load", loaded);
    this.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    this.addEventListener("dblclick", (event) => this.setZoom(this.#zoom === "fit" ? 1 : "fit", event));
    this.addEventListener("pointerdown", (event) => this.#down(event));
    this.addEventListener("pointermove", (event) => this.#move(event));
    for (const name of ["pointerup", "pointercancel"]) this.addEventListener(name, (event) => this.#up(event));
    this.addEventListener("keydown", (event) => this.#key(event));
    this.#draw();
  }

  get zoom() {
    return this.#zoom;
  }

  get zoomed() {
    return this.#zoom !== "fit";
  }

  get #picture() {
    return this.#images.at(-1);
  }

  /** The factor at which the whole picture is seen; a small picture is not blown up. */
  get #fit() {
    const room = innerWidth < 960 ? 32 : 160;
    return Math.min(1, (this.clientWidth - room) / this.#size.width, this.clientHeight / this.#size.height);
  }

  get #scale() {
    return this.zoomed ? this.#zoom : this.#fit;
  }

  /** "fit" or a factor; the point under `about` (a pointer event, or the middle) stays where it is. */
  setZoom(zoom, about = null) {
    const before = this.#scale;
    const box = this.getBoundingClientRect();
    const point = about ? { x: about.clientX - box.left, y: about.clientY - box.top } : { x: box.width / 2, y: box.height / 2 };
    const next = zoom === "fit" ? "fit" : Math.min(MOST, Math.max(Math.min(this.#fit, 1), zoom));
    this.#zoom = next !== "fit" && next <= this.#fit && zoom < 1 ? "fit" : next;
    const factor = this.#scale / before;
    this.#at = { x: point.x - (point.x - this.#at.x) * factor, y: point.y - (point.y - this.#at.y) * factor };
    this.#sharpen();
    this.#draw();
    this.dispatchEvent(new CustomEvent("zoom:changed"));
  }

  zoomIn(about = null) {
    this.setZoom(this.#scale * STEP, about);
  }

  zoomOut(about = null) {
    this.setZoom(this.#scale / STEP, about);
  }

  #draw() {
    const scale = this.#scale;
    const size = { width: this.#size.width * scale, height: this.#size.height * scale };
    this.#at = { x: held(this.#at.x, this.clientWidth, size.width), y: held(this.#at.y, this.clientHeight, size.height) };
    this.toggleAttribute("data-zoomed", this.zoomed);
    this.toggleAttribute("data-pixels", scale >= 4);
    for (const image of this.#images) {
      image.style.width = `${size.width}px`;
      image.style.height = `${size.height}px`;
      image.style.transform = `translate(${this.#at.x}px, ${this.#at.y}px)`;
    }
  }

  #sharpen() {
    const large = this.dataset.large;
    if (!large || this.#size.width * this.#scale * devicePixelRatio <= this.#picture.naturalWidth) return;
    delete this.dataset.large;
    const next = new Image();
    next.src = large;
    next.decode().then(
      () => (this.#picture.src = large),
      () => {
        /* The copy that is shown stays: it is only less sharp. */
      },
    );
  }

  #wheel(event) {
    event.preventDefault();
    const step = Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.002));
    this.setZoom(this.#scale * step, event);
  }

  #down(event) {
    if (event.button !== 0) return;
    this.#pointers.set(event.pointerId, event);
    if (this.#pointers.size === 2) this.#pinch = this.#spread();
    if (this.zoomed || this.#pointers.size === 2) this.setPointerCapture(event.pointerId);
    this.toggleAttribute("data-dragging", this.zoomed);
  }

  #move(event) {
    const before = this.#pointers.get(event.pointerId);
    if (!before) return;
    this.#pointers.set(event.pointerId, event);
    if (this.#pointers.size === 2) {
      const spread = this.#spread();
      if (this.#pinch) this.setZoom((this.#scale * spread) / this.#pinch, event);
      this.#pinch = spread;
    } else if (this.zoomed) {
      this.#at = { x: this.#at.x + event.clientX - before.clientX, y: this.#at.y + event.clientY - before.clientY };
      this.#draw();
    }
  }

  #up(event) {
    const start = this.#pointers.get(event.pointerId);
    this.#pointers.delete(event.pointerId);
    this.#pinch = 0;
    if (start && !this.#pointers.size) this.removeAttribute("data-dragging");
  }

  #spread() {
    const [one, other] = [...this.#pointers.values()];
    return Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
  }

  #key(event) {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    const moves = { ArrowLeft: [80, 0], ArrowRight: [-80, 0], ArrowUp: [0, 80], ArrowDown: [0, -80] };
    if (event.key === "+" || event.key === "=") this.zoomIn();
    else if (event.key === "-") this.zoomOut();
    else if (event.key === "0") this.setZoom("fit");
    else if (moves[event.key] && this.zoomed) {
      this.#at = { x: this.#at.x + moves[event.key][0], y: this.#at.y + moves[event.key][1] };
      this.#draw();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/** Centred while there is room, else never with a gap at either side. */
const held = (at, room, size) => (size <= room ? (room - size) / 2 : Math.min(0, Math.max(room - size, at)));

customElements.define("zoom-stage", ZoomStage);
