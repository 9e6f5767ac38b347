// One message, or the messages of one album, as an element that follows their changes.

import { clockTime, h, iconButton, styled } from "./dom.js";
import { bubbleWidth, isVisual, media, nameOf, ratioOf, shapeAlone, summary, thumb, tile } from "./media.js";
import { mosaic } from "./mosaic.js";
import { arrange, Parts } from "./parts.js";
import { rich } from "./rich.js";

const REACTIONS = ["👍", "❤", "🔥", "🤔", "🎉", "👎"];
const FRAME_PX = 8; // around a picture, both sides together
const BARE = new Set(["sticker", "video_note"]);

/** Telegram's heart is a text character; people expect the red one. */
function shown(emoji) {
  return emoji === "❤" ? "❤\ufe0f" : emoji;
}

/** What a message says in one line. */
export function snippet(message) {
  if (!message) return "a message that is gone";
  return message.text || summary(message);
}

/** Messages as they show: [{key, messages}], the parts of an album together, without deleted ones. */
export function entries(messages) {
  const found = new Map();
  for (const message of messages) {
    if (message.deleted) continue;
    const key = message.media_group_id ? `album-${message.media_group_id}` : message.message_id;
    if (!found.has(key)) found.set(key, { key, messages: [] });
    found.get(key).messages.push(message);
  }
  return [...found.values()];
}

/** Everything that makes messages look as they do. */
function signature(messages, context) {
  return JSON.stringify([context.person, ...messages.map((message) => {
    const { text, entities, file, wire, reactions, buttons, edits, reply_to: reply, quote } = message;
    return [text, entities, file?.file_id, wire.location, wire.poll, reactions, buttons, edits.length, reply, quote, reply && snippet(context.find(reply)), context.isUnheard(message)];
  })]);
}

/** Draws into `node`. `context` offers lookups and the actions reply, react, edit, press, command, jump, open. */
export class Bubble {
  #parts = new Parts();
  #sign = "";
  #messages = [];

  constructor() {
    this.node = h("li", { tabIndex: -1 });
    this.row = h("div", { class: "row" });
    this.column = h("div", { class: "column" });
    this.body = h("div", { class: "bubble" });
  }

  get lead() {
    return this.#messages[0];
  }

  /** Show these messages; elements whose content is the same stay. True when something changed. */
  draw(messages, context) {
    const sign = signature(messages, context);
    if (sign === this.#sign) return false;
    this.#sign = sign;
    this.#messages = messages;
    const { activeElement } = document;
    const hadFocus = this.node.contains(activeElement);
    if (this.lead.kind === "service") this.#service();
    else this.#message(context);
    this.#parts.sweep();
    if (hadFocus && !activeElement.isConnected) this.node.focus({ preventScroll: true });
    return true;
  }

  #service() {
    const topic = this.lead.wire?.forum_topic_created?.name;
    this.node.className = "service";
    this.node.dataset.id = this.lead.message_id;
    this.node.textContent = topic ? `Topic “${topic}” was opened` : "The chat changed";
  }

