// Files on their way: chosen, dropped or pasted, shown as chips, sent as what they are.

import { fileSize, h, icon, iconButton } from "./dom.js";

const PICTURES = new Set(["image/jpeg", "image/png", "image/webp"]);

/** How Telegram would carry this file. */
export function kindOf(file) {
  if (PICTURES.has(file.type)) return "photo";
  if (file.type === "video/mp4") return "video";
  return file.type.startsWith("audio/") ? "audio" : "document";
}

export class Attachments {
  #files = [];

  constructor(onchange) {
    this.onchange = onchange;
    this.tray = h("ul", { id: "tray", hidden: true, "aria-label": "Files to send" });
    this.input = h("input", { type: "file", multiple: true, hidden: true, id: "file", "aria-label": "Files", onchange: () => {
      this.add(this.input.files);
      this.input.value = "";
    } });
    this.#acceptDrops();
  }

  get isEmpty() {
    return this.#files.length === 0;
  }

  choose() {
    this.input.click();
  }

  add(files) {
    for (const file of files) this.#files.push({ file, url: PICTURES.has(file.type) ? URL.createObjectURL(file) : null });
    this.#draw();
  }

  /** The waiting files, which stop waiting. */
  take() {
    const files = this.#files.map(({ file }) => file);
    for (const { url } of this.#files) if (url) URL.revokeObjectURL(url);
    this.#files = [];
    this.#draw();
    return files;
  }

  #remove(entry) {
    if (entry.url) URL.revokeObjectURL(entry.url);
    this.#files = this.#files.filter((one) => one !== entry);
    this.#draw();
  }

  #draw() {
    this.tray.hidden = this.isEmpty;
    this.tray.replaceChildren(...this.#files.map((entry) => h("li", {},
      entry.url ? h("img", { src: entry.url, alt: "" }) : h("span", { class: "file-icon" }, icon("file")),
      h("span", { class: "tray-name" }, entry.file.name, h("small", {}, fileSize(entry.file.size))),
      iconButton("close", `Remove ${entry.file.name}`, () => this.#remove(entry)))));
    this.onchange();
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
    });
  }
}
