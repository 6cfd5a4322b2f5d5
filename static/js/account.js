/** Small helps on the account pages: show a password, fill in the time zone, copy a link, a key or a program. */

class RevealPassword extends HTMLElement {
  connectedCallback() {
    const [input, button] = [this.querySelector("input"), this.querySelector("button")];
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = input.type === "password";
      input.type = shown ? "text" : "password";
      button.setAttribute("aria-pressed", String(shown));
    });
    // A password manager offers to save only what is still a password when the form leaves.
    input.form?.addEventListener("submit", () => (input.type = "password"));
  }
}
customElements.define("reveal-password", RevealPassword);

class CopyText extends HTMLElement {
  connectedCallback() {
    const [source, button] = [this.querySelector("input, pre"), this.querySelector("button")];
    button.hidden = false;
    button.addEventListener("click", async () => {
      if (source.select) source.select();
      else getSelection().selectAllChildren(source);
      // The clipboard's own interface is there on https and on this very machine alone.
      if (navigator.clipboard) await navigator.clipboard.writeText(source.value ?? source.textContent);
      else document.execCommand("copy");
      button.textContent = button.dataset.done;
    });
  }
}
customElements.define("copy-text", CopyText);

for (const field of document.querySelectorAll("[data-browser-zone]"))
  field.value ||= Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
