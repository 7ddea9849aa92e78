// A drawn figure, made to look like MNIST's or like those of the data set `digits`; as in `data/drawings/figure.py`.
// Each returns {pixels (784 bytes), warnings} or {refused}; refusals and warnings are named as in `prepared.py`.
import { box, clip, crop, highest, lowest, maskOf, mean, placed, rint } from "./arrays.js";
import { blurred } from "./filters.js";
import { brightInk, MIN_CONTRAST, otsu, placeWarnings, withoutSpecks, workSize } from "./ink.js";
import { FILTERS, resize } from "./resize.js";
import { areSeveral } from "./several.js";
import { upright as uprightMask } from "./slant.js";
import { depth, fit, strokeWidth } from "./strokes.js";

const MNIST_STROKE = [1.9, 3.0];
const DIGITS_STROKE = [2.9, 3.4];

// `image` is {height, width, data}, bytes of a drawing: 0 black, 255 ink.
export const mnist = (image) => figure(image, MNIST_STROKE, inMiddle, (mask) => mask);
// Of digits: one that leans far is set more upright.
export const upright = (image) => figure(image, MNIST_STROKE, inMiddle, uprightMask);
export const digits = (image) => figure(image, DIGITS_STROKE, inBlocks, (mask) => mask);
const inMiddle = (inside, width) => centredByMass(fit(inside, 20, width));
const inBlocks = (inside, width) => enlarged(blockCounts(inside, width));

function figure(image, stroke, drawn, turned) {
  const grey = workSize({ ...image, data: new Float32Array(image.data) });
  if (highest(grey.data) - lowest(grey.data) < MIN_CONTRAST) return { refused: mean(grey.data) > 127 ? "FULL" : "BLANK" };
  const bright = brightInk(grey);
  if (isFaint(bright)) return { refused: "FULL" };
  const least = otsu(bright.data);
  const mask = withoutSpecks(maskOf(bright, (x) => x >= least));
  if (mean(mask.data) > 0.6) return { refused: "FULL" };
  const inside = depth(turned(crop(mask, box(mask))));
  if (isDot(inside, mask)) return { refused: "DOT" };
  const ratio = strokeWidth(inside) / Math.max(inside.height, inside.width);
  const pixels = Uint8Array.from(drawn(inside, clip(ratio * 20, ...stroke)).data);
  const warnings = [...placeWarnings(mask), ...strokeWarnings(ratio), ...(areSeveral(mask) ? ["SEVERAL"] : [])];
  return { pixels, warnings };
}

// Smoothed; blurred is only what is not background, with as much around it as the blur reaches.
function isFaint(bright) {
  const [top, bottom, left, right] = box(bright);
  if (bottom === 0) return true;
  const place = [Math.max(top - 6, 0), Math.min(bottom + 6, bright.height), Math.max(left - 6, 0), Math.min(right + 6, bright.width)];
  return highest(blurred(crop(bright, place), 1.5).data) < MIN_CONTRAST;
}

function isDot(inside, picture) {
  const longest = Math.max(inside.height, inside.width);
  return longest < Math.max(4, 0.04 * Math.min(picture.height, picture.width)) || 2 * highest(inside.data) - 1 > 0.7 * longest;
}

function strokeWarnings(ratio) {
  if (ratio < 0.04) return ["THIN"];
  return ratio > 0.27 ? ["THICK"] : [];
}

// In 28×28 with its centre of mass in the middle.
function centredByMass(inner) {
  let [sum, down, right] = [0, 0, 0];
  inner.data.forEach((value, i) => {
    sum += value;
    down += value * Math.floor(i / inner.width);
    right += value * (i % inner.width);
  });
  const top = clip(rint(14 - down / sum), 0, 28 - inner.height);
  const left = clip(rint(14 - right / sum), 0, 28 - inner.width);
  return placed({ ...inner, data: inner.data.map((x) => rint(Math.fround(x * 255))) }, 28, 28, top, left);
}

// A 32×32 bitmap counted in 4×4 blocks: 8×8 from 0 to 16.
function blockCounts(inside, width) {
  const inner = fit(inside, 32, (width * 32) / 20);
  const [top, left] = [(32 - inner.height) >> 1, (32 - inner.width) >> 1];
  const bitmap = placed({ ...inner, data: inner.data.map((x) => (x > 0.5 ? 1 : 0)) }, 32, 32, top, left);
  const data = new Float32Array(64);
  bitmap.data.forEach((value, i) => {
    data[(i >> 7) * 8 + ((i % 32) >> 2)] += value;
  });
  return { height: 8, width: 8, data };
}

function enlarged(counts) {
  const inner = resize({ ...counts, data: counts.data.map((x) => x * (255 / 16)) }, 20, 20, FILTERS.bicubic);
  return placed({ ...inner, data: inner.data.map((x) => clip(rint(x), 0, 255)) }, 28, 28, 4, 4);
}
