// Whether ink is one figure or several; as in `data/drawings/connected_components.py`.
import { maskOf } from "./arrays.js";
import { distances, pieces } from "./filters.js";

const TALL = 0.55; // of the tallest part's height
const APART = 0.12; // of the height

export function areSeveral(mask) {
  const { marks, areas } = pieces(mask);
  const places = areas.map(() => ({ top: mask.height, bottom: 0, left: mask.width, right: 0 }));
  marks.forEach((mark, i) => {
    if (!mark) return;
    const place = places[mark];
    const [row, column] = [Math.floor(i / mask.width), i % mask.width];
    place.top = Math.min(place.top, row);
    place.bottom = Math.max(place.bottom, row + 1);
    place.left = Math.min(place.left, column);
    place.right = Math.max(place.right, column + 1);
  });
  const found = places.slice(1).map((place, i) => ({ ...place, mark: i + 1, tall: place.bottom - place.top }));
  const tallest = Math.max(...found.map(({ tall }) => tall));
  const tall = found.filter((each) => each.tall >= TALL * tallest).sort((a, b) => a.left - b.left);
  return tall.slice(1).some((second, i) => beside(tall[i], second) && gap(mask, marks, tall[i], second) >= APART * tallest);
}

const common = (from, to, otherFrom, otherTo) => Math.max(0, Math.min(to, otherTo) - Math.max(from, otherFrom));

// Beside each other: nearly no column and at least half of the rows in common.
function beside(a, b) {
  const narrower = Math.min(a.right - a.left, b.right - b.left);
  return common(a.left, a.right, b.left, b.right) <= 0.25 * narrower
    && common(a.top, a.bottom, b.top, b.bottom) >= 0.5 * Math.min(a.tall, b.tall);
}

// The shortest way between two pieces, in pixels.
function gap({ height, width }, marks, a, b) {
  const away = distances(maskOf({ height, width, data: marks }, (mark) => mark !== a.mark));
  let least = Infinity;
  marks.forEach((mark, i) => {
    if (mark === b.mark) least = Math.min(least, away.data[i]);
  });
  return least;
}
