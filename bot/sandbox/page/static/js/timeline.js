// The conversation: keeps elements of unchanged messages, follows the end, shows what is in the making.

import { post } from "./api.js";
import { bubble, signature } from "./bubble.js";
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

  constructor(store, { onreply, onedit, oncommand }) {
    this.store = store;
    this.list = document.getElementById("messages");
    this.scroller = document.getElementById("scroller");
    this.live = document.getElementById("live");
    this.newer = document.getElementById("newer");
    this.handlers = { onreply, onedit, oncommand };
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
    const wanted = this.store.messages;
    const ids = new Set(wanted.map((message) => message.message_id));
    for (const [id, { node }] of this.#drawn) {
      if (ids.has(id)) continue;
      node.remove();
      this.#drawn.delete(id);
    }
    let fresh = 0;
    let previous = null;
    for (const message of wanted) {
      const known = this.#drawn.get(message.message_id);
      const sign = signature(message, context);
      let node = known?.node;
      if (known?.sign !== sign) {
        node = this.#replaced(bubble(message, context), known?.node);
        if (!known && !moved && !this.live.firstChild) node.classList.add("arriving");
        if (!known && message.outgoing) fresh += 1;
        this.#drawn.set(message.message_id, { node, sign });
      }
      if (!node.isConnected || node.previousElementSibling !== previous) (previous ? previous.after(node) : this.list.prepend(node));
      node.classList.toggle("follows", previous?.dataset.author !== undefined && previous.dataset.author === node.dataset.author);
      previous = node;
    }
    return fresh;
  }

  /** A new element in the place of an old one, which keeps the focus it had. */
  #replaced(node, old) {
    if (!old) return node;
    const hadFocus = old.contains(document.activeElement);
    old.replaceWith(node);
    if (hadFocus) node.focus({ preventScroll: true });
    return node;
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
      find: (id) => store.chat?.messages.find((message) => message.message_id === id),
      isUnheard: (message) => store.unheard.has(`${store.place.chatId}/${message.message_id}`),
      jump: (id) => this.#jump(id),
      reply: this.handlers.onreply,
      edit: this.handlers.onedit,
      command: this.handlers.oncommand,
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
    const target = this.#drawn.get(id)?.node;
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
    if (event.target.closest("button, a, input, .picker") || event.ctrlKey || event.metaKey || event.altKey) return;
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
