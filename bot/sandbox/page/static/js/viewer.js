// A picture or film in full size, with its neighbours in the conversation.

import { fileUrl } from "./api.js";
import { clockTime, h, icon, iconButton } from "./dom.js";
import { isStill, isVisual, nameOf } from "./media.js";

export class Viewer {
  #id = null;

  constructor(store, { onreply }) {
    this.store = store;
    this.title = h("p");
    this.get = h("a", { class: "icon-button", title: "Download", "aria-label": "Download" }, icon("download"));
    this.stage = h("div", { class: "viewer-stage" });
    this.words = h("p", { class: "viewer-words", dir: "auto" });
    this.back = iconButton("left", "Previous", () => this.#step(-1), { class: "viewer-side" });
    this.forth = iconButton("right", "Next", () => this.#step(1), { class: "viewer-side" });
    this.away = iconButton("close", "Close", () => this.box.close());
    const reply = iconButton("reply", "Reply to this", () => { const shown = this.#shown(); this.box.close(); onreply(shown); });
    this.box = h("dialog", { id: "viewer", "aria-label": "Enlarged" },
      h("header", {}, this.title, reply, this.get, this.away),
      this.back, this.stage, this.forth, this.words);
    document.body.append(this.box);
    this.box.addEventListener("close", () => { this.#id = null; this.stage.replaceChildren(); });
    this.box.addEventListener("click", ({ target }) => [this.box, this.stage].includes(target) && this.box.close());
    this.box.addEventListener("keydown", ({ key, target }) => {
      if (target.matches("video, input")) return;
      if (key === "ArrowLeft") this.#step(-1);
      if (key === "ArrowRight") this.#step(1);
    });
  }

  open(message) {
    this.#id = message.message_id;
    if (!this.box.open) {
      this.box.showModal();
      this.away.focus();
    }
    this.#show();
  }

  /** What is gone in the chat does not stay open here. */
  draw() {
    if (this.box.open && !this.#shown()) this.box.close();
  }

  get #all() {
    return this.store.messages.filter((message) => isVisual(message) && !message.deleted);
  }

  #shown() {
    return this.#all.find(({ message_id: id }) => id === this.#id);
  }

  #step(by) {
    const all = this.#all;
    const next = all[all.findIndex(({ message_id: id }) => id === this.#id) + by];
    if (next) this.open(next);
  }

  #show() {
    const message = this.#shown();
    const all = this.#all;
    const url = fileUrl(message.file);
    const label = message.text || `${nameOf(message)} of ${this.store.userName(message.from?.id)}`;
    this.title.textContent = `${this.store.userName(message.from?.id)} · ${clockTime(message.at_ms)}`;
    this.words.textContent = message.text;
    this.words.hidden = !message.text;
    this.get.href = url;
    this.get.download = message.file.name || nameOf(message).toLowerCase();
    this.back.disabled = all[0] === message;
    this.forth.disabled = all.at(-1) === message;
    this.stage.replaceChildren(isStill(message)
      ? h("img", { src: url, alt: label })
      : h("video", { src: url, controls: true, autoplay: true, loop: message.kind === "animation", playsInline: true, "aria-label": label }));
  }
}
