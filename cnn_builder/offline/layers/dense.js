import { activated } from "../network/activations.js";

// The kernel is [inputs, units].
export function Dense(input, { activation }, { kernel, bias }) {
  const [inputs, units] = kernel.shape;
  const sums = new Float64Array(units);
  if (bias) sums.set(bias.data);
  for (let i = 0; i < inputs; i += 1) {
    const value = input.data[i];
    if (value === 0) continue;
    for (let unit = 0; unit < units; unit += 1) sums[unit] += value * kernel.data[i * units + unit];
  }
  return activated(activation, { shape: [units], data: Float32Array.from(sums) });
}
