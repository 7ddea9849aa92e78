import { eachWindow, outputSize } from "../network/windows.js";

// Places beyond the edge are not counted: the mean is of those inside.
export function AveragePooling2D(input, { pool_size: kernel, strides, padding }) {
  const channels = input.shape[2];
  const window = { kernel, strides: strides ?? kernel, padding };
  const size = outputSize(input.shape, window);
  const data = new Float32Array(size[0] * size[1] * channels);
  const sums = new Float64Array(channels);
  eachWindow(input.shape, window, (place, taps, count) => {
    sums.fill(0);
    for (let tap = 0; tap < count; tap += 2) {
      for (let channel = 0; channel < channels; channel += 1) {
        sums[channel] += input.data[taps[tap + 1] * channels + channel];
      }
    }
    for (let channel = 0; channel < channels; channel += 1) data[place * channels + channel] = sums[channel] / (count / 2);
  });
  return { shape: [...size, channels], data };
}
