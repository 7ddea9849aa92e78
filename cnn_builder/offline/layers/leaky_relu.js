export function LeakyReLU(input, { negative_slope: slope }) {
  return { shape: input.shape, data: input.data.map((x) => (x > 0 ? x : slope * x)) };
}
