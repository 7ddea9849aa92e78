// Small pictures of numbers: bytes in base64 with their shape, painted on a canvas; and pictures pasted on the page.
import { base64 } from "./ink.js";

export const MOST_BYTES = 8_000_000;

function bytesOf(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

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

// A picture pasted anywhere on the page, as long as `root` stands on it.
export function onPaste(root, take, refuse) {
  async function pasted(event) {
    if (!root.isConnected) {
      document.removeEventListener("paste", pasted);
      return;
    }
    const file = [...(event.clipboardData?.files ?? [])].find((each) => each.type.startsWith("image/"));
    if (!file) return;
    event.preventDefault();
    if (file.size > MOST_BYTES) refuse("The pasted picture is larger than 8 MB. Save it smaller.");
    else take(base64(new Uint8Array(await file.arrayBuffer())));
  }
  document.addEventListener("paste", pasted);
}
