// With the running mean and variance; a scale or an offset that was not learned is 1 or 0.
export function BatchNormalization(input, { epsilon }, { gamma, beta, moving_mean: mean, moving_variance: variance }) {
  const factor = Float64Array.from(variance.data, (value, i) => (gamma ? gamma.data[i] : 1) / Math.sqrt(value + epsilon));
  const offset = factor.map((value, i) => (beta ? beta.data[i] : 0) - mean.data[i] * value);
  const channels = factor.length;
  return { shape: input.shape, data: input.data.map((x, i) => x * factor[i % channels] + offset[i % channels]) };
}
