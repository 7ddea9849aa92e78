// Draws one layer: a box in oblique view that stands on the floor line, and three lines of text.
import { element, svg, write } from "../common/dom.js";

const HEIGHT = 228;
export const FLOOR = 148;
const NARROWEST = 64;
const WIDEST = 128;
const PADDING = 14;
const FONTS = { type: ["600", 13], label: ["", 12], shape: ["", 12] };
const CAPTION = 52; // of the height; it grows with the text
const pen = document.createElement("canvas").getContext("2d");
const measured = new Map();
let scale = 1;

// Text is larger on a wide screen; whether that has changed.
export function followTextSize() {
  const now = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  if (now === scale) return false;
  scale = now;
  measured.clear();
  return true;
}

export function rowHeight() {
  return Math.round(HEIGHT + CAPTION * (scale - 1));
}

function textWidth(font, text) {
  const key = `${font} ${text}`;
  if (!measured.has(key)) {
    pen.font = font;
    measured.set(key, pen.measureText(text).width);
  }
  return measured.get(key);
}

export function itemWidth(item, family) {
  const [width, , slant] = item.box;
  const texts = Object.entries(FONTS).map(([part, [weight, size]]) => {
    const bold = part === "shape" && item.state === "broken"; // "does not fit"
    return textWidth(`${bold ? 600 : weight} ${size * scale}px ${family}`, item[part]);
  });
  const wanted = Math.max(width + slant, ...texts) + PADDING;
  return Math.ceil(Math.max(NARROWEST * scale, Math.min(wanted, WIDEST * scale)));
}

function polygon(points, face, colour) {
  const node = svg("polygon", { points: points.map((point) => point.join(",")).join(" "), class: face });
  if (colour) node.style.setProperty("--layer", colour);
  return node;
}

function cuboid(left, top, width, slant, colour) {
  const right = left + width;
  return [
    polygon([[left, top], [left + slant, top - slant], [right + slant, top - slant], [right, top]], "top", colour),
    polygon([[right, top], [right + slant, top - slant], [right + slant, FLOOR - slant], [right, FLOOR]], "side", colour),
    polygon([[left, top], [right, top], [right, FLOOR], [left, FLOOR]], "front", colour),
  ];
}

function picture(item, total) {
  const [width, height, slant] = item.box;
  const left = (total - width - slant) / 2;
  const right = left + width;
  const top = FLOOR - height;
  const node = svg("svg", { width: total, height: FLOOR + 4, "aria-hidden": "true" });
  // A colour image is its red, its green and its blue, one behind the other; the last one's side is seen.
  const planes = item.planes?.length ? item.planes : [null];
  const each = width / planes.length;
  planes.forEach((colour, place) => node.append(...cuboid(left + place * each, top, each, slant, colour)));
  // A short vector shows its numbers one by one: the ten classes at the end.
  for (let cell = 1; cell < item.cells; cell += 1) {
    const y = FLOOR - (height * cell) / item.cells;
    node.append(svg("line", { x1: left, x2: right, y1: y, y2: y, class: "cell" }));
  }
  if (item.state === "broken") node.append(...warning(left + (width + slant) / 2, top - slant - 16));
  return node;
}

function warning(x, y) {
  const sign = svg("text", { x, y: y + 5, class: "sign" });
  sign.textContent = "!";
  return [svg("circle", { cx: x, cy: y, r: 11, class: "mark" }), sign];
}

function caption(item) {
  const node = element("span", "caption");
  for (const part of ["type", "label", "shape"]) {
    const line = element("span", part);
    line.textContent = item[part] || "\u00a0";
    node.append(line);
  }
  return node;
}

// `number` is what people count by; it changes more often than the picture.
export function fill(node, item, width, number) {
  const shown = [width, item.type, item.label, item.shape, item.colour, item.box, item.cells, item.state, item.planes];
  const signature = JSON.stringify(shown);
  if (node.dataset.signature !== signature) {
    node.dataset.signature = signature;
    node.style.setProperty("--layer", item.colour);
    node.style.width = `${width}px`;
    node.replaceChildren(element("span", "number"), picture(item, width), caption(item));
  }
  write(node.firstChild, number);
}
