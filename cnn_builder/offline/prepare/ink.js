// Finding the ink of a drawing on the canvas, bright on dark: the JavaScript of `data/drawings/ink.py`.
import { box, clip, crop, highest, maskOf, median, placed } from "./arrays.js";
import { pieces } from "./filters.js";
import { FILTERS, resize } from "./resize.js";

const WORK_SIDE = 280;
const SPECK = 0.04; // of the largest piece's area
export const MIN_CONTRAST = 24;

// The drawing with its longer side WORK_SIDE, or nearly.
export function workSize(grey) {
  const scale = WORK_SIDE / Math.max(grey.height, grey.width);
  if (scale >= 0.5 && scale <= 1) return grey;
  const [height, width] = [grey.height, grey.width].map((extent) => Math.max(1, Math.round(extent * scale)));
  const larger = resize(grey, height, width, scale < 1 ? FILTERS.box : FILTERS.bicubic);
  return { height, width, data: larger.data.map((x) => clip(x, 0, 255)) };
}

// The drawing with its background, which the border shows, at 0.
export function brightInk({ height, width, data }) {
  const edge = Math.max(1, Math.floor(Math.min(height, width) / 50));
  const frame = [];
  // The corners belong to two sides each, and count twice.
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      if (row < edge || row >= height - edge) frame.push(data[row * width + column]);
      if (column < edge || column >= width - edge) frame.push(data[row * width + column]);
    }
  }
  const background = median(frame);
  return { height, width, data: data.map((x) => clip(x - background, 0, 255)) };
}

// N. Otsu, "A threshold selection method from gray-level histograms", IEEE Trans. SMC 9 (1979).
export function otsu(values) {
  const histogram = new Float64Array(256);
  for (const value of values) histogram[Math.trunc(clip(value, 0, 255))] += 1;
  const all = histogram.reduce((sum, count, i) => sum + count * (i + 0.5), 0);
  let [below, sum] = [0, 0];
  const between = Array.from(histogram, (count, i) => {
    below += count;
    sum += count * (i + 0.5);
    const above = values.length - below;
    return below && above ? below * above * (sum / below - (all - sum) / above) ** 2 : -1;
  });
  const best = Math.max(...between);
  // Between two far peaks many thresholds are equally good: take the middle one.
  const ties = [...between.keys()].filter((i) => between[i] >= best - 1e-9 * Math.abs(best));
  return Math.trunc(ties.reduce((total, i) => total + i, 0) / ties.length) + 1;
}

// The pieces of ink that are not tiny beside the largest.
export function withoutSpecks(mask) {
  const place = box(mask);
  if (place[1] === 0) return mask;
  const inner = crop(mask, place);
  const { marks, areas } = pieces(inner);
  const least = SPECK * highest(areas);
  const kept = maskOf({ ...inner, data: marks }, (mark) => mark && areas[mark] >= least);
  return placed(kept, mask.height, mask.width, place[0], place[2]);
}

export function placeWarnings(mask) {
  const [top, bottom, left, right] = box(mask);
  const side = Math.min(mask.height, mask.width);
  const away = Math.max(Math.abs((top + bottom - mask.height) / 2), Math.abs((left + right - mask.width) / 2));
  const found = away > 0.2 * side ? ["OFF_CENTRE"] : [];
  return Math.max(bottom - top, right - left) < 0.25 * side ? [...found, "TINY"] : found;
}
