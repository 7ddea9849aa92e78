// A drawn thing, made to look like Fashion-MNIST's: as in `data/drawings/objects.py`.
import { box, clip, crop, highest, lowest, maskOf, mean, placed, rint } from "./arrays.js";
import { filled } from "./filters.js";
import { brightInk, MIN_CONTRAST, otsu, placeWarnings, withoutSpecks, workSize } from "./ink.js";
import { FILTERS, resize } from "./resize.js";

// `image` is {height, width, data}, bytes of a drawing: 0 black, 255 ink. {pixels, warnings} or {refused}.
export function fashion(image) {
  const grey = workSize({ ...image, data: new Float32Array(image.data) });
  if (highest(grey.data) - lowest(grey.data) < MIN_CONTRAST) return { refused: "BLANK" };
  const bright = brightInk(grey);
  const least = Math.max(12, otsu(bright.data) / 3);
  const mask = filled(withoutSpecks(maskOf(bright, (x) => x > least)));
  if (!highest(mask.data)) return { refused: "BLANK" };
  const place = box(mask);
  if (Math.max(place[1] - place[0], place[3] - place[2]) < Math.max(4, 0.04 * Math.min(mask.height, mask.width))) {
    return { refused: "DOT" };
  }
  if (mean(mask.data) > 0.98) return { refused: "FULL" };
  const object = crop({ ...bright, data: bright.data.map((x, i) => (mask.data[i] ? x : 0)) }, place);
  return { pixels: Uint8Array.from(longerSide28(object).data), warnings: placeWarnings(mask) };
}

function longerSide28(object) {
  const scale = 28 / Math.max(object.height, object.width);
  const [height, width] = [object.height, object.width].map((extent) => Math.max(1, rint(extent * scale)));
  const small = resize(object, height, width, scale < 1 ? FILTERS.box : FILTERS.bicubic);
  const data = small.data.map((x) => clip(x, 0, 255));
  const factor = Math.fround(255 / Math.max(highest(data), 1));
  return placed({ ...small, data: data.map((x) => rint(Math.fround(x * factor))) }, 28, 28, (28 - height) >> 1, (28 - width) >> 1);
}
