// What a message carries beside words: pictures, films, songs, files, places, stickers.

import { fileUrl } from "./api.js";
import { fileSize, h, icon, minutes, styled, svg } from "./dom.js";
import { player } from "./player.js";
import { song, titleOf } from "./song.js";

const TALLEST = 420;
const WIDEST = 400;
const NARROWEST = 220;
const NARROWEST_WITH_WORDS = 290;
const ALBUM_WIDE = 420;
const SHAPE_TOLERANCE = 0.03;
const NAMES = { voice: "Voice message", audio: "Recording", photo: "Picture", video: "Video", animation: "Animation", video_note: "Round video", document: "File", sticker: "Sticker", location: "Location", contact: "Contact", poll: "Poll", dice: "Dice" };

/** The name of this kind of message; "Message" for text. */
export function nameOf(message) {
  return NAMES[message.kind] ?? "Message";
}

/** What a message without words is, in a few words. */
export function summary(message) {
  if (message.kind === "audio" && message.file) return titleOf(message);
  if (message.kind === "document" && message.file?.name) return message.file.name;
  if (message.kind === "sticker") return `Sticker ${message.wire.sticker?.emoji ?? ""}`.trim();
  const thing = spelled(message);
  if (thing) return thing;
  const length = message.file?.duration ? `, ${minutes(message.file.duration)}` : "";
  return `${nameOf(message)}${length}`;
}

/** People, polls and dice in words; "" for everything else. */
function spelled({ wire = {} }) {
  if (wire.contact) return `${wire.contact.first_name} ${wire.contact.last_name ?? ""} · ${wire.contact.phone_number}`.replace("  ", " ");
  if (wire.poll) return [wire.poll.question, ...wire.poll.options.map(({ text }) => `○ ${text}`)].join("\n");
  return wire.dice ? `${wire.dice.emoji} ${wire.dice.value}` : "";
}

/** Whether it is looked at: such messages become the tiles of an album. */
export function isVisual(message) {
  return Boolean(message.file) && ["photo", "video", "animation"].includes(message.kind);
}

/** A picture, moving or not, rather than a film. */
export function isStill({ kind, file }) {
  return kind === "photo" || (kind === "animation" && file.mime.startsWith("image/"));
}

/** Where a message points on the globe, or nothing. */
export function placeOf(message) {
  return message.wire?.location ?? message.wire?.venue?.location ?? null;
}

/** Width by height. */
export function ratioOf(message) {
  const { width, height } = (message.kind === "photo" ? message.wire.photo?.at(-1) : message.wire[message.kind]) ?? {};
  return width && height ? width / height : 4 / 3;
}

/** Pixels for a bubble around `messages`, so that nothing jumps when they have loaded; 0 for as wide as the words. */
export function bubbleWidth(messages, { hasWords }) {
  if (!messages.every(isVisual)) return 0;
  if (messages.length > 1) return ALBUM_WIDE;
  const { width = WIDEST } = (messages[0].kind === "photo" ? messages[0].wire.photo?.at(-1) : messages[0].wire[messages[0].kind]) ?? {};
  const floor = hasWords ? NARROWEST_WITH_WORDS : NARROWEST;
  return Math.round(Math.max(floor, Math.min(WIDEST, TALLEST * ratioOf(messages[0]), Math.max(width, floor))));
}

/** The shape of a picture that stands alone in a bubble of `width`: not endlessly tall. */
export function shapeAlone(message, width) {
  return Math.max(ratioOf(message), width / TALLEST);
}

/** A picture to press, or the first image of a film. `onopen` enlarges it. */
export function tile(message, onopen) {
  const url = fileUrl(message.file);
  const isPicture = isStill(message);
  const inner = isPicture
    ? [h("img", { src: url, alt: "", loading: "lazy", draggable: false })]
    : [h("video", { src: url, preload: "metadata", muted: true, playsInline: true, tabIndex: -1 }), h("span", { class: "tile-play" }, icon("play")),
      message.file.duration ? h("span", { class: "tile-time" }, minutes(message.file.duration)) : null];
  const box = h("button", { type: "button", class: `visual ${isPicture ? "picture" : "film"}`, onclick: onopen }, inner);
  inner[0].addEventListener("error", () => box.classList.add("broken"));
  return box;
}

