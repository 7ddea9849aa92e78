import { eachWindow, outputSize } from "../network/windows.js";

export function MaxPooling2D(input, { pool_size: kernel, strides, padding }) {
  const channels = input.shape[2];
  const window = { kernel, strides: strides ?? kernel, padding };
  const size = outputSize(input.shape, window);
  const data = new Float32Array(size[0] * size[1] * channels).fill(-Infinity);
  eachWindow(input.shape, window, (place, taps, count) => {
    for (let tap = 0; tap < count; tap += 2) {
      for (let channel = 0; channel < channels; channel += 1) {
        const value = input.data[taps[tap + 1] * channels + channel];
        if (value > data[place * channels + channel]) data[place * channels + channel] = value;
      }
    }
  });
  return { shape: [...size, channels], data };
}
