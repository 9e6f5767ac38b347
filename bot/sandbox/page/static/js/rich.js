// Text with Telegram's entities as elements. Offsets count UTF-16 units, as JavaScript does.

import { h } from "./dom.js";

const PLAIN = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code",
  blockquote: "blockquote", expandable_blockquote: "blockquote",
};
const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);
const SAFE = new Set(["http:", "https:", "mailto:", "tg:"]);

/** `text` as nodes. `oncommand` is called with a bot command that was pressed. */
export function rich(text, entities = [], { oncommand } = {}) {
  const sorted = [...entities]
    .filter((entity) => entity.length > 0 && entity.offset < text.length)
    .sort((a, b) => a.offset - b.offset || b.length - a.length);
  return nodes(text, 0, text.length, sorted, { oncommand });
}

function nodes(text, from, until, entities, context) {
  const made = [];
  let place = from;
  let rest = entities;
  const plain = (words, afterBlock, beforeBlock) => {
    // A block has lines of its own: the line breaks beside it are not shown.
    const after = afterBlock ? words.replace(/^\n/, "") : words;
    const shown = beforeBlock ? after.replace(/\n$/, "") : after;
    if (shown) made.push(shown);
  };
  let afterBlock = false;
  while (rest.length) {
    const [entity, ...others] = rest;
    const start = Math.max(entity.offset, place);
    const end = Math.min(entity.offset + entity.length, until);
    if (start >= until) break;
    const within = others.filter((other) => other.offset < end);
    rest = others.filter((other) => other.offset >= end);
    if (start >= end) continue;
    const isBlock = BLOCKS.has(entity.type);
    if (start > place) plain(text.slice(place, start), afterBlock, isBlock);
    afterBlock = isBlock;
    const inner = nodes(text, start, end, within, context);
    made.push(wrapped(entity, text.slice(start, end), inner, context));
    place = end;
  }
  if (place < until) plain(text.slice(place, until), afterBlock, false);
  return made;
}

function wrapped(entity, covered, inner, { oncommand }) {
  const { type } = entity;
  if (type === "pre") return codeBlock(entity, inner);
  if (type === "spoiler") return spoiler(inner);
  if (type === "text_link") return link(entity.url, inner);
  if (type === "url") return link(/^[a-z]+:/i.test(covered) ? covered : `https://${covered}`, inner);
  if (type === "email") return link(`mailto:${covered}`, inner);
  if (type === "bot_command" && oncommand) {
    return h("button", { type: "button", class: "command", onclick: () => oncommand(covered) }, inner);
  }
  if (PLAIN[type]) return h(PLAIN[type], {}, inner);
  return h("span", { class: ["mention", "text_mention", "hashtag", "bot_command"].includes(type) ? "mention" : "" }, inner);
}

function codeBlock(entity, inner) {
  return h("pre", { tabIndex: 0, "data-language": entity.language || undefined }, h("code", {}, inner));
}

function spoiler(inner) {
  const cover = h("span", { class: "spoiler", role: "button", tabIndex: 0, "aria-label": "Hidden text, press to show" }, inner);
  const show = () => {
    cover.className = "spoiler shown";
    for (const name of ["role", "tabindex", "aria-label"]) cover.removeAttribute(name);
  };
  cover.addEventListener("click", show);
  cover.addEventListener("keydown", (event) => event.key === "Enter" && show());
  return cover;
}

/** Only addresses that lead somewhere harmless become links. */
function link(address, inner) {
  let url = null;
  try {
    url = new URL(address);
  } catch { /* no address at all */ }
  if (!url || !SAFE.has(url.protocol)) return h("span", {}, inner);
  return h("a", { href: url.href, target: "_blank", rel: "noopener noreferrer" }, inner);
}