  #message(context) {
    const { lead, node } = this;
    const mine = !lead.outgoing && lead.from?.id === context.person;
    const author = context.userName(lead.from?.id);
    const isAlbum = this.#messages.length > 1;
    const passing = ["arriving", "follows"].filter((name) => node.classList.contains(name));
    node.className = [`message ${mine ? "mine" : lead.outgoing ? "bot" : "other"} kind-${lead.kind}`, isAlbum ? "album" : "", ...passing].join(" ");
    node.dataset.id = lead.message_id;
    node.dataset.author = lead.from?.id;
    const told = isAlbum ? `Album of ${this.#messages.length}` : "";
    const words = this.#captions.map(({ text }) => text).join(", ");
    node.setAttribute("aria-label", `${mine ? "You" : author}: ${[told, words || (isAlbum ? "" : summary(lead))].filter(Boolean).join(", ")}`);
    this.#fill(context, { mine, author });
    const acts = this.#parts.get("actions", [mine, lead.kind], () => actions(this, mine, context));
    arrange(this.column, [this.body, this.#keyboard(context)]);
    arrange(node, [arrange(this.row, [this.column, acts]), this.#reactions(context),
      this.#messages.some(context.isUnheard) ? this.#parts.get("unheard", 0, () => unheard(context)) : null]);
  }

  get #captions() {
    return this.#messages.filter(({ text }) => text);
  }

  #fill(context, { mine, author }) {
    const { lead } = this;
    const messages = this.#messages;
    const isMosaic = messages.length > 1 && messages.every(isVisual);
    const isList = messages.length > 1 && !isMosaic;
    // An album shows the words below that stand alone; else each picture shows its own when enlarged.
    const worded = isList ? null : this.#captions.length === 1 ? this.#captions[0] : null;
    const width = bubbleWidth(messages, { hasWords: Boolean(worded) });
    this.body.classList.toggle("framed", width > 0);
    this.body.classList.toggle("bare", messages.length === 1 && BARE.has(lead.kind) && !worded);
    styled(this.column, { "--wide": `${width + FRAME_PX}px` });
    const named = context.isGroup && !mine ? this.#parts.get("author", author, () => h("span", { class: "author", "data-tone": (lead.from?.id ?? 0) % 5 }, author)) : null;
    const shows = isMosaic ? [this.#mosaic(author, context)] : isList ? messages.map((message) => this.#item(message, author, context)) : [this.#alone(width, author, context)];
    arrange(this.body, [named, this.#quote(context), ...shows, this.#ending(worded, context)]);
  }

  #quote(context) {
    const { lead } = this;
    // In a topic every message answers the one that opened it, which says nothing.
    if (!lead.reply_to || (lead.is_topic_message && lead.reply_to === lead.thread_id)) return null;
    const answered = context.find(lead.reply_to);
    const words = lead.quote || snippet(answered);
    return this.#parts.get("quote", [lead.reply_to, words], () => h("button", { type: "button", class: "quote", onclick: () => context.jump(lead.reply_to) },
      thumb(answered), h("strong", {}, answered ? context.userName(answered.from?.id) : "Reply"), h("span", {}, words)));
  }

  #alone(width, author, context) {
    const { lead } = this;
    const made = this.#parts.get(`media-${lead.message_id}`, [lead.kind, lead.file?.file_id, lead.wire.location], () =>
      media(lead, { author, open: () => context.open(this.lead) }));
    if (made && width) styled(made, { "--shape": shapeAlone(lead, width) });
    if (made?.matches(".picture")) made.setAttribute("aria-label", enlarge(lead, author));
    return made;
  }

  /** The pictures of an album, side by side. */
  #mosaic(author, context) {
    const box = this.#parts.get("mosaic", 0, () => h("div", { class: "mosaic", role: "group" }));
    const { ratio, tiles } = mosaic(this.#messages.map(ratioOf));
    const percent = (part) => `${(part * 100).toFixed(3)}%`;
    styled(box, { "--shape": ratio });
    box.setAttribute("aria-label", `Album of ${this.#messages.length} by ${author}`);
    return arrange(box, this.#messages.map((message, place) => {
      const id = message.message_id;
      const made = this.#parts.get(`media-${id}`, [message.kind, message.file?.file_id, "tile"], () => tile(message, () => context.open(context.find(id))));
      const { left, top, width, height } = tiles[place];
      made.setAttribute("aria-label", enlarge(message, author, { always: true }));
      return styled(made, { "--left": percent(left), "--top": percent(top), "--width": percent(width), "--height": percent(height) });
    }));
  }

  /** One of several songs or files that came together, with words and a reply of its own. */
  #item(message, author, context) {
    const id = message.message_id;
    const made = this.#parts.get(`media-${id}`, [message.kind, message.file?.file_id], () => media(message, { author, open: () => context.open(context.find(id)) }));
    const words = message.text ? this.#parts.get(`words-${id}`, [message.text, message.entities], () =>
      h("div", { class: "text", dir: "auto" }, rich(message.text, message.entities, { oncommand: context.command }))) : null;
    const reply = this.#parts.get(`reply-${id}`, 0, () => iconButton("reply", `Reply to ${snippet(message)}`, () => context.reply(context.find(id)), { class: "item-reply" }));
    const box = this.#parts.get(`item-${id}`, 0, () => h("div", { class: "item" }));
    return arrange(box, [made, reply, words]);
  }

  /** The words of the message with the time, or the time alone. */
  #ending(worded, context) {
    const { lead } = this;
    const isEdited = this.#messages.some(({ edits }) => edits.length);
    if (!worded) return this.#parts.get("meta", [lead.at_ms, isEdited], () => meta(lead, isEdited));
    return this.#parts.get("text", [worded.text, worded.entities, isEdited], () =>
      h("div", { class: "text", dir: "auto" }, rich(worded.text, worded.entities, { oncommand: context.command }), meta(lead, isEdited)));
  }

  #reactions(context) {
    const all = this.#messages.flatMap(({ reactions }) => reactions);
    return all.length ? this.#parts.get("reactions", all, () => reactions(this, all, context)) : null;
  }

  /** Buttons that count or change their words stay the buttons they are. */
  #keyboard(context) {
    const { buttons } = this.lead;
    if (!buttons.length) return null;
    const box = this.#parts.get("keyboard", 0, () => h("div", { class: "keyboard", role: "group", "aria-label": "Buttons" }));
    return arrange(box, buttons.map((row, at) => arrange(this.#parts.get(`row-${at}`, 0, () => h("div")), row.map((button, place) => {
      const made = this.#parts.get(`button-${at}-${place}`, [button.url, button.callback_data], () => this.#button(button, context));
      if (made.textContent !== button.text) made.textContent = button.text;
      return made;
    }))));
  }

  #button(button, context) {
    if (button.url) return h("a", { href: /^https?:/.test(button.url) ? button.url : "#", target: "_blank", rel: "noopener noreferrer" });
    return h("button", { type: "button", disabled: !button.callback_data, onclick: ({ currentTarget }) => context.press(this.lead, button, currentTarget) });
  }
}

