// Short news that pass by themselves.

import { h } from "./dom.js";

const LIFE_MS = 5_000;

/** Show a sentence, or the sentence of an error. */
export function toast(news) {
  const text = news instanceof Error ? news.message : String(news);
  const item = h("div", { class: "toast" }, text);
  document.getElementById("toasts").append(item);
  setTimeout(() => item.remove(), LIFE_MS);
}
