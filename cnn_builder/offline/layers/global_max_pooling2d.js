export function GlobalMaxPooling2D(input, { keepdims }) {
  const channels = input.shape[2];
  const data = new Float32Array(channels).fill(-Infinity);
  input.data.forEach((value, place) => {
    data[place % channels] = Math.max(data[place % channels], value);
  });
  return { shape: keepdims ? [1, 1, channels] : [channels], data };
}
