// The shape of a recording, computed here from the decoded sound and remembered.

const BARS = 44;
const QUIETEST = 0.06;
const remembered = new Map();
let decoder = null;

export { BARS };

/** Heights between 0 and 1, one per bar; null when the sound can't be decoded. */
export function shape(url) {
  if (!remembered.has(url)) remembered.set(url, decoded(url).catch(() => null));
  return remembered.get(url);
}

async function decoded(url) {
  const answer = await fetch(url);
  if (!answer.ok) return null;
  decoder ??= new OfflineAudioContext(1, 1, 48_000);
  const sound = await decoder.decodeAudioData(await answer.arrayBuffer());
  return peaks(sound.getChannelData(0));
}

/** The loudness of each of BARS equal parts, the loudest being 1. */
export function peaks(samples, bars = BARS) {
  const heights = [];
  const step = samples.length / bars;
  for (let bar = 0; bar < bars; bar += 1) {
    const end = Math.floor((bar + 1) * step);
    let sum = 0;
    let count = 0;
    for (let place = Math.floor(bar * step); place < end; place += 4) {
      sum += samples[place] ** 2;
      count += 1;
    }
    heights.push(count ? Math.sqrt(sum / count) : 0);
  }
  const loudest = Math.max(...heights) || 1;
  return heights.map((height) => Math.max(QUIETEST, (height / loudest) ** 0.7));
}
