// The microphone button. Hold and let go to send; press shortly to go on without holding; slide left
// or Escape to throw away. Space and Enter work like a finger.

import { h, icon, minutes } from "./dom.js";
import { obstacle, Recording, refusal } from "./recorder.js";
import { toast } from "./toast.js";

const SHORT_PRESS_MS = 350;
const SHORTEST_S = 0.6;
const SLIDE_PX = 90;
const BARS = 40;
const BAR_EVERY_MS = 70;
const HOLDING = "Let go to send · slide left or Esc to cancel";
const LOCKED = "Press to send · Esc to cancel";

export class Microphone {
  #recording = null;
  #state = "idle"; // idle → starting → held | locked → idle
  #pressedAt = 0;
  #startX = 0;
  #levels = [];

  constructor({ onvoice, onstate }) {
    this.onvoice = onvoice;
    this.onstate = onstate;
    this.button = h("button", { type: "button", id: "mic", class: "round", title: "Record: hold, or press", "aria-label": "Record a voice message: hold, or press to start and stop" }, icon("mic"));
    this.time = h("span", { class: "rec-time", role: "timer" }, "0:00");
    this.bars = h("div", { class: "rec-bars", "aria-hidden": "true" }, Array.from({ length: BARS }, () => h("i")));
    this.hint = h("span", { class: "rec-hint" });
    const away = h("button", { type: "button", class: "icon-button", title: "Throw away", "aria-label": "Throw the recording away", onclick: () => this.cancel() }, icon("trash"));
    this.panel = h("div", { id: "recording", hidden: true }, away, h("span", { class: "rec-dot", "aria-hidden": "true" }), this.time, this.bars, this.hint);
    this.#listen();
  }

  get isBusy() {
    return this.#state !== "idle";
  }

  #listen() {
    const { button } = this;
    button.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      button.setPointerCapture(event.pointerId);
      this.#press(event.clientX);
    });
    button.addEventListener("pointermove", (event) => this.#slide(event.clientX));
    button.addEventListener("pointerup", () => this.#release());
    button.addEventListener("pointercancel", () => this.#release());
    button.addEventListener("contextmenu", (event) => event.preventDefault());
    button.addEventListener("keydown", (event) => {
      if (event.key !== " " && event.key !== "Enter") return;
      event.preventDefault();
      if (!event.repeat) this.#press(null);
    });
    button.addEventListener("keyup", (event) => {
      if (event.key !== " " && event.key !== "Enter") return;
      event.preventDefault();
      this.#release();
    });
    button.addEventListener("click", (event) => {
      if (event.detail !== 0) return; // a pointer, which was heard above
      this.#press(null); // a screen reader presses without holding
      this.#release();
    });
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.isBusy && this.cancel());
  }

  async #press(x) {
    if (this.#state === "locked") {
      this.#finish();
      return;
    }
    if (this.isBusy) return;
    const problem = obstacle();
    if (problem) {
      toast(problem);
      return;
    }
    this.#pressedAt = performance.now();
    this.#startX = x;
    this.#held = true;
    this.#enter("starting");
    try {
      const recording = await Recording.begin();
      if (this.#state !== "starting") {
        recording.cancel();
        return;
      }
      this.#recording = recording;
    } catch (error) {
      this.#enter("idle");
      toast(refusal(error));
      return;
    }
    this.#levels = [];
    this.#enter(this.#held ? "held" : "locked");
    this.#draw();
  }

  #held = false;

  #release() {
    if (!this.#held) return;
    this.#held = false;
    if (this.#state !== "held") return;
    if (performance.now() - this.#pressedAt < SHORT_PRESS_MS) this.#enter("locked");
    else this.#finish();
  }

  #slide(x) {
    if (this.#state !== "held" || this.#startX === null) return;
    const moved = Math.max(0, this.#startX - x);
    this.panel.style.setProperty("--slide", Math.min(1, moved / SLIDE_PX));
    if (moved > SLIDE_PX) this.cancel();
  }

  async #finish() {
    const recording = this.#recording;
    const seconds = recording.seconds;
    this.#recording = null;
    this.#enter("idle");
    if (seconds < SHORTEST_S) {
      recording.cancel();
      toast("That was too short. Hold while you speak.");
      return;
    }
    const { blob, mime } = await recording.finish();
    this.onvoice({ blob, mime, seconds });
  }

  cancel() {
    this.#recording?.cancel();
    this.#recording = null;
    this.#held = false;
    this.#enter("idle");
  }

  #enter(state) {
    this.#state = state;
    const isLocked = state === "locked";
    this.panel.hidden = state === "idle";
    this.panel.style.setProperty("--slide", 0);
    this.hint.textContent = state === "starting" ? "Waiting for the microphone …" : isLocked ? LOCKED : HOLDING;
    this.button.classList.toggle("recording", this.isBusy);
    this.button.setAttribute("aria-label", this.isBusy ? "Send the recording" : "Record a voice message: hold, or press to start and stop");
    this.button.replaceChildren(icon(isLocked ? "send" : "mic"));
    this.onstate(this.isBusy);
  }

  #draw() {
    const recording = this.#recording;
    if (!recording) return;
    const { level, seconds } = recording;
    this.button.style.setProperty("--level", level);
    this.time.textContent = minutes(Math.floor(seconds));
    const due = Math.floor((seconds * 1000) / BAR_EVERY_MS);
    while (this.#levels.length < due) this.#levels.push(level);
    const shown = this.#levels.slice(-BARS);
    [...this.bars.children].forEach((bar, place) => {
      const height = shown[place - (BARS - shown.length)] ?? 0;
      bar.style.height = `${Math.round(8 + height * 92)}%`;
    });
    requestAnimationFrame(() => this.#draw());
  }
}
