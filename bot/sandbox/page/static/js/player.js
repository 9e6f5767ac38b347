// A bubble that can be played: waveform, place, speed.

import { fileUrl } from "./api.js";
import { h, icon, minutes, svg } from "./dom.js";
import { BARS, shape } from "./waveform.js";

const SPEEDS = [1, 1.5, 2];
const BAR_WIDTH = 3;
const GAP = 2;
const HEIGHT = 28;
let speed = SPEEDS[0];

const arriving = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    arriving.unobserve(target);
    target.dispatchEvent(new Event("visible"));
  }
});

/** A player for `file` (of the control API), said to last `file.duration` seconds. */
export function player(file, { label }) {
  const url = fileUrl(file);
  const audio = h("audio", { src: url, preload: "metadata" });
  const bars = drawing();
  const time = h("span", { class: "time" }, minutes(file.duration ?? 0));
  const toggle = h("button", { type: "button", class: "play", "aria-label": `Play ${label}` }, icon("play"));
  const seek = h("input", { type: "range", class: "seek", min: 0, max: 1000, value: 0, step: 1, "aria-label": `Place in ${label}` });
  const faster = h("button", { type: "button", class: "speed", "aria-label": "Speed" }, spoken(speed));
  const box = h("div", { class: "voice" }, toggle, h("div", { class: "wave" }, bars, seek), faster, time, audio);

  const length = () => (Number.isFinite(audio.duration) && audio.duration > 0 ? audio.duration : file.duration || 0);
  const draw = () => {
    const done = length() ? audio.currentTime / length() : 0;
    [...bars.children].forEach((bar, place) => bar.classList.toggle("played", place < done * BARS));
    seek.value = Math.round(done * 1000);
    seek.setAttribute("aria-valuetext", `${minutes(audio.currentTime)} of ${minutes(length())}`);
    time.textContent = minutes(audio.currentTime > 0 ? audio.currentTime : length());
  };
  const showState = () => {
    toggle.replaceChildren(icon(audio.paused ? "play" : "pause"));
    toggle.setAttribute("aria-label", `${audio.paused ? "Play" : "Pause"} ${label}`);
    box.classList.toggle("playing", !audio.paused);
  };
  const tick = () => {
    draw();
    if (!audio.paused) requestAnimationFrame(tick);
  };

  toggle.addEventListener("click", () => (audio.paused ? audio.play().catch(() => box.classList.add("broken")) : audio.pause()));
  audio.addEventListener("play", () => {
    audio.playbackRate = speed;
    faster.textContent = spoken(speed);
    showState();
    tick();
  });
  for (const name of ["pause", "ended"]) audio.addEventListener(name, showState);
  audio.addEventListener("ended", () => { audio.currentTime = 0; draw(); });
  audio.addEventListener("loadedmetadata", draw);
  audio.addEventListener("error", () => box.classList.add("broken"));
  seek.addEventListener("input", () => { audio.currentTime = (seek.value / 1000) * length(); draw(); });
  faster.addEventListener("click", () => {
    speed = SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length];
    audio.playbackRate = speed;
    for (const button of document.querySelectorAll(".voice .speed")) button.textContent = spoken(speed);
    for (const other of document.querySelectorAll(".voice.playing audio")) other.playbackRate = speed;
  });
  box.addEventListener("visible", async () => paint(bars, await shape(url)));
  arriving.observe(box);
  return box;
}

function spoken(rate) {
  return `${rate}×`;
}

function drawing() {
  const width = BARS * (BAR_WIDTH + GAP) - GAP;
  const drawn = svg("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, preserveAspectRatio: "none", class: "bars", "aria-hidden": "true" });
  for (let bar = 0; bar < BARS; bar += 1) {
    drawn.append(svg("rect", { x: bar * (BAR_WIDTH + GAP), y: HEIGHT / 2 - 1.5, width: BAR_WIDTH, height: 3, rx: 1.5 }));
  }
  return drawn;
}

function paint(bars, heights) {
  if (!heights) return;
  bars.dataset.drawn = "true";
  [...bars.children].forEach((bar, place) => {
    const height = Math.max(3, heights[place] * HEIGHT);
    bar.setAttribute("y", (HEIGHT - height) / 2);
    bar.setAttribute("height", height);
  });
}