/** Of a picture: what pressing it does, and its words where nothing else says them. */
function enlarge(message, author, { always = false } = {}) {
  return `Enlarge ${nameOf(message).toLowerCase()} of ${author}${always && message.text ? `: ${message.text}` : ""}`;
}

function meta(message, isEdited) {
  return h("span", { class: "meta" }, isEdited ? h("span", {}, "edited ") : null,
    h("time", { dateTime: new Date(message.at_ms).toISOString() }, clockTime(message.at_ms)));
}

function actions(bubble, mine, context) {
  const box = h("div", { class: "actions", role: "group", "aria-label": "Actions" });
  const picker = h("div", { class: "picker", hidden: true, role: "group", "aria-label": "React with" }, REACTIONS.map((emoji) =>
    h("button", { type: "button", "aria-label": `React with ${emoji}`, onclick: () => { picker.hidden = true; context.react(bubble.lead, emoji); } }, shown(emoji))));
  const opener = iconButton("smile", "React", () => {
    picker.hidden = !picker.hidden;
    opener.setAttribute("aria-expanded", String(!picker.hidden));
    picker.classList.remove("flipped");
    const edge = document.getElementById("scroller").getBoundingClientRect().right;
    picker.classList.toggle("flipped", picker.getBoundingClientRect().right > edge - 8);
  }, { "aria-expanded": "false" });
  picker.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    picker.hidden = true;
    opener.focus();
  });
  box.append(iconButton("reply", "Reply", () => context.reply(bubble.lead)), opener);
  if (mine && bubble.lead.kind === "text") box.append(iconButton("edit", "Edit", () => context.edit(bubble.lead)));
  box.append(picker);
  return box;
}

function reactions(bubble, all, context) {
  const counted = new Map();
  for (const { from, emoji } of all) for (const one of emoji) counted.set(one, [...(counted.get(one) ?? []), from]);
  return h("div", { class: "reactions" }, [...counted].map(([emoji, people]) =>
    h("button", {
      type: "button",
      class: people.includes(context.person) ? "chosen" : "",
      "aria-pressed": String(people.includes(context.person)),
      title: people.map((id) => context.userName(id)).join(", "),
      onclick: () => context.react(bubble.lead, emoji),
    }, shown(emoji), people.length > 1 ? h("span", {}, String(people.length)) : null)));
}

function unheard(context) {
  return h("p", { class: "unheard" },
    "The bot did not get to see this: in a group it sees what mentions it or answers it. ",
    h("button", { type: "button", onclick: context.openEyes }, "Let it see everything"));
}
