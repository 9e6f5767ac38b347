// What the page knows: people, chats, turns, and where we are. Tells everybody when it changed.

import * as api from "./api.js";

const KEPT = 300; // messages of a chat that the page shows
const ACTION_LIFE_MS = 5_100;
const DRAFT_LIFE_MS = 30_100;
const IN_CHAT = new Set(["message", "edit", "delete", "draft", "action", "reaction"]);

export class Store extends EventTarget {
  me = { id: 0, username: "", first_name: "Parley" };
  users = new Map();
  chats = new Map();
  board = { mind: "unknown", ear: "none", turns: [] };
  person = api.firstPerson;
  place = { chatId: api.firstPerson, threadId: null };
  unheard = new Set(); // messages that the bot was not shown, by "chat/message"
  #seen = new Map();
  #dirty = new Set();
  #refreshing = false;
  #expiries = new Map();

  async load() {
    const state = await api.get(`state?last=${KEPT}`);
    this.#take(state);
    this.board = await api.board();
    for (const chat of this.chats.values()) this.#markSeen(chat);
    return state;
  }

  follow(after) {
    api.follow(after, {
      onevent: (event) => this.#on(event),
      onopen: () => this.#connected(true),
      onlost: () => this.#connected(false),
    });
  }

  // where we are

  go(place) {
    this.place = { chatId: place.chatId, threadId: place.threadId ?? null };
    const chat = this.chat;
    if (chat) this.#markSeen(chat, this.place.threadId);
    this.tell("moved");
  }

  /** Be somebody else; one's own private chat takes the place of another's. */
  become(person) {
    const wasPrivate = this.place.chatId > 0;
    this.person = person;
    this.go(wasPrivate ? { chatId: person } : this.place);
  }

  get chat() {
    return this.chats.get(this.place.chatId);
  }

  get isGroup() {
    return this.place.chatId < 0;
  }

  get messages() {
    return this.messagesOf(this.chat, this.place.threadId);
  }

  messagesOf(chat, threadId) {
    if (!chat) return [];
    if (!chat.is_forum) return chat.messages;
    return chat.messages.filter((message) => (message.is_topic_message ? message.thread_id : null) === (threadId ?? null));
  }

  /** The draft or action that shows here now. */
  shown(kind) {
    const found = this.chat?.[kind];
    if (!found || (this.chat.is_forum && (found.thread_id ?? null) !== this.place.threadId)) return null;
    return found;
  }

  get conversation() {
    const { chatId, threadId } = this.place;
    return `telegram:${chatId}${threadId ? `:${threadId}` : ""}`;
  }

  userName(id) {
    return id === this.me.id ? this.me.first_name : this.users.get(id)?.first_name ?? `User ${id}`;
  }

  unread(chat, threadId = null) {
    const seen = this.#seen.get(placeKey(chat.id, threadId)) ?? 0;
    return this.messagesOf(chat, threadId).filter((m) => m.outgoing && !m.deleted && m.message_id > seen).length;
  }

  markSeen() {
    if (this.chat) this.#markSeen(this.chat, this.place.threadId);
  }

  tell(kind, detail) {
    this.dispatchEvent(new CustomEvent(kind, { detail }));
  }

  /** Look at a chat again, soon; many requests become one. */
  refresh(chatId) {
    this.#dirty.add(chatId);
    if (!this.#refreshing) this.#refreshAll();
  }

  async #refreshAll() {
    this.#refreshing = true;
    try {
      while (this.#dirty.size) {
        const [chatId] = this.#dirty;
        this.#dirty.delete(chatId);
        this.#take(await api.get(`state?chat_id=${chatId}&last=${KEPT}`));
        this.tell("changed", chatId);
      }
    } catch {
      this.#connected(false);
    } finally {
      this.#refreshing = false;
    }
  }

  #take(state) {
    this.me = state.me;
    this.users = new Map(state.users.map((user) => [user.id, user]));
    for (const chat of state.chats) {
      this.chats.set(chat.id, chat);
      this.#expire(chat);
    }
  }

  /** Drafts and actions fade without an event. */
  #expire(chat) {
    clearTimeout(this.#expiries.get(chat.id));
    const life = chat.action ? ACTION_LIFE_MS : chat.draft ? DRAFT_LIFE_MS : 0;
    if (life) this.#expiries.set(chat.id, setTimeout(() => this.refresh(chat.id), life));
  }

  async #on(event) {
    if (IN_CHAT.has(event.kind)) this.refresh(event.chat_id);
    if (event.kind === "message" && !event.outgoing) this.tell("sent", event);
    if (event.kind === "callback_answer") this.tell("callback", event);
    if (event.kind === "turn") {
      this.board = await api.board();
      this.tell("turns");
    }
  }

  #connected(isConnected) {
    if (this.connected === isConnected) return;
    const isBack = isConnected && this.connected === false;
    this.connected = isConnected;
    if (isBack) for (const chatId of this.chats.keys()) this.refresh(chatId);
    this.tell("connection");
  }

  #markSeen(chat, threadId) {
    const threads = threadId === undefined ? [null, ...chat.topics.map((topic) => topic.thread_id)] : [threadId];
    for (const thread of threads) {
      const newest = this.messagesOf(chat, thread).at(-1)?.message_id ?? 0;
      this.#seen.set(placeKey(chat.id, thread), newest);
    }
  }
}

export function placeKey(chatId, threadId) {
  return threadId ? `${chatId}:${threadId}` : `${chatId}`;
}
