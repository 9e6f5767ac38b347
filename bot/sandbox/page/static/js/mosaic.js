// How the pictures of an album share a rectangle: pure arithmetic, no elements.

const GAP = 0.008; // of the width
const MOST_IN_ROW = 3;
const NICE_ROW = 0.55; // its height, as a part of the width
const niceWhole = (count) => 0.35 + 0.12 * count;
const [NARROWEST, WIDEST] = [0.6, 2.2]; // beyond, the edges of a picture are not shown

/** From width / height of each picture to {ratio, tiles: [{left, top, width, height}]}, in parts of the whole. */
export function mosaic(ratios) {
  const shown = ratios.map((ratio) => Math.min(WIDEST, Math.max(NARROWEST, ratio)));
  const rows = splits(shown.length).map((counts) => laidOut(shown, counts)).sort((a, b) => a.cost - b.cost)[0].rows;
  const total = rows.reduce((sum, { height }) => sum + height + GAP, -GAP);
  const tiles = [];
  let top = 0;
  for (const { ratios: row, height } of rows) {
    let left = 0;
    for (const ratio of row) {
      const width = ratio * height;
      tiles.push({ left, top: top / total, width, height: height / total });
      left += width + GAP;
    }
    top += height + GAP;
  }
  return { ratio: 1 / total, tiles };
}

/** All ways to put `count` pictures into rows: [[1, 2], [2, 1], [3], …]. */
function splits(count) {
  if (count === 0) return [[]];
  const found = [];
  for (let first = 1; first <= Math.min(MOST_IN_ROW, count); first += 1) {
    for (const rest of splits(count - first)) found.push([first, ...rest]);
  }
  return found;
}

function laidOut(ratios, counts) {
  let from = 0;
  const rows = counts.map((count) => {
    const row = ratios.slice(from, from + count);
    from += count;
    const sum = row.reduce((whole, ratio) => whole + ratio, 0);
    return { ratios: row, height: (1 - GAP * (count - 1)) / sum };
  });
  const oddness = (height, nice) => Math.log(height / nice) ** 2;
  const whole = rows.reduce((sum, { height }) => sum + height, 0);
  const cost = rows.reduce((sum, { height }) => sum + oddness(height, NICE_ROW), 0) / rows.length + oddness(whole, niceWhole(ratios.length));
  return { rows, cost };
}