/** A film that plays where it stands. */
export function film(message, label) {
  const isRound = message.kind === "video_note";
  const isSilent = message.kind === "animation";
  const video = h("video", { src: fileUrl(message.file), controls: !isSilent, loop: isSilent, autoplay: isSilent, muted: isSilent, preload: "metadata", playsInline: true, "aria-label": label });
  const box = h("div", { class: `visual film ${isRound ? "round-film" : ""}` }, video);
  video.addEventListener("loadedmetadata", () => {
    const real = video.videoWidth / video.videoHeight;
    if (!isRound && real && Math.abs(real / ratioOf(message) - 1) > SHAPE_TOLERANCE) styled(box, { "--shape": Math.max(real, box.clientWidth / TALLEST) });
  });
  video.addEventListener("error", () => box.replaceWith(fileCard(message.file)));
  return box;
}

export function fileCard(file) {
  const name = file.name || "File";
  const ending = /\.(\w{1,5})$/.exec(name)?.[1].toUpperCase();
  const picture = /^image\/(png|jpeg|webp|gif)$/.test(file.mime) ? h("img", { src: fileUrl(file), alt: "", loading: "lazy" }) : null;
  return h("a", { class: "file", href: fileUrl(file), download: name, "aria-label": `Download ${name}, ${fileSize(file.size)}` },
    h("span", { class: `file-icon ${picture ? "with-picture" : ""}` }, picture ?? (ending ? h("b", {}, ending) : icon("file"))),
    h("span", { class: "file-words" }, h("strong", {}, name), h("small", {}, fileSize(file.size))), h("span", { class: "file-get" }, icon("download")));
}

export function placeCard(message) {
  const { latitude, longitude } = placeOf(message);
  const { title = "Location", address = "" } = message.wire.venue ?? {};
  const words = coordinates(latitude, longitude);
  return h("a", { class: "place-card", href: `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=15/${latitude}/${longitude}`, target: "_blank", rel: "noopener noreferrer" },
    globe(latitude, longitude), h("span", {}, h("strong", {}, title), address ? h("small", {}, address) : null, h("small", {}, words)));
}

/** 48.8584° N, 2.2945° E */
export function coordinates(latitude, longitude) {
  const part = (value, [plus, minus]) => `${Math.abs(value).toFixed(4)}° ${value < 0 ? minus : plus}`;
  return `${part(latitude, "NS")}, ${part(longitude, "EW")}`;
}

/** The lines of a globe that looks at the place, with a pin: a map would need the network. */
function globe(latitude, longitude) {
  const drawn = svg("svg", { viewBox: "0 0 240 96", class: "globe", "aria-hidden": "true" });
  const shift = (value, step, size) => (((value % step) + step) % step) / step * size;
  for (let line = -1; line < 11; line += 1) {
    const x = line * 24 - shift(longitude, 1, 24) + 24;
    drawn.append(svg("path", { d: `M${x} 0 q${(120 - x) / -8} 48 0 96` }));
  }
  for (let line = -1; line < 5; line += 1) {
    const y = line * 24 + shift(latitude, 1, 24);
    drawn.append(svg("path", { d: `M0 ${y} q120 ${(48 - y) / -4} 240 0` }));
  }
  drawn.append(svg("circle", { cx: 120, cy: 60, r: 5 }), svg("path", { class: "globe-pin", d: "M120 60s15-13 15-25a15 15 0 0 0-30 0c0 12 15 25 15 25Zm0-19a6 6 0 1 1 0-12 6 6 0 0 1 0 12Z" }));
  return drawn;
}

function sticker(message) {
  const { emoji = "" } = message.wire.sticker ?? {};
  if (!message.file || !/^image\//.test(message.file.mime)) return h("span", { class: "sticker", role: "img", "aria-label": `Sticker ${emoji}` }, emoji || "Sticker");
  return h("img", { class: "sticker", src: fileUrl(message.file), alt: `Sticker ${emoji}` });
}

/** The element for the media of one message that stands alone; null when it has none. */
export function media(message, { author, open }) {
  if (placeOf(message)) return placeCard(message);
  if (message.kind === "sticker") return sticker(message);
  if (!message.file) return spelled(message) && !message.text ? h("p", { class: "text" }, spelled(message)) : null;
  const label = `${nameOf(message)} of ${author}`;
  if (message.kind === "voice") return player(message.file, { label: label.toLowerCase() });
  if (message.kind === "audio") return song(message);
  if (isVisual(message) && isStill(message)) return tile(message, open);
  if (["video", "animation", "video_note"].includes(message.kind)) return film(message, label);
  return fileCard(message.file);
}

/** A small picture for a reply; null where there is nothing to see. */
export function thumb(message) {
  if (message?.kind !== "photo" || !message.file) return null;
  return h("img", { class: "thumb", src: fileUrl(message.file), alt: "" });
}
