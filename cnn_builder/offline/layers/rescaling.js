export function Rescaling(input, { scale, offset }) {
  return { shape: input.shape, data: input.data.map((x) => x * scale + offset) };
}
