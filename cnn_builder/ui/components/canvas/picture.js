// Small pictures of numbers: bytes in base64 with their shape, painted on a canvas.
import { bytesOf } from "../common/base64.js";

const SHARP = 64; // pixels a side, at most

// `picture` is {pixels, shape: [height, width, channels]} or null for a black one.
export function paintPicture(canvas, picture) {
  const [height, width, channels] = picture ? picture.shape : [28, 28, 1];
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  const bytes = picture ? bytesOf(picture.pixels) : new Uint8Array(height * width * channels);
  for (let i = 0; i < height * width; i += 1) {
    for (let c = 0; c < 3; c += 1) image.data[4 * i + c] = bytes[channels * i + (channels === 3 ? c : 0)];
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

// A picture in the middle of a square canvas, as large as it fits; the few pixels of a data set's image stay sharp.
export function paintInside(canvas, picture) {
  const from = document.createElement("canvas");
  paintPicture(from, picture);
  const scale = canvas.width / Math.max(from.width, from.height);
  const [width, height] = [from.width * scale, from.height * scale];
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = Math.max(from.width, from.height) > SHARP;
  context.drawImage(from, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
}
