// Rows of metrics, kept and thinned. A step row is [seq, x, accuracy, loss]; an epoch row goes on with
// [val_accuracy, val_loss]. However long a run is, what is kept and what is drawn stays bounded, so that an update
// costs the same at 100,000 points as at 1,000. Every thinning keeps the lowest and the highest of each stretch.

const KEPT = 8000; // rows of a line; beyond, half of that is kept
const SHOWN = 1000; // points of a line on the screen; more can't be told apart
const IN_SIGHT = 400; // stretches in the range in sight, two points each
const AROUND = 50; // stretches on each side of it, for a look around by dragging

export const X = 1;

// Append new rows; the array is shortened in place where it grew too long. `best` is the x of a row to keep.
export function keep(rows, fresh, columns, best) {
  for (const row of fresh) rows.push(row);
  if (rows.length <= KEPT) return;
  const chosen = extremes(rows, columns, 0, rows.length, Math.floor(KEPT / 4 / columns.length));
  chosen.add(0).add(rows.length - 1);
  if (best) chosen.add(rows.findIndex((row) => row[X] === best)).delete(-1);
  const kept = [...chosen].sort((a, b) => a - b).map((place) => rows[place]);
  rows.splice(0, rows.length, ...kept);
}

// The points of one column to draw: all where they are few; else finely in the range in sight, coarsely around it.
export function points(rows, column, [from, to]) {
  if (rows.length <= SHOWN) return columnsOf(rows, column);
  let start = rows.findIndex((row) => row[X] >= from);
  if (start < 0) start = rows.length;
  let end = start;
  while (end < rows.length && rows[end][X] <= to) end += 1;
  const chosen = extremes(rows, [column], start, end, IN_SIGHT);
  for (const place of extremes(rows, [column], 0, start, AROUND)) chosen.add(place);
  for (const place of extremes(rows, [column], end, rows.length, AROUND)) chosen.add(place);
  for (const place of [0, start - 1, start, end - 1, end, rows.length - 1]) chosen.add(place);
  const places = [...chosen].filter((place) => place in rows).sort((a, b) => a - b);
  return columnsOf(places.map((place) => rows[place]), column);
}

// Exponential moving average, without a pull to its start. `at` is where a row says how far it is from the one
// before (its number, or its epoch), so that a thinned line is smoothed like the whole one.
export function smoothed(rows, column, smoothing, at) {
  let sum = 0;
  let weight = 0;
  let last = null;
  return rows.map((row) => {
    const value = row[column];
    if (value === null || value === undefined) return [row[0], row[X], null];
    const decay = smoothing ** (last === null ? 1 : Math.max(1, row[at] - last));
    last = row[at];
    sum = decay * sum + (1 - decay) * value;
    weight = decay * weight + (1 - decay);
    return [row[0], row[X], sum / weight];
  });
}

function columnsOf(rows, column) {
  return { x: rows.map((row) => row[X]), y: rows.map((row) => row[column]) };
}

function extremes(rows, columns, start, end, stretches) {
  const chosen = new Set();
  const count = end - start;
  const parts = Math.min(stretches, count);
  for (let part = 0; part < parts; part += 1) {
    const first = start + Math.floor((part * count) / parts);
    const after = start + Math.floor(((part + 1) * count) / parts);
    for (const column of columns) {
      let low = -1;
      let high = -1;
      for (let place = first; place < after; place += 1) {
        const value = rows[place][column];
        if (value === null || value === undefined) continue;
        if (low < 0 || value < rows[low][column]) low = place;
        if (high < 0 || value > rows[high][column]) high = place;
      }
      if (low >= 0) chosen.add(low).add(high);
    }
  }
  return chosen;
}
