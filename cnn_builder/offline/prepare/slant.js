// A figure that leans far, set more upright; as in `data/drawings/slant.py`.
import { box, crop } from "./arrays.js";

const MOST = 0.3;
const WIDEST = 1.0;

// Pixels to the right per pixel up, of the least-squares line of the ink's columns over its rows.
function slant({ width, data }) {
  let [count, rows, columns, squares, products] = [0, 0, 0, 0, 0];
  data.forEach((value, i) => {
    if (!value) return;
    const row = Math.floor(i / width);
    const column = i % width;
    count += 1;
    rows += row;
    columns += column;
    squares += row * row;
    products += row * column;
  });
  const spread = count * squares - rows * rows;
  return spread ? (rows * columns - count * products) / spread : 0;
}

// Each row of the cropped mask is moved, so that it leans by MOST where it leant further.
export function upright(mask) {
  const leans = slant(mask);
  if (!(Math.abs(leans) > MOST && Math.abs(leans) <= WIDEST)) return mask;
  const { height, width } = mask;
  const by = leans - Math.sign(leans) * MOST;
  const moved = Array.from({ length: height }, (_, row) => Math.floor(by * (row - (height - 1) / 2) + 0.5));
  const least = Math.min(...moved);
  const wide = width + Math.max(...moved) - least;
  const data = new mask.data.constructor(height * wide);
  moved.forEach((at, row) => data.set(mask.data.subarray(row * width, (row + 1) * width), row * wide + at - least));
  const whole = { height, width: wide, data };
  return crop(whole, box(whole));
}
