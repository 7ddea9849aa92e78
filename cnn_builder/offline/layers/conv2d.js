import { activated } from "../network/activations.js";
import { eachWindow, outputSize } from "../network/windows.js";

// The kernel is [height, width, channels of a group, filters]. The innermost loop runs over the filters, which lie side
// by side; an input of 0, as most are after a relu, adds nothing and is passed over.
export function Conv2D(input, settings, { kernel, bias }) {
  const { strides, padding, dilation_rate: dilation, groups, activation } = settings;
  const [, , within, filters] = kernel.shape;
  const channels = input.shape[2];
  const each = filters / groups;
  const window = { kernel: settings.kernel_size, strides, dilation, padding };
  const [height, width] = outputSize(input.shape, window);
  const data = new Float32Array(height * width * filters);
  const sums = new Float64Array(filters);
  eachWindow(input.shape, window, (place, taps, count) => {
    sums.fill(0);
    if (bias) sums.set(bias.data);
    for (let tap = 0; tap < count; tap += 2) {
      for (let group = 0; group < groups; group += 1) {
        for (let channel = 0; channel < within; channel += 1) {
          const value = input.data[taps[tap + 1] * channels + group * within + channel];
          if (value === 0) continue;
          const first = (taps[tap] * within + channel) * filters;
          for (let filter = group * each; filter < (group + 1) * each; filter += 1) {
            sums[filter] += value * kernel.data[first + filter];
          }
        }
      }
    }
    data.set(sums, place * filters);
  });
  return activated(activation, { shape: [height, width, filters], data });
}
