// What an empty conversation says: what to do first.

import { h, icon } from "./dom.js";

const IDEAS = ["What can you do?", "Tell me a story in 5 sentences", "Show me some markdown"];

export class Empty {
  constructor(store, composer) {
    this.store = store;
    this.composer = composer;
    this.box = document.getElementById("empty");
  }

  draw() {
    const { store } = this;
    const isEmpty = !store.messages.some((message) => message.kind !== "service" && !message.deleted) && !store.shown("draft");
    this.box.hidden = !isEmpty;
    const kind = store.isGroup ? "group" : "private";
    if (!isEmpty || this.box.dataset.kind === kind) return;
    this.box.dataset.kind = kind;
    this.box.replaceChildren(h("div", { class: "hello" }, h("span", { class: "hello-icon" }, icon("mic")), ...(store.isGroup ? this.#group() : this.#private())));
  }

  #private() {
    return [
      h("h2", {}, "Say something"),
      h("p", {}, "Hold the microphone while you speak, then let go. A voice note is answered with a voice note. Or write a message."),
      h("div", { class: "ideas" }, IDEAS.map((idea) => h("button", { type: "button", onclick: () => this.composer.say(idea) }, idea))),
    ];
  }

  #group() {
    return [
      h("h2", {}, "Talk among people"),
      h("p", {}, "Here the bot answers when it is mentioned or replied to. Switch between people on the left."),
      h("div", { class: "ideas" }, h("button", { type: "button", onclick: () => this.composer.addMention() }, "Mention the bot")),
    ];
  }
}
