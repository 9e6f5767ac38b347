// The two sides on small screens: they slide over the chat, one at a time, and give the focus back.

import { iconButton } from "./dom.js";

const FIXED = { places: matchMedia("(min-width: 860px)"), turns: matchMedia("(min-width: 1180px)") };

export class Drawers {
  #open = null;
  #buttons = new Map();

  constructor() {
    this.shade = document.getElementById("shade");
    this.shade.addEventListener("click", () => this.close());
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.#open && this.close());
    for (const query of Object.values(FIXED)) query.addEventListener("change", () => this.#apply());
  }

  /** The button that opens the side `id`; hidden where that side always shows. */
  button(id, picture, label) {
    const made = iconButton(picture, label, () => this.toggle(id), { class: `opens-${id}`, "aria-controls": id });
    this.#buttons.set(id, made);
    this.#apply();
    return made;
  }

  toggle(id) {
    if (this.#open === id) {
      this.close();
      return;
    }
    this.#open = id;
    this.#apply();
    document.getElementById(id).querySelector("button, summary, [tabindex]")?.focus();
  }

  close() {
    const button = this.#buttons.get(this.#open);
    if (!this.#open) return;
    this.#open = null;
    this.#apply();
    if (button?.offsetParent) button.focus();
  }

  #apply() {
    if (this.#open && FIXED[this.#open].matches) this.#open = null;
    for (const [id, query] of Object.entries(FIXED)) {
      const isOpen = this.#open === id;
      const side = document.getElementById(id);
      side.classList.toggle("open", isOpen);
      side.inert = !query.matches && !isOpen;
      this.#buttons.get(id)?.setAttribute("aria-expanded", String(isOpen));
    }
    document.getElementById("chat").inert = this.#open !== null;
    this.shade.hidden = this.#open === null;
  }
}
