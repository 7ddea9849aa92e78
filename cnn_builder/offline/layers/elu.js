export function ELU(input, { alpha }) {
  return { shape: input.shape, data: input.data.map((x) => (x > 0 ? x : alpha * Math.expm1(x))) };
}
