// Where messages are made: text, files, recordings, replies and corrections.

import { post, upload } from "./api.js";
import { Attachments } from "./attachments.js";
import { snippet } from "./bubble.js";
import { h, icon, iconButton } from "./dom.js";
import { LocationChoice } from "./location.js";
import { thumb } from "./media.js";
import { Microphone } from "./microphone.js";
import { toast } from "./toast.js";

const VOICE_NAMES = { "audio/webm": "voice.webm", "audio/ogg": "voice.ogg", "audio/mp4": "voice.m4a" };

export class Composer {
  #about = null; // {kind: "reply" | "edit", message}

  constructor(store) {
    this.store = store;
    this.form = document.getElementById("composer");
    this.attachments = new Attachments(() => this.#adapt());
    this.microphone = new Microphone({ onvoice: (voice) => this.#sendVoice(voice), onstate: () => this.#adapt() });
    this.text = h("textarea", { id: "text", rows: 1, autocomplete: "off", placeholder: "Message", "aria-label": "Message" });
    this.mention = iconButton("at", "Mention the bot", () => this.addMention(), { id: "mention" });
    this.clip = iconButton("clip", "Send a picture or a file", () => this.attachments.choose(), { id: "attach" });
    this.locations = new LocationChoice({ onplace: (place) => this.#sendLocation(place) });
    this.pin = iconButton("pin", "Send a location", () => this.locations.open(), { id: "pin" });
    this.send = h("button", { type: "submit", id: "send", class: "round", title: "Send", "aria-label": "Send" }, icon("send"));
    this.context = h("div", { id: "about", hidden: true });
    this.form.append(this.context, this.attachments.tray, h("div", { class: "line" },
      h("div", { class: "field" }, this.clip, this.pin, this.text, this.mention, this.microphone.panel),
      this.microphone.button, this.send), this.attachments.input);
    this.#listen();
    this.#adapt();
  }

  #listen() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.text.addEventListener("input", () => this.#adapt());
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.#submit();
      } else if (event.key === "Escape" && this.#about) {
        this.about(null);
      } else if (event.key === "ArrowUp" && !this.text.value) {
        this.#editLast(event);
      }
    });
  }

  focus() {
    this.text.focus();
  }

  /** Put words into the field. */
  fill(words) {
    this.text.value = words;
    this.#adapt();
    this.focus();
  }

  addMention() {
    const name = `@${this.store.me.username} `;
    if (!this.text.value.includes(name.trim())) this.text.value = name + this.text.value;
    this.#adapt();
    this.focus();
  }

  /** Answer or correct a message; null for neither. */
  about(kind, message) {
    this.#about = kind ? { kind, message } : null;
    this.context.hidden = !kind;
    if (kind) {
      const title = kind === "edit" ? "Edit" : `Reply to ${this.store.userName(message.from?.id)}`;
      this.context.replaceChildren(icon(kind), thumb(message) ?? "", h("div", {}, h("strong", {}, title), h("span", {}, snippet(message))),
        iconButton("close", "Never mind", () => this.about(null)));
      if (kind === "edit") this.text.value = message.text;
    } else if (this.context.firstChild) {
      this.context.replaceChildren();
    }
    this.#adapt();
    this.focus();
  }

  /** A new place begins without replies and corrections. */
  moved() {
    const hadAbout = this.#about;
    this.#about = null;
    this.context.hidden = true;
    if (hadAbout?.kind === "edit") this.text.value = "";
    this.mention.hidden = !this.store.isGroup;
    this.text.placeholder = this.store.isGroup ? `Message, or mention @${this.store.me.username}` : "Message";
    this.#adapt();
  }

  async say(words) {
    await this.#deliver(() => post("messages", { ...this.#where(), text: words }));
  }

  #where() {
    const { store } = this;
    const reply = this.#about?.kind === "reply" ? { reply_to: this.#about.message.message_id } : {};
    const thread = store.place.threadId ? { thread_id: store.place.threadId } : {};
    return { from: store.person, chat_id: store.place.chatId, ...thread, ...reply };
  }

  async #submit() {
    const words = this.text.value.trim();
    const about = this.#about;
    if (this.microphone.isBusy || (!words && (this.attachments.isEmpty || about?.kind === "edit"))) return;
    const where = this.#where();
    const sendings = about?.kind === "edit" ? [] : this.attachments.take();
    this.text.value = "";
    this.about(null);
    if (about?.kind === "edit") {
      await this.#deliver(() => post("edits", { chat_id: where.chat_id, message_id: about.message.message_id, text: words }));
    } else if (sendings.length) {
      await this.#sendFiles(sendings, words, where);
    } else {
      await this.#deliver(() => post("messages", { ...where, text: words }), words);
    }
  }

  /** One after the other, so that they arrive in order. The first carries the words, its album the reply. */
  async #sendFiles(sendings, words, where) {
    const measures = await Promise.all(sendings.map(({ facts }) => facts));
    const [{ album: firstAlbum }] = sendings;
    for (const [place, { file, kind, album }] of sendings.entries()) {
      const caption = place === 0 ? words : "";
      const answers = place === 0 || (album && album === firstAlbum) ? where.reply_to : undefined;
      const fields = { ...where, reply_to: answers, caption, mime: file.type, media_group_id: album, ...(kind === "document" ? {} : measures[place]) };
      const isSent = await this.#deliver(() => upload(kind, file, file.name, fields), caption);
      if (!isSent) {
        this.attachments.add(sendings.slice(place).map((sending) => sending.file));
        return;
      }
    }
  }

  async #sendLocation({ latitude, longitude }) {
    const where = this.#where();
    if (this.#about?.kind === "reply") this.about(null);
    await this.#deliver(() => post("location", { ...where, latitude, longitude }));
    this.focus();
  }

  async #sendVoice({ blob, mime, seconds }) {
    const where = this.#where();
    if (this.#about?.kind === "reply") this.about(null);
    await this.#deliver(() => upload("voice", blob, VOICE_NAMES[mime] ?? "voice", { ...where, mime, duration: Math.max(1, Math.round(seconds)) }));
  }

  /** Send; words that could not go out come back into the field. Whether it went out. */
  async #deliver(send, words = "") {
    try {
      const posted = await send();
      if (posted.delivered === false && posted.chat_id < 0) {
        this.store.unheard.add(`${posted.chat_id}/${posted.message_id}`);
        this.store.tell("changed", posted.chat_id);
      }
      return true;
    } catch (error) {
      toast(error instanceof TypeError ? "The sandbox does not answer. Is it still running?" : error);
      if (words && !this.text.value) this.fill(words);
      return false;
    }
  }

  #editLast(event) {
    const last = this.store.messages.findLast((message) => !message.outgoing && message.from?.id === this.store.person && message.kind === "text" && !message.deleted);
    if (!last) return;
    event.preventDefault();
    this.about("edit", last);
  }

  #adapt() {
    if (!this.text) return;
    const isWriting = Boolean(this.text.value.trim()) || !this.attachments.isEmpty;
    const isRecording = this.microphone.isBusy;
    this.microphone.button.hidden = isWriting && !isRecording;
    this.send.hidden = !isWriting || isRecording;
    this.form.classList.toggle("is-recording", isRecording);
    for (const element of [this.text, this.clip, this.pin, this.mention]) element.inert = isRecording;
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(this.text.scrollHeight, 180)}px`;
  }
}
