/** Small helps on the account pages: show a password, fill in the time zone, copy a link. */

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
    const [input, button] = [this.querySelector("input"), this.querySelector("button")];
    button.hidden = false;
    button.addEventListener("click", async () => {
      input.select();
      await navigator.clipboard.writeText(input.value);
      button.textContent = button.dataset.done;
    });
  }
}
customElements.define("copy-text", CopyText);

for (const field of document.querySelectorAll("[data-browser-zone]"))
  field.value ||= Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
