// Resizing as Pillow does it: each new pixel is a weighted mean of the old ones below a box or a bicubic curve, along the
// rows first and then along the columns.
import { clip } from "./arrays.js";

const BOX = { reach: 0.5, at: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) };

// R. Keys, "Cubic convolution interpolation" (1981), with a = −0.5.
const BICUBIC = {
  reach: 2,
  at(x) {
    const far = Math.abs(x);
    if (far < 1) return (1.5 * far - 2.5) * far * far + 1;
    return far < 2 ? ((-0.5 * far + 2.5) * far - 4) * far + 2 : 0;
  },
};

export const FILTERS = { box: BOX, bicubic: BICUBIC };

function weights(from, to, { reach, at }) {
  const scale = from / to;
  const wide = Math.max(scale, 1);
  return Array.from({ length: to }, (_, place) => {
    const centre = (place + 0.5) * scale;
    const first = Math.max(Math.trunc(centre - reach * wide + 0.5), 0);
    const last = Math.min(Math.trunc(centre + reach * wide + 0.5), from);
    const own = Array.from({ length: last - first }, (__, i) => at((i + first - centre + 0.5) / wide));
    const sum = own.reduce((total, x) => total + x, 0);
    return { first, own: own.map((x) => x / sum) };
  });
}

// `rounded` says that pixels are bytes, which are rounded after each of the two passes; `channels` lie side by side.
export function resize({ height, width, data }, toHeight, toWidth, filter, { channels = 1, rounded = false } = {}) {
  const kept = rounded ? (x) => clip(Math.floor(x + 0.5), 0, 255) : Math.fround;
  const line = toWidth * channels;
  let across = data;
  if (toWidth !== width) {
    across = new Float32Array(height * line);
    weights(width, toWidth, filter).forEach(({ first, own }, column) => {
      for (let row = 0; row < height; row += 1) {
        for (let channel = 0; channel < channels; channel += 1) {
          let sum = 0;
          for (let i = 0; i < own.length; i += 1) sum += own[i] * data[(row * width + first + i) * channels + channel];
          across[row * line + column * channels + channel] = kept(sum);
        }
      }
    });
  }
  if (toHeight === height) return { height, width: toWidth, data: new Float32Array(across) };
  const down = new Float32Array(toHeight * line);
  weights(height, toHeight, filter).forEach(({ first, own }, row) => {
    for (let place = 0; place < line; place += 1) {
      let sum = 0;
      for (let i = 0; i < own.length; i += 1) sum += own[i] * across[(first + i) * line + place];
      down[row * line + place] = kept(sum);
    }
  });
  return { height: toHeight, width: toWidth, data: down };
}
