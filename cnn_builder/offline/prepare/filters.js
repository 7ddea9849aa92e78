// What SciPy's `ndimage` does to pictures: blurring, distances, connected pieces, holes.
import { crop, maskOf, padded } from "./arrays.js";

// Gaussian blur; beyond the edge the picture is mirrored, edge pixels included.
export function blurred({ height, width, data }, sigma) {
  const radius = Math.floor(4 * sigma + 0.5);
  const curve = Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-0.5 * ((i - radius) / sigma) ** 2));
  const sum = curve.reduce((total, x) => total + x, 0);
  const weights = Float64Array.from(curve, (x) => x / sum);
  const across = Int32Array.from({ length: width + 2 * radius }, (_, i) => mirrored(i - radius, width));
  const down = new Float32Array(data.length);
  const line = new Float64Array(width);
  for (let row = 0; row < height; row += 1) {
    line.fill(0);
    for (let j = 0; j < weights.length; j += 1) {
      const from = mirrored(row + j - radius, height) * width;
      for (let column = 0; column < width; column += 1) line[column] += weights[j] * data[from + column];
    }
    down.set(line, row * width);
  }
  const both = new Float32Array(data.length);
  for (let row = 0; row < height; row += 1) {
    const start = row * width;
    for (let column = 0; column < width; column += 1) {
      let total = 0;
      for (let j = 0; j < weights.length; j += 1) total += weights[j] * down[start + across[column + j]];
      both[start + column] = total;
    }
  }
  return { height, width, data: both };
}

function mirrored(place, count) {
  const around = ((place % (2 * count)) + 2 * count) % (2 * count);
  return around < count ? around : 2 * count - 1 - around;
}

// Of each pixel of the mask the Euclidean distance to the next one without, which there must be: along the columns by
// counting, then along the rows as the lowest of the parabolas that stand on the squares of what was counted.
// P. Felzenszwalb, D. Huttenlocher, "Distance Transforms of Sampled Functions" (2012).
export function distances({ height, width, data }) {
  const far = height + width;
  const found = new Float64Array(data.length);
  for (let column = 0; column < width; column += 1) {
    let away = far;
    for (let i = column; i < data.length; i += width) found[i] = away = data[i] ? Math.min(away + 1, far) : 0;
    away = far;
    for (let i = data.length - width + column; i >= 0; i -= width) {
      away = data[i] ? Math.min(away + 1, far) : 0;
      found[i] = Math.min(found[i], away);
    }
  }
  const line = new Float64Array(width);
  const centres = new Int32Array(width);
  const borders = new Float64Array(width + 1);
  for (let start = 0; start < data.length; start += width) {
    for (let i = 0; i < width; i += 1) line[i] = found[start + i] ** 2;
    lowest(line, centres, borders);
    for (let i = 0, at = 0; i < width; i += 1) {
      while (borders[at + 1] < i) at += 1;
      found[start + i] = Math.sqrt((i - centres[at]) ** 2 + line[centres[at]]);
    }
  }
  return { height, width, data: found };
}

// Where the parabolas that are lowest somewhere have their centres, and where each begins to be the lowest.
function lowest(line, centres, borders) {
  let last = 0;
  centres[0] = 0;
  borders[0] = -Infinity;
  for (let i = 1; i < line.length; i += 1) {
    let border;
    for (;;) {
      const centre = centres[last];
      border = (line[i] + i * i - line[centre] - centre * centre) / (2 * (i - centre));
      if (border > borders[last]) break;
      last -= 1;
    }
    last += 1;
    centres[last] = i;
    borders[last] = border;
  }
  borders[last + 1] = Infinity;
}

// Marks with `number` the pixels connected to `start` that `open` has and no mark; how many they are. The arrays have a
// frame of closed pixels, so that no neighbour lies outside of them; `steps` lead to the neighbours.
function flood(marks, open, start, number, steps) {
  const waiting = [start];
  marks[start] = number;
  let count = 0;
  while (waiting.length) {
    const place = waiting.pop();
    count += 1;
    for (let i = 0; i < steps.length; i += 1) {
      const next = place + steps[i];
      if (open[next] && !marks[next]) {
        marks[next] = number;
        waiting.push(next);
      }
    }
  }
  return count;
}

// The pieces of a mask, touching at corners too: {marks, areas}, marks from 1 in the order of the rows.
export function pieces(mask) {
  const { width, data: open } = padded(mask, 1);
  const marks = new Int32Array(open.length);
  const areas = [0];
  const steps = [-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1];
  for (let i = 0; i < open.length; i += 1) {
    if (open[i] && !marks[i]) areas.push(flood(marks, open, i, areas.length, steps));
  }
  return { marks: within({ ...mask, data: marks }).data, areas };
}

// The mask with what it encloses.
export function filled(mask) {
  const around = padded(padded(mask, 1), 1);
  const { height, width } = around;
  const open = new Uint8Array(height * width);
  for (let row = 1; row < height - 1; row += 1) {
    for (let i = row * width + 1; i < (row + 1) * width - 1; i += 1) open[i] = around.data[i] ? 0 : 1;
  }
  const outside = new Int32Array(open.length);
  flood(outside, open, width + 1, 1, [-width, -1, 1, width]);
  const inner = crop({ width, data: outside }, [2, height - 2, 2, width - 2]);
  return maskOf(inner, (mark) => !mark);
}

// Without the frame of one pixel.
function within({ height, width, data }) {
  return crop({ width: width + 2, data }, [1, height + 1, 1, width + 1]);
}
