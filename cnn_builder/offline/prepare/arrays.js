// Pictures of numbers: {height, width, data}, data a Float32Array or Uint8Array row by row; a mask holds 0 and 1.

// To the nearest whole number; a half goes to the even one, as in NumPy and Python.
export function rint(x) {
  const low = Math.floor(x);
  if (x - low === 0.5) return low % 2 === 0 ? low : low + 1;
  return Math.round(x);
}

export const clip = (x, low, high) => Math.min(Math.max(x, low), high);

export function median(values) {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function highest(data) {
  let most = -Infinity;
  for (const value of data) if (value > most) most = value;
  return most;
}

export function lowest(data) {
  let least = Infinity;
  for (const value of data) if (value < least) least = value;
  return least;
}

export function mean(data) {
  let sum = 0;
  for (const value of data) sum += value;
  return sum / data.length;
}

// Of which numbers `test` holds, as a mask of the same size. A loop: `from` with a function takes ten times as long.
export function maskOf({ height, width, data }, test) {
  const found = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 1) if (test(data[i], i)) found[i] = 1;
  return { height, width, data: found };
}

// The rows and columns [top, bottom, left, right] that hold all numbers above 0; the last ones are not counted in.
export function box({ height, width, data }) {
  let [top, bottom, left, right] = [height, 0, width, 0];
  for (let i = 0; i < data.length; i += 1) {
    if (!data[i]) continue;
    const row = Math.floor(i / width);
    const column = i % width;
    top = Math.min(top, row);
    bottom = Math.max(bottom, row + 1);
    left = Math.min(left, column);
    right = Math.max(right, column + 1);
  }
  return [top, bottom, left, right];
}

export function crop({ width, data }, [top, bottom, left, right]) {
  const cut = new data.constructor((bottom - top) * (right - left));
  for (let row = top; row < bottom; row += 1) {
    cut.set(data.subarray(row * width + left, row * width + right), (row - top) * (right - left));
  }
  return { height: bottom - top, width: right - left, data: cut };
}

// A picture inside a larger one of zeros, with its corner at (top, left).
export function placed(picture, height, width, top, left) {
  const data = new picture.data.constructor(height * width);
  for (let row = 0; row < picture.height; row += 1) {
    const line = picture.data.subarray(row * picture.width, (row + 1) * picture.width);
    data.set(line, (row + top) * width + left);
  }
  return { height, width, data };
}

export const padded = (picture, by) => placed(picture, picture.height + 2 * by, picture.width + 2 * by, by, by);
