// The conversation: keeps elements of unchanged messages, follows the end, shows what is in the making.

import { post } from "./api.js";
import { Bubble, entries } from "./bubble.js";
import { h, icon } from "./dom.js";
import { rich } from "./rich.js";
import { toast } from "./toast.js";

const NEAR_END_PX = 90;
const PRESSED_MS = 3_000;
const ACTIONS = {
  typing: "is typing", record_voice: "is recording a voice message", upload_voice: "is sending a voice message",
  upload_photo: "is sending a picture", record_video: "is making a video", upload_video: "is sending a video",
  upload_document: "is sending a file",
};

/** What the bot is doing, in words; "" for nothing. */
export function activity(store) {
  const action = store.shown("action");
  return action ? ACTIONS[action.name] ?? "is busy" : "";
}

export class Timeline {
  #drawn = new Map();
  #place = "";
  #unseen = 0;

  constructor(store, handlers) {
    this.store = store;
    this.list = document.getElementById("messages");
    this.scroller = document.getElementById("scroller");
    this.live = document.getElementById("live");
    this.newer = document.getElementById("newer");
    this.handlers = handlers; // onreply, onedit, oncommand, onopen, openEyes
    this.newer.addEventListener("click", () => this.toEnd());
    this.scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.list.addEventListener("keydown", (event) => this.#key(event));
    new ResizeObserver(() => this.#stuck && this.toEnd()).observe(this.scroller);
    new ResizeObserver(() => this.#stuck && this.toEnd()).observe(this.list);
    store.addEventListener("callback", ({ detail }) => {
      for (const button of this.list.querySelectorAll(".pressed")) button.classList.remove("pressed");
      if (detail.text) toast(detail.text);
    });
  }

  #stuck = true;

  draw() {
    const { store } = this;
    const place = `${store.place.chatId}:${store.place.threadId}:${store.person}`;
    const moved = place !== this.#place;
    if (moved) {
      this.#place = place;
      this.#drawn.clear();
      this.list.replaceChildren();
      this.#stuck = true;
      this.#unseen = 0;
    }
    const fresh = this.#drawMessages(moved);
    this.#drawLive();
    if (this.#stuck) this.toEnd();
    else if (fresh) this.#count(fresh);
  }

  toEnd() {
    this.#stuck = true;
    this.#unseen = 0;
    this.newer.hidden = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.store.markSeen();
  }

  /** Draw what changed; how many new messages of the bot there are. */
  #drawMessages(moved) {
    const context = this.#context();
    const wanted = entries(this.store.messages);
    const keys = new Set(wanted.map(({ key }) => key));
    for (const [key, { node }] of this.#drawn) {
      if (keys.has(key)) continue;
      if (node.contains(document.activeElement)) document.getElementById("text")?.focus();
      node.remove();
      this.#drawn.delete(key);
    }
    let fresh = 0;
    let previous = null;
    for (const { key, messages } of wanted) {
      const isNew = !this.#drawn.has(key);
      if (isNew) this.#drawn.set(key, new Bubble());
      const bubble = this.#drawn.get(key);
      bubble.draw(messages, context);
      const { node } = bubble;
      if (isNew && !moved && !this.live.firstChild) node.classList.add("arriving");
      if (isNew && messages[0].outgoing) fresh += 1;
      if (!node.isConnected || node.previousElementSibling !== previous) (previous ? previous.after(node) : this.list.prepend(node));
      node.classList.toggle("follows", previous?.dataset.author !== undefined && previous.dataset.author === node.dataset.author);
      previous = node;
    }
    return fresh;
  }

  #drawLive() {
    const draft = this.store.shown("draft");
    const doing = activity(this.store);
    const name = this.store.me.first_name;
    if (draft?.text) {
      const known = this.live.querySelector(".draft .text");
      const words = rich(draft.text, draft.entities);
      if (known) known.replaceChildren(...words);
      else this.live.replaceChildren(h("div", { class: "message bot draft" }, h("div", { class: "bubble" }, h("div", { class: "text", dir: "auto" }, words))));
    } else if (draft || doing) {
      const wave = doing.includes("voice");
      if (this.live.querySelector(".doing")?.dataset.doing === doing) return;
      this.live.replaceChildren(h("div", { class: `doing ${wave ? "voicing" : ""}`, "data-doing": doing },
        h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")), `${name} ${doing || "is thinking"}`));
    } else {
      this.live.replaceChildren();
    }
  }

  #context() {
    const { store } = this;
    return {
      person: store.person,
      isGroup: store.isGroup,
      userName: (id) => store.userName(id),
      find: (id) => store.chat?.messages.find((message) => message.message_id === id && !message.deleted),
      isUnheard: (message) => store.unheard.has(`${store.place.chatId}/${message.message_id}`),
      jump: (id) => this.#jump(id),
      reply: this.handlers.onreply,
      edit: this.handlers.onedit,
      command: this.handlers.oncommand,
      open: this.handlers.onopen,
      react: (message, emoji) => this.#react(message, emoji),
      press: (message, button, element) => this.#press(message, button, element),
      openEyes: () => this.handlers.openEyes?.(),
    };
  }

  async #react(message, emoji) {
    const { store } = this;
    const chosen = message.reactions.find((one) => one.from === store.person)?.emoji ?? [];
    const next = chosen.includes(emoji) ? [] : [emoji];
    await post("reactions", { chat_id: store.place.chatId, message_id: message.message_id, from: store.person, emoji: next }).catch(toast);
  }

  async #press(message, button, element) {
    element.classList.add("pressed");
    setTimeout(() => element.classList.remove("pressed"), PRESSED_MS);
    const { store } = this;
    await post("callbacks", { chat_id: store.place.chatId, message_id: message.message_id, from: store.person, data: button.callback_data }).catch(toast);
  }

  #jump(id) {
    const album = this.store.chat?.messages.find((message) => message.message_id === id)?.media_group_id;
    const target = this.#drawn.get(album ? `album-${album}` : id)?.node;
    if (!target) return;
    target.scrollIntoView({ block: "center", behavior: "smooth" });
    target.focus({ preventScroll: true });
  }

