import { activated } from "../network/activations.js";

export function Activation(input, { activation }) {
  return activated(activation, { shape: input.shape, data: input.data.slice() });
}
