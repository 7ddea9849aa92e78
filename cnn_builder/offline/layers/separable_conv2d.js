import { Conv2D } from "./conv2d.js";
import { DepthwiseConv2D } from "./depthwise_conv2d.js";

const ONE_PLACE = { kernel_size: [1, 1], strides: [1, 1], dilation_rate: [1, 1], padding: "valid", groups: 1 };

// A depthwise convolution, then a 1×1 convolution that mixes the channels.
export function SeparableConv2D(input, settings, { depthwise_kernel: kernel, pointwise_kernel: mixing, bias }) {
  const filtered = DepthwiseConv2D(input, { ...settings, activation: null }, { kernel });
  return Conv2D(filtered, { ...ONE_PLACE, activation: settings.activation }, { kernel: mixing, bias });
}
