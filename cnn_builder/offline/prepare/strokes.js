// Ink as a shape: its stroke width, and drawing it again at a given size and width; as in `data/drawings/strokes.py`.
import { box, clip, crop, highest, maskOf, median, padded, rint } from "./arrays.js";
import { blurred, distances } from "./filters.js";
import { FILTERS, resize } from "./resize.js";

const SCALE = 8; // working pixels per pixel of the result

// How far each pixel of the ink is from the next without; outside of the mask is none.
export function depth(mask) {
  return crop(distances(padded(mask, 1)), [1, mask.height + 1, 1, mask.width + 1]);
}

export function strokeWidth({ height, width, data }) {
  const ridge = [];
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const own = data[row * width + column];
      if (own > 0 && own === around(data, height, width, row, column)) ridge.push(own);
    }
  }
  return ridge.length ? 2 * median(ridge) - 1 : 0;
}

function around(data, height, width, row, column) {
  let most = 0;
  for (let y = Math.max(row - 1, 0); y < Math.min(row + 2, height); y += 1) {
    for (let x = Math.max(column - 1, 0); x < Math.min(column + 2, width); x += 1) most = Math.max(most, data[y * width + x]);
  }
  return most;
}

// The ink, given by its depth, with its longer side `side` pixels and strokes about `width` wide: coverage from 0 to 1.
export function fit(inside, side, width) {
  const length = Math.max(inside.height, inside.width);
  const own = strokeWidth(inside);
  const factor = ((side - width) * SCALE) / Math.max(length - own, length / 4);
  const grow = (width * SCALE) / factor - own;
  const wide = padded(inside, 2 + Math.ceil(Math.max(grow, 0)));
  const outside = distances(maskOf(wide, (x) => x === 0));
  // Inside counts from +0.5, outside from −0.5, so that the zero line runs between pixels.
  const field = { ...wide, data: new Float32Array(wide.data.map((x, i) => (x > 0 ? x - 0.5 : 0.5 - outside.data[i]))) };
  const [high, broad] = [wide.height, wide.width].map((extent) => Math.max(1, rint(extent * factor)));
  const smooth = blurred(resize(field, high, broad, FILTERS.bicubic), SCALE / 4);
  const most = highest(smooth.data);
  const isInk = most > -grow / 2 ? (x) => x > -grow / 2 : (x) => x >= most;
  const whole = maskOf(smooth, isInk);
  const drawn = crop(whole, box(whole));
  const shrink = side / Math.max(drawn.height, drawn.width);
  const [toHeight, toWidth] = [drawn.height, drawn.width].map((extent) => Math.max(1, rint(extent * shrink)));
  const small = resize(drawn, toHeight, toWidth, FILTERS.box);
  return { ...small, data: small.data.map((x) => clip(x, 0, 1)) };
}
