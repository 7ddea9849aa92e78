import { activated } from "../network/activations.js";

export function Softmax(input) {
  return activated("softmax", { shape: input.shape, data: input.data.slice() });
}
