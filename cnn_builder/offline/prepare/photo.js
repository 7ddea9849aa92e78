// A picture brought to the network's input, the middle square of it or all of it with margins: as in
// `data/drawings/objects.py`.
import { highest, lowest } from "./arrays.js";
import { MIN_CONTRAST } from "./ink.js";
import { FILTERS, resize } from "./resize.js";

// `image` is {height, width, data} with three bytes a pixel; `shape` [height, width, 3]. {pixels, warnings} or {refused}.
export function photo(image, shape) {
  return fitted(image, shape, middleSquare);
}

export function pad(image, shape) {
  return fitted(image, shape, padded);
}

function fitted(image, [height, width], square) {
  if (highest(image.data) - lowest(image.data) < MIN_CONTRAST) return { refused: "BLANK" };
  const { side, data } = square(image);
  const filter = side >= 2 * Math.max(height, width) ? FILTERS.box : FILTERS.bicubic;
  const small = resize({ height: side, width: side, data }, height, width, filter, { channels: 3, rounded: true });
  return { pixels: Uint8Array.from(small.data), warnings: side < Math.min(height, width) ? ["SMALL"] : [] };
}

function middleSquare(image) {
  const side = Math.min(image.height, image.width);
  const [top, left] = [(image.height - side) >> 1, (image.width - side) >> 1];
  const data = new Uint8Array(side * side * 3);
  for (let row = 0; row < side; row += 1) {
    const from = ((row + top) * image.width + left) * 3;
    data.set(image.data.subarray(from, from + side * 3), row * side * 3);
  }
  return { side, data };
}

function padded(image) {
  const side = Math.max(image.height, image.width);
  const [top, left] = [(side - image.height) >> 1, (side - image.width) >> 1];
  const border = borderColour(image);
  const data = new Uint8Array(side * side * 3);
  for (let i = 0; i < data.length; i += 1) data[i] = border[i % 3];
  for (let row = 0; row < image.height; row += 1) {
    const from = row * image.width * 3;
    data.set(image.data.subarray(from, from + image.width * 3), ((row + top) * side + left) * 3);
  }
  return { side, data };
}

// The median of the outermost pixels in each channel; a pixel in a corner counts for both of its edges.
function borderColour({ height, width, data }) {
  const places = [];
  for (let column = 0; column < width; column += 1) places.push(column, (height - 1) * width + column);
  for (let row = 0; row < height; row += 1) places.push(row * width, row * width + width - 1);
  return [0, 1, 2].map((channel) => {
    const values = places.map((place) => data[3 * place + channel]).sort((one, other) => one - other);
    const middle = values.length >> 1;
    return Math.floor((values[middle - 1] + values[middle]) / 2); // there is always an even number of them
  });
}
