// Where one chooses a picture: from the device or its camera, dropped, or pasted.
import { base64, bytesOf } from "../../ui/components/common/base64.js";
import { make } from "../../ui/components/canvas/dom.js";
import { paintInside } from "../../ui/components/canvas/picture.js";
import { onPaste } from "../../ui/components/common/paste.js";

const SIDE = 280;
const MOST_SIDE = 2000; // pixels: some browsers give no canvas that is much larger

// `read(image)` is called with {height, width, data}, three bytes a pixel; `note(text)` says what went wrong.
export function createInput(read, note) {
  const canvas = make("canvas", { class: "pad picked", role: "img", "aria-label": "Chosen picture", width: SIDE, height: SIDE });
  const file = make("input", { type: "file", accept: "image/*", id: "picture" });
  const choose = make("label", { class: "choose" }, "Choose a picture", file);
  const root = make("div", { class: "left" }, canvas, make("div", { class: "tools" }, choose));

  const show = (picture) => {
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, SIDE, SIDE);
    paintInside(canvas, picture);
  };

  async function take(blob) {
    let image;
    try {
      image = await decoded(blob);
    } catch {
      note("This file cannot be read as a picture. Choose a PNG or JPEG file.");
      return;
    }
    show({ pixels: base64(image.data), shape: [image.height, image.width, 3] });
    read(image);
  }

  file.addEventListener("change", () => {
    if (file.files.length) take(file.files[0]);
    file.value = "";
  });
  root.addEventListener("dragover", (event) => event.preventDefault());
  root.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) take(event.dataTransfer.files[0]);
  });
  onPaste(root, (content) => take(new Blob([bytesOf(content)])), note);
  return { root, show };
}

// A picture file as bytes, turned as its EXIF says, what is clear made white.
async function decoded(blob) {
  const bitmap = await createImageBitmap(blob);
  const scale = Math.min(1, MOST_SIDE / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * scale)));
  const canvas = make("canvas", { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0, width, height);
  const pixels = context.getImageData(0, 0, width, height).data;
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i += 1) data.set(pixels.subarray(4 * i, 4 * i + 3), 3 * i);
  return { height, width, data };
}
