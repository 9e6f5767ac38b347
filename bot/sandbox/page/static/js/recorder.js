// The microphone: one recording at a time, with its level while it runs.

const FORMATS = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];
const BITS_PER_S = 32_000;
const FLOOR_DB = -52;

/** The first format that this browser records, in the order we like them. */
function format() {
  return FORMATS.find((one) => window.MediaRecorder?.isTypeSupported(one));
}

/** A sentence that says why there is no microphone; "" when there may be one. */
export function obstacle() {
  if (!window.isSecureContext) return "The browser gives the microphone to localhost and https only.";
  if (!navigator.mediaDevices || !format()) return "This browser can't record sound.";
  return "";
}

/** A sentence for what went wrong when asking for the microphone. */
export function refusal(error) {
  if (error.name === "NotAllowedError") return "The browser does not allow the microphone. Allow it beside the address, then try again.";
  if (error.name === "NotFoundError") return "There is no microphone on this machine.";
  return `The microphone does not start (${error.name}).`;
}

export class Recording {
  #chunks = [];

  /** Ask for the microphone and begin. Rejects with the browser's error. */
  static async begin() {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
    return new Recording(stream);
  }

  constructor(stream) {
    this.stream = stream;
    this.startedAt = performance.now();
    this.recorder = new MediaRecorder(stream, { mimeType: format(), audioBitsPerSecond: BITS_PER_S });
    this.recorder.addEventListener("dataavailable", (event) => event.data.size && this.#chunks.push(event.data));
    this.recorder.start(250);
    this.context = new AudioContext();
    this.analyser = this.context.createAnalyser();
    this.analyser.fftSize = 1024;
    this.context.createMediaStreamSource(stream).connect(this.analyser);
    this.samples = new Float32Array(this.analyser.fftSize);
  }

  get seconds() {
    return (performance.now() - this.startedAt) / 1000;
  }

  /** How loud it is now, 0 to 1. */
  get level() {
    this.analyser.getFloatTimeDomainData(this.samples);
    const power = this.samples.reduce((sum, sample) => sum + sample * sample, 0) / this.samples.length;
    const decibels = 10 * Math.log10(power || 1e-12);
    return Math.max(0, Math.min(1, 1 - decibels / FLOOR_DB));
  }

  /** End it; the sound and its kind. */
  async finish() {
    const stopped = new Promise((resolve) => this.recorder.addEventListener("stop", resolve, { once: true }));
    this.recorder.stop();
    await stopped;
    this.#release();
    const mime = this.recorder.mimeType.split(";")[0];
    return { blob: new Blob(this.#chunks, { type: mime }), mime };
  }

  cancel() {
    if (this.recorder.state !== "inactive") this.recorder.stop();
    this.#release();
  }

  #release() {
    for (const track of this.stream.getTracks()) track.stop();
    this.context.close();
  }
}
