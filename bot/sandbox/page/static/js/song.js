// A song: title, performer, place. Not a voice message, so no waveform and no speed.

import { fileUrl } from "./api.js";
import { h, icon, minutes } from "./dom.js";

const STEPS = 1000;

/** `Artist - Song.mp3` without its ending, where nobody gave a title. */
export function titleOf(message) {
  return message.wire.audio?.title || message.file?.name?.replace(/\.\w{1,5}$/, "") || "Sound";
}

/** A player for a message of kind audio. */
export function song(message) {
  const { file } = message;
  const title = titleOf(message);
  const performer = message.wire.audio?.performer ?? "";
  const url = fileUrl(file);
  const audio = h("audio", { src: url, preload: "metadata" });
  const toggle = h("button", { type: "button", class: "play", "aria-label": `Play ${title}` }, icon("play"));
  const seek = h("input", { type: "range", class: "seek", min: 0, max: STEPS, value: 0, step: 1, "aria-label": `Place in ${title}` });
  const time = h("span", { class: "time" });
  const box = h("div", { class: "song", role: "group", "aria-label": [performer, title].filter(Boolean).join(" – ") },
    toggle, h("div", { class: "song-words" }, h("strong", {}, title), performer ? h("span", {}, performer) : null),
    h("a", { class: "icon-button", href: url, download: file.name || title, title: "Download", "aria-label": `Download ${title}` }, icon("download")),
    seek, time, audio);

  const length = () => (Number.isFinite(audio.duration) && audio.duration > 0 ? audio.duration : file.duration || 0);
  const draw = () => {
    const done = length() ? audio.currentTime / length() : 0;
    seek.value = Math.round(done * STEPS);
    seek.style.setProperty("--done", `${done * 100}%`);
    seek.setAttribute("aria-valuetext", `${minutes(audio.currentTime)} of ${minutes(length())}`);
    time.textContent = box.classList.contains("broken") ? "can’t be played here" : minutes(audio.currentTime > 0 ? audio.currentTime : length());
  };
  const showState = () => {
    toggle.replaceChildren(icon(audio.paused ? "play" : "pause"));
    toggle.setAttribute("aria-label", `${audio.paused ? "Play" : "Pause"} ${title}`);
    draw();
  };
  toggle.addEventListener("click", () => (audio.paused ? audio.play().catch(() => {}) : audio.pause()));
  seek.addEventListener("input", () => { audio.currentTime = (seek.value / STEPS) * length(); draw(); });
  for (const name of ["play", "pause"]) audio.addEventListener(name, showState);
  for (const name of ["timeupdate", "loadedmetadata"]) audio.addEventListener(name, draw);
  audio.addEventListener("ended", () => { audio.currentTime = 0; showState(); });
  audio.addEventListener("error", () => { box.classList.add("broken"); draw(); });
  draw();
  return box;
}
