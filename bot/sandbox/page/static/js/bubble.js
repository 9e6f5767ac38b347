// One message as an element: text, sound, picture, file, quote, reactions, buttons, what can be done.

import { fileUrl } from "./api.js";
import { clockTime, fileSize, h, icon, iconButton, minutes } from "./dom.js";
import { player } from "./player.js";
import { rich } from "./rich.js";

const REACTIONS = ["👍", "❤", "🔥", "🤔", "🎉", "👎"];
const SOUNDS = new Set(["voice", "audio"]);
const NAMED = new Set(["audio", "document"]);
const NAMES = { voice: "Voice message", audio: "Recording", photo: "Picture", video: "Video", video_note: "Round video", document: "File" };

/** Telegram's heart is a text character; people expect the red one. */
function shown(emoji) {
  return emoji === "❤" ? "❤\ufe0f" : emoji;
}

/** What a message says in one line. */
export function snippet(message) {
  if (!message) return "a message that is gone";
  if (message.text) return message.text;
  if (NAMED.has(message.kind) && message.file?.name) return message.file.name;
  const length = message.file?.duration ? `, ${minutes(message.file.duration)}` : "";
  return `${NAMES[message.kind] ?? "Message"}${length}`;
}

/** Everything that makes a message look as it does; when it changes, draw anew. */
export function signature(message, context) {
  const { text, entities, file, reactions, buttons, edits, deleted, reply_to: reply, quote } = message;
  return JSON.stringify([text, entities, file?.file_id, reactions, buttons, edits.length, deleted, reply, quote, context.isUnheard(message), context.person]);
}

/** `context` offers store-like lookups and the actions reply, react, edit, press, command, jump. */
export function bubble(message, context) {
  if (message.kind === "service") return service(message);
  const mine = !message.outgoing && message.from?.id === context.person;
  const author = context.userName(message.from?.id);
  const item = h("li", {
    class: `message ${mine ? "mine" : message.outgoing ? "bot" : "other"} kind-${message.kind}`,
    "data-id": message.message_id,
    "data-author": message.from?.id,
    tabIndex: -1,
    "aria-label": `${mine ? "You" : author}: ${message.deleted ? "deleted" : snippet(message)}`,
  });
  const body = h("div", { class: "bubble" });
  if (message.deleted) {
    item.classList.add("deleted");
    body.append(h("p", { class: "text" }, "This message was deleted"), meta(message));
    item.append(body);
    return item;
  }
  if (context.isGroup && !mine) body.append(h("span", { class: "author", "data-tone": (message.from?.id ?? 0) % 5 }, author));
  // In a topic every message answers the one that opened it, which says nothing.
  if (message.reply_to && !(message.is_topic_message && message.reply_to === message.thread_id)) body.append(quote(message, context));
  if (message.file) body.append(...media(message, author));
  if (message.text) body.append(h("div", { class: "text", dir: "auto" }, rich(message.text, message.entities, { oncommand: context.command }), meta(message)));
  else body.append(meta(message));
  item.append(h("div", { class: "row" }, body, actions(message, mine, context)));
  if (message.reactions.length) item.append(reactions(message, context));
  if (message.buttons.length) item.append(keyboard(message, context));
  if (context.isUnheard(message)) item.append(unheard(context));
  return item;
}

function service(message) {
  const topic = message.wire?.forum_topic_created?.name;
  return h("li", { class: "service", "data-id": message.message_id, tabIndex: -1 }, topic ? `Topic “${topic}” was opened` : "The chat changed");
}

function meta(message) {
  const parts = [];
  if (message.edits.length && !message.deleted) {
    parts.push(h("span", { title: `${message.edits.length} edits` }, "edited "));
  }
  parts.push(h("time", { dateTime: new Date(message.at_ms).toISOString() }, clockTime(message.at_ms)));
  return h("span", { class: "meta" }, parts);
}

function quote(message, context) {
  const answered = context.find(message.reply_to);
  const words = message.quote || snippet(answered);
  return h("button", { type: "button", class: "quote", onclick: () => context.jump(message.reply_to) },
    h("strong", {}, answered ? context.userName(answered.from?.id) : "Reply"), h("span", {}, words));
}

function media(message, author) {
  const { file, kind } = message;
  const url = fileUrl(file);
  if (SOUNDS.has(kind)) {
    const name = kind === "audio" ? message.wire.audio?.title || file.name : "";
    const label = `${NAMES[kind].toLowerCase()} of ${author}`;
    return [name ? h("span", { class: "file-name" }, name) : null, player(file, { label })].filter(Boolean);
  }
  if (kind === "photo") {
    const size = message.wire.photo?.at(-1) ?? {};
    const picture = h("img", { src: url, alt: message.text || `Picture of ${author}`, width: size.width, height: size.height, loading: "lazy" });
    return [h("a", { class: "picture", href: url, target: "_blank", rel: "noopener" }, picture)];
  }
  if (kind === "video" || kind === "video_note") {
    return [h("video", { class: kind, src: url, controls: true, preload: "metadata", "aria-label": `${NAMES[kind]} of ${author}` })];
  }
  return [h("a", { class: "file", href: url, download: file.name || "file" },
    h("span", { class: "file-icon" }, icon("file")),
    h("span", {}, h("strong", {}, file.name || "File"), h("small", {}, fileSize(file.size))))];
}

function actions(message, mine, context) {
  const box = h("div", { class: "actions", role: "group", "aria-label": "Actions" });
  const picker = h("div", { class: "picker", hidden: true, role: "group", "aria-label": "React with" }, REACTIONS.map((emoji) =>
    h("button", { type: "button", "aria-label": `React with ${emoji}`, onclick: () => { picker.hidden = true; context.react(message, emoji); } }, shown(emoji))));
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
  box.append(iconButton("reply", "Reply", () => context.reply(message)), opener);
  if (mine && message.kind === "text") box.append(iconButton("edit", "Edit", () => context.edit(message)));
  box.append(picker);
  return box;
}

function reactions(message, context) {
  const counted = new Map();
  for (const { from, emoji } of message.reactions) for (const one of emoji) counted.set(one, [...(counted.get(one) ?? []), from]);
  return h("div", { class: "reactions" }, [...counted].map(([emoji, people]) =>
    h("button", {
      type: "button",
      class: people.includes(context.person) ? "chosen" : "",
      "aria-pressed": String(people.includes(context.person)),
      title: people.map((id) => context.userName(id)).join(", "),
      onclick: () => context.react(message, emoji),
    }, shown(emoji), people.length > 1 ? h("span", {}, String(people.length)) : null)));
}

function keyboard(message, context) {
  return h("div", { class: "keyboard" }, message.buttons.map((row) => h("div", {}, row.map((button) => {
    if (button.url) return h("a", { href: /^https?:/.test(button.url) ? button.url : "#", target: "_blank", rel: "noopener noreferrer" }, button.text);
    return h("button", { type: "button", disabled: !button.callback_data, onclick: (event) => context.press(message, button, event.currentTarget) }, button.text);
  }))));
}

function unheard(context) {
  return h("p", { class: "unheard" },
    "The bot did not get to see this: in a group it sees what mentions it or answers it. ",
    h("button", { type: "button", onclick: context.openEyes }, "Let it see everything"));
}
