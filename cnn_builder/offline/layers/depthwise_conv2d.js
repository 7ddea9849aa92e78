import { activated } from "../network/activations.js";
import { eachWindow, outputSize } from "../network/windows.js";

// The kernel is [height, width, channels, multiplier]: each channel has filters of its own.
export function DepthwiseConv2D(input, settings, { kernel, bias }) {
  const { strides, padding, dilation_rate: dilation, activation } = settings;
  const [, , channels, multiplier] = kernel.shape;
  const outputs = channels * multiplier;
  const window = { kernel: settings.kernel_size, strides, dilation, padding };
  const [height, width] = outputSize(input.shape, window);
  const data = new Float32Array(height * width * outputs);
  const sums = new Float64Array(outputs);
  eachWindow(input.shape, window, (place, taps, count) => {
    sums.fill(0);
    if (bias) sums.set(bias.data);
    for (let tap = 0; tap < count; tap += 2) {
      for (let output = 0; output < outputs; output += 1) {
        const channel = Math.floor(output / multiplier);
        sums[output] += input.data[taps[tap + 1] * channels + channel] * kernel.data[taps[tap] * outputs + output];
      }
    }
    data.set(sums, place * outputs);
  });
  return activated(activation, { shape: [height, width, outputs], data });
}
