export function GlobalAveragePooling2D(input, { keepdims }) {
  const [height, width, channels] = input.shape;
  const sums = new Float64Array(channels);
  input.data.forEach((value, place) => {
    sums[place % channels] += value;
  });
  const data = Float32Array.from(sums, (sum) => sum / (height * width));
  return { shape: keepdims ? [1, 1, channels] : [channels], data };
}