  #scrolled() {
    const { scrollTop, clientHeight, scrollHeight } = this.scroller;
    this.#stuck = scrollTop + clientHeight > scrollHeight - NEAR_END_PX;
    if (this.#stuck && this.#unseen) this.toEnd();
    this.newer.hidden = this.#stuck;
    if (!this.#stuck && !this.#unseen) this.#label();
  }

  #count(fresh) {
    this.#unseen += fresh;
    this.#label();
    this.newer.hidden = false;
  }

  #label() {
    const words = this.#unseen ? `${this.#unseen} new` : "";
    this.newer.setAttribute("aria-label", this.#unseen ? `${this.#unseen} new messages, go to the end` : "Go to the end");
    this.newer.replaceChildren(icon("down"), words);
  }

  /** Arrows walk through the messages; R answers, E edits, Escape goes back to writing. */
  #key(event) {
    if (event.target.closest("button, a, input, video, .picker") || event.ctrlKey || event.metaKey || event.altKey) return;
    const items = [...this.list.children];
    const at = items.indexOf(event.target.closest("li"));
    if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      const next = at < 0 ? items.length - 1 : at + (event.key === "ArrowUp" ? -1 : 1);
      items[Math.max(0, Math.min(items.length - 1, next))]?.focus();
      event.preventDefault();
    } else if (at >= 0 && ["r", "e"].includes(event.key.toLowerCase())) {
      items[at].querySelector(event.key.toLowerCase() === "r" ? "[title=Reply]" : "[title=Edit]")?.click();
      event.preventDefault();
    } else if (event.key === "Escape") {
      document.getElementById("text")?.focus();
    }
  }
}
