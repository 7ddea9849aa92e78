// A trained network: one function a layer type, called one after the other.
import { OVER_LAST_AXIS } from "./activations.js";
import { numbers } from "./weights.js";

// `stored` is {input_shape, softmax, weight_type, weights (base64), layers: [{type, settings, weights: [{name, shape}]}]};
// `functions` has a function (input, settings, weights) => output for each type, with tensors {shape, data}.
export function createNetwork(stored, functions) {
  const all = numbers(stored.weights, stored.weight_type);
  let start = 0;
  const layers = stored.layers.map(({ type, settings, weights }) => {
    const own = {};
    for (const { name, shape } of weights) {
      const end = start + shape.reduce((product, size) => product * size, 1);
      own[name] = { shape, data: all.subarray(start, end) };
      start = end;
    }
    return (input) => functions[type](input, settings, own);
  });

  return {
    // Bytes from 0 to 255, row by row, channels last → a probability a class.
    probabilities(bytes) {
      let tensor = { shape: stored.input_shape, data: Float32Array.from(bytes, (value) => value / 255) };
      for (const layer of layers) tensor = layer(tensor);
      return stored.softmax ? tensor.data : OVER_LAST_AXIS.softmax(tensor.data);
    },
  };
}
