// Files on their way: chosen, dropped or pasted, shown before they go, sent as what they are.

import { fileSize, h, icon, iconButton } from "./dom.js";
import { measured } from "./measure.js";

const PICTURES = new Set(["image/jpeg", "image/png", "image/webp"]);
const FILM = "video/mp4";
const ACCEPTED = "image/*,video/*,audio/*,application/pdf,text/plain";
const ALBUM_SIZE = 10;
const FAMILIES = { photo: "seen", video: "seen", audio: "heard", document: "kept" };

/** How Telegram would carry this file. */
export function kindOf(file) {
  if (PICTURES.has(file.type)) return "photo";
  if (file.type === FILM) return "video";
  return file.type.startsWith("audio/") ? "audio" : "document";
}

/** `sendings` with the `album` they belong to: what is alike goes together, ten at a time. */
export function inAlbums(sendings) {
  const families = new Map();
  for (const sending of sendings) {
    const family = FAMILIES[sending.kind];
    families.set(family, [...(families.get(family) ?? []), sending]);
  }
  return [...families.values()].flatMap((members) => {
    const albums = [];
    for (let at = 0; at < members.length; at += ALBUM_SIZE) albums.push(members.slice(at, at + ALBUM_SIZE));
    return albums.flatMap((part) => {
      const album = part.length > 1 ? newAlbum() : undefined;
      return part.map((sending) => ({ ...sending, album }));
    });
  });
}

function newAlbum() {
  return String(crypto.getRandomValues(new Uint32Array(2)).join("")).slice(0, 17);
}

export class Attachments {
  #entries = []; // {file, url, facts}
  #asFiles = false;

  constructor(onchange) {
    this.onchange = onchange;
    this.list = h("ul", { "aria-label": "Files to send" });
    this.plain = h("button", { type: "button", class: "as-files", "aria-pressed": "false", title: "Send pictures and films unchanged, as files", onclick: () => this.#toggle() }, "As files");
    this.tray = h("div", { id: "tray", hidden: true }, this.list, this.plain);
    this.input = h("input", { type: "file", multiple: true, accept: ACCEPTED, hidden: true, id: "file", "aria-label": "Files", onchange: () => {
      this.add(this.input.files);
      this.input.value = "";
    } });
    this.#acceptDrops();
    this.#acceptPasted();
  }

  get isEmpty() {
    return this.#entries.length === 0;
  }

  choose() {
    this.input.click();
  }

  add(files) {
    for (const file of files) {
      const isSeen = PICTURES.has(file.type) || file.type === FILM;
      this.#entries.push({ file, url: isSeen ? URL.createObjectURL(file) : null, facts: measured(file) });
    }
    this.#draw();
  }

  /** The waiting files, which stop waiting: [{file, kind, facts, album?}]. */
  take() {
    const sendings = this.#entries.map(({ file, facts }) => ({ file, facts, kind: this.#asFiles ? "document" : kindOf(file) }));
    for (const { url } of this.#entries) if (url) URL.revokeObjectURL(url);
    this.#entries = [];
    this.#asFiles = false;
    this.#draw();
    return inAlbums(sendings);
  }

  #remove(entry) {
    if (entry.url) URL.revokeObjectURL(entry.url);
    this.#entries = this.#entries.filter((one) => one !== entry);
    this.#draw();
    (this.list.querySelector("button") ?? document.getElementById("text")).focus();
  }

  #toggle() {
    this.#asFiles = !this.#asFiles;
    this.#draw();
  }

  #draw() {
    this.tray.hidden = this.isEmpty;
    this.plain.hidden = !this.#entries.some(({ url }) => url);
    this.plain.setAttribute("aria-pressed", String(this.#asFiles));
    this.list.replaceChildren(...this.#entries.map((entry) => this.#entry(entry)));
    this.list.scrollLeft = this.list.scrollWidth;
    this.onchange();
  }

  #entry(entry) {
    const { file, url } = entry;
    const away = iconButton("close", `Remove ${file.name}`, () => this.#remove(entry));
    if (url && !this.#asFiles) {
      const seen = file.type === FILM ? [h("video", { src: url, muted: true, preload: "metadata" }), icon("play")] : [h("img", { src: url, alt: file.name })];
      return h("li", { class: "tray-picture", title: file.name }, seen, away);
    }
    const ending = /\.(\w{1,5})$/.exec(file.name)?.[1].toUpperCase();
    return h("li", {}, h("span", { class: "file-icon" }, ending ? h("b", {}, ending) : icon("file")),
      h("span", { class: "tray-name" }, h("span", {}, file.name), h("small", {}, fileSize(file.size))), away);
  }

  #acceptPasted() {
    document.addEventListener("paste", (event) => {
      if (!event.clipboardData?.files.length || event.target.closest?.("dialog")) return;
      event.preventDefault();
      this.add(event.clipboardData.files);
      document.getElementById("text").focus();
    });
  }

  #acceptDrops() {
    const main = document.getElementById("chat");
    const cover = document.getElementById("drop");
    const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
    let depth = 0;
    main.addEventListener("dragenter", (event) => {
      if (!carriesFiles(event)) return;
      depth += 1;
      cover.hidden = false;
    });
    main.addEventListener("dragleave", () => {
      depth = Math.max(0, depth - 1);
      cover.hidden = depth === 0;
    });
    main.addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
    main.addEventListener("drop", (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      depth = 0;
      cover.hidden = true;
      this.add(event.dataTransfer.files);
      document.getElementById("text").focus();
    });
  }
}
