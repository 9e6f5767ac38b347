// The top of the conversation: where we are, what the bot does, and the notice about who answers.

import { post } from "./api.js";
import { h, iconButton } from "./dom.js";
import { activity } from "./timeline.js";
import { toast } from "./toast.js";

const NOTICE_KEY = "parley-notice-read";
const EARS = {
  crude: "Its offline ear is crude and mishears a lot; set OPENROUTER_API_KEY for the real one.",
  none: "It can't make out words in recordings; install the extra “ear” or set OPENROUTER_API_KEY.",
};

export class Head {
  constructor(store, { drawers }) {
    this.store = store;
    this.head = document.getElementById("head");
    this.notice = document.getElementById("notice");
    this.title = h("h1");
    this.state = h("p", { id: "state", role: "status" });
    this.eyes = h("button", { type: "button", class: "eyes", onclick: () => this.toggleEyes() });
    this.head.append(drawers.button("places", "menu", "People and chats"), h("div", { class: "title" }, this.title, this.state),
      this.eyes, drawers.button("turns", "turns", "Turns of the bot"));
  }

  draw() {
    const { store } = this;
    const chat = store.chat;
    const topic = chat?.topics.find(({ thread_id: id }) => id === store.place.threadId)?.name;
    this.title.textContent = !store.isGroup ? store.me.first_name : chat?.is_forum ? `${chat.title} › ${topic ?? "General"}` : chat?.title ?? "";
    const doing = activity(store);
    const quiet = store.isGroup ? `you are ${store.userName(store.person)}` : `with ${store.userName(store.person)}`;
    this.state.textContent = store.connected === false ? "the sandbox does not answer" : doing ? `${doing} …` : store.shown("draft") ? "is writing …" : quiet;
    this.state.classList.toggle("lost", store.connected === false);
    this.state.classList.toggle("busy", Boolean(doing));
    document.title = `${this.title.textContent} · Parley sandbox`;
    this.#drawEyes(chat);
    this.#drawNotice();
  }

  get seesAll() {
    return this.store.chat?.bot_status === "administrator";
  }

  async toggleEyes() {
    const { store } = this;
    const status = this.seesAll ? "member" : "administrator";
    try {
      await post(`chats/${store.place.chatId}/bot`, { bot_status: status, from: store.person });
      store.refresh(store.place.chatId);
      toast(status === "administrator" ? "The bot is administrator now and sees every message." : "The bot sees only what mentions or answers it, as usual.");
    } catch (error) {
      toast(error);
    }
  }

  #drawEyes(chat) {
    this.eyes.hidden = !this.store.isGroup || !chat;
    this.eyes.textContent = this.seesAll ? "Bot sees everything" : "Bot sees mentions";
    this.eyes.title = "Whether the bot is administrator: then it sees all messages of the group";
    this.eyes.setAttribute("aria-pressed", String(this.seesAll));
  }

  #drawNotice() {
    const { mind, ear } = this.store.board;
    const isNeeded = mind !== "unknown" && sessionStorage.getItem(NOTICE_KEY) !== mind;
    this.notice.hidden = !isNeeded;
    if (!isNeeded || this.notice.firstChild) return;
    const words = mind === "openrouter"
      ? "The real OpenRouter answers and is paid from your key. Telegram is rehearsed on this machine."
      : `A rehearsal model answers; nothing leaves this machine. ${EARS[ear] ?? ""}`;
    this.notice.append(h("p", {}, words), iconButton("close", "Understood", () => {
      sessionStorage.setItem(NOTICE_KEY, mind);
      this.notice.hidden = true;
      document.getElementById("text").focus();
    }));
  }
}
