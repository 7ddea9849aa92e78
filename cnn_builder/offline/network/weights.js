// Weights out of the file: base64 of float16 or float32 numbers, little-endian, one array after the other.
import { bytesOf } from "../../ui/components/common/base64.js";

// IEEE 754 binary16: a sign bit, 5 of exponent, 10 of fraction.
function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

export function numbers(text, type) {
  const { buffer } = bytesOf(text);
  return type === "float16" ? Float32Array.from(new Uint16Array(buffer), half) : new Float32Array(buffer);
}
