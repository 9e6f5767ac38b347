// The left side: who one is, and where one talks.

import { clockTime, h, icon, iconButton } from "./dom.js";
import { snippet } from "./bubble.js";
import { placeKey } from "./store.js";
import { addGroup, addPerson, addTopic } from "./scene.js";
import { toast } from "./toast.js";

export class Places {
  constructor(store, { onchoice }) {
    this.store = store;
    this.onchoice = onchoice;
    this.panel = document.getElementById("places");
    this.people = h("div", { class: "people", role: "group", "aria-label": "Who you are" });
    this.list = h("nav", { "aria-label": "Chats" });
    this.panel.append(
      h("div", { class: "brand" }, h("img", { src: "icon.svg", alt: "", width: 30, height: 30 }), h("div", {}, h("strong", {}, "Parley"), h("small", {}, "Sandbox on this machine"))),
      h("h2", {}, "You are"), this.people, h("h2", {}, "Chats"), this.list);
  }

  draw() {
    const { store } = this;
    const focused = document.activeElement?.closest("#places [data-key]")?.dataset.key;
    const people = [...store.users.values()].filter((user) => !user.is_bot);
    this.people.replaceChildren(...people.map((user) => this.#person(user)),
      iconButton("plus", "One more person", () => this.#add(async () => store.become(await addPerson(store.users)))));
    this.list.replaceChildren(...this.#entries());
    if (focused) this.panel.querySelector(`[data-key="${focused}"]`)?.focus({ preventScroll: true });
  }

  #person(user) {
    const isMe = user.id === this.store.person;
    return h("button", {
      type: "button", "aria-pressed": String(isMe), class: "person", "data-key": `person-${user.id}`, title: `Be ${user.first_name}`,
      onclick: () => { this.store.become(user.id); this.onchoice(); },
    }, h("span", { class: "avatar", "data-tone": user.id % 5, "aria-hidden": "true" }, user.first_name[0]), h("span", {}, user.first_name));
  }

  #entries() {
    const { store } = this;
    const entries = [this.#entry({ chatId: store.person, name: "Parley", picture: "person", about: "Private chat" })];
    for (const chat of store.chats.values()) {
      if (chat.id > 0 || chat.migrated_to) continue;
      entries.push(...(chat.is_forum ? this.#forum(chat) : [this.#entry({ chatId: chat.id, name: chat.title, picture: "group", about: "Group" })]));
    }
    const groups = [...store.chats.values()].filter((chat) => chat.id < 0).length;
    entries.push(h("button", { type: "button", class: "more", onclick: () => this.#add(async () => this.#go({ chatId: await addGroup(groups) })) }, icon("plus"), "New group"));
    return entries;
  }

  #forum(chat) {
    const topics = [{ thread_id: null, name: "General" }, ...chat.topics];
    return [
      h("div", { class: "forum" }, h("span", {}, chat.title), iconButton("plus", `New topic in ${chat.title}`, () => this.#add(async () => {
        this.#go({ chatId: chat.id, threadId: await addTopic(chat, this.store.person) });
      }))),
      ...topics.map((topic) => this.#entry({ chatId: chat.id, threadId: topic.thread_id, name: topic.name, picture: "topic", about: "Topic" })),
    ];
  }

  #entry({ chatId, threadId = null, name, picture, about }) {
    const { store } = this;
    const chat = store.chats.get(chatId);
    const isHere = store.place.chatId === chatId && store.place.threadId === threadId;
    const last = store.messagesOf(chat, threadId).findLast((message) => message.kind !== "service" && !message.deleted);
    const unread = chat && !isHere ? store.unread(chat, threadId) : 0;
    return h("button", {
      type: "button", class: `place ${threadId !== null || picture === "topic" ? "nested" : ""}`, "data-key": `place-${placeKey(chatId, threadId)}`,
      "aria-current": isHere ? "page" : undefined, onclick: () => this.#go({ chatId, threadId }),
    }, h("span", { class: "place-icon" }, icon(picture)),
      h("span", { class: "place-words" }, h("strong", {}, name), h("small", {}, last ? snippet(last) : about)),
      h("span", { class: "place-end" }, last ? h("time", {}, clockTime(last.at_ms)) : null,
        unread ? h("span", { class: "badge", "aria-label": `${unread} unread` }, String(unread)) : null));
  }

  #go(place) {
    this.store.go(place);
    this.onchoice();
  }

  async #add(make) {
    try {
      await make();
      for (const chatId of this.store.chats.keys()) this.store.refresh(chatId);
      this.store.refresh(this.store.place.chatId);
    } catch (error) {
      toast(error);
    }
  }
}
