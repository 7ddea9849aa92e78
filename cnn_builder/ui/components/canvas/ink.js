// Strokes as pictures: points on a square of UNIT × UNIT, drawn smoothly in white on black. It knows no events.
import { base64 } from "../common/base64.js";

export const UNIT = 1000;
export const SMALL = 112;

// How wide the pen is at a pressure from 0 to 1: about its own width at a hand's usual half.
const wide = (pressure) => 0.4 + 1.2 * pressure;

function start(context, stroke, scale) {
  context.lineCap = "round";
  context.lineJoin = "round";
  context.strokeStyle = stroke.e ? "#000" : "#fff";
  context.lineWidth = Math.max(stroke.w * scale, 0.5);
}

// Quadratic curves through the midpoints: a hand's few points become one smooth line.
function even(context, { p }, scale) {
  context.beginPath();
  context.moveTo(p[0] * scale, p[1] * scale);
  if (p.length === 2) context.lineTo(p[0] * scale + 0.01, p[1] * scale);
  for (let i = 2; i < p.length - 2; i += 2) {
    const x = (p[i] + p[i + 2]) / 2;
    const y = (p[i + 1] + p[i + 3]) / 2;
    context.quadraticCurveTo(p[i] * scale, p[i + 1] * scale, x * scale, y * scale);
  }
  if (p.length > 2) context.lineTo(p[p.length - 2] * scale, p[p.length - 1] * scale);
  context.stroke();
}

// With pressure each piece has its own width; round ends make them one line.
function pressed(context, { p, q, w }, scale) {
  let [x, y] = p;
  for (let i = 0; i < q.length; i += 1) {
    const last = i === q.length - 1;
    const endX = last ? p[2 * i] : (p[2 * i] + p[2 * i + 2]) / 2;
    const endY = last ? p[2 * i + 1] : (p[2 * i + 1] + p[2 * i + 3]) / 2;
    context.lineWidth = Math.max(w * wide(q[i]) * scale, 0.5);
    context.beginPath();
    context.moveTo(x * scale, y * scale);
    context.quadraticCurveTo(p[2 * i] * scale, p[2 * i + 1] * scale, endX * scale + 0.01, endY * scale);
    context.stroke();
    x = endX;
    y = endY;
  }
}

export function paint(canvas, strokes) {
  const context = canvas.getContext("2d");
  context.fillStyle = "#000";
  context.fillRect(0, 0, canvas.width, canvas.height);
  const scale = canvas.width / UNIT;
  for (const stroke of strokes) {
    start(context, stroke, scale);
    (stroke.q ? pressed : even)(context, stroke, scale);
  }
}

export function sound(stroke) {
  const numbers = stroke && Array.isArray(stroke.p) && stroke.p.length >= 2 && stroke.p.length % 2 === 0;
  if (!numbers || !stroke.p.every(Number.isFinite) || !Number.isFinite(stroke.w) || stroke.w <= 0) return false;
  if (stroke.q === undefined) return true;
  return Array.isArray(stroke.q) && stroke.q.length * 2 === stroke.p.length && stroke.q.every(Number.isFinite);
}

// The small grey image that is sent: SMALL × SMALL bytes, 0 black, 255 ink, drawn from the points, not scaled down.
const small = document.createElement("canvas");
small.width = SMALL;
small.height = SMALL;
small.getContext("2d", { willReadFrequently: true });

export function grey(strokes) {
  paint(small, strokes);
  const pixels = small.getContext("2d").getImageData(0, 0, SMALL, SMALL).data;
  const bytes = new Uint8Array(SMALL * SMALL);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = pixels[4 * i];
  return base64(bytes);
}
