// Keras' activation functions by name, with Keras' own defaults; and those that look at all numbers of the last axis.

const sigmoid = (x) => 1 / (1 + Math.exp(-x));
const softplus = (x) => (x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x)));
const clip = (x, low, high) => Math.min(Math.max(x, low), high);
const hardSigmoid = (x) => clip(x + 3, 0, 6) / 6;
const hardSilu = (x) => x * hardSigmoid(x);
const silu = (x) => x * sigmoid(x);
const elu = (x) => (x > 0 ? x : Math.expm1(x));
const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;

// M. Abramowitz, I. Stegun, "Handbook of Mathematical Functions" (1964), 7.1.26: wrong by at most 1.5e-7.
function erf(x) {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - series * Math.exp(-x * x));
}

export const ELEMENTWISE = {
  linear: (x) => x,
  relu: (x) => Math.max(x, 0),
  sigmoid,
  tanh: Math.tanh,
  elu,
  selu: (x) => SELU_SCALE * (x > 0 ? x : SELU_ALPHA * Math.expm1(x)),
  gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  silu,
  swish: silu,
  leaky_relu: (x) => (x > 0 ? x : 0.2 * x),
  relu6: (x) => clip(x, 0, 6),
  softplus,
  softsign: (x) => x / (1 + Math.abs(x)),
  exponential: Math.exp,
  mish: (x) => x * Math.tanh(softplus(x)),
  hard_sigmoid: hardSigmoid,
  hard_silu: hardSilu,
  hard_swish: hardSilu,
  hard_tanh: (x) => clip(x, -1, 1),
  hard_shrink: (x) => (Math.abs(x) > 0.5 ? x : 0),
  soft_shrink: (x) => Math.sign(x) * Math.max(Math.abs(x) - 0.5, 0),
  tanh_shrink: (x) => x - Math.tanh(x),
  celu: elu,
  log_sigmoid: (x) => -softplus(-x),
  sparse_plus: (x) => (x <= -1 ? 0 : x < 1 ? (x + 1) ** 2 / 4 : x),
  sparse_sigmoid: (x) => clip((x + 1) / 2, 0, 1),
  squareplus: (x) => (x + Math.sqrt(x * x + 4)) / 2,
};

function softmax(row) {
  const highest = row.reduce((most, x) => Math.max(most, x), -Infinity);
  const powers = Float64Array.from(row, (x) => Math.exp(x - highest));
  const sum = powers.reduce((total, x) => total + x, 0);
  return powers.map((x) => x / sum);
}

function logSoftmax(row) {
  const highest = row.reduce((most, x) => Math.max(most, x), -Infinity);
  const sum = row.reduce((total, x) => total + Math.exp(x - highest), 0);
  return Float64Array.from(row, (x) => x - highest - Math.log(sum));
}

// As Keras 3 computes it on TensorFlow, which is not quite the sparsemax of A. Martins and R. Astudillo (2016): it adds up
// the running sums of the numbers above the threshold, where the paper takes the last one.
function sparsemax(row) {
  let [running, total, count] = [0, 0, 0];
  Float64Array.from(row).sort().reverse().forEach((x, place) => {
    running += x;
    if (x - (running - 1) / (place + 1) > 0) {
      total += running;
      count += 1;
    }
  });
  return Float64Array.from(row, (x) => Math.max(x - (total - 1) / count, 0));
}

export const OVER_LAST_AXIS = {
  softmax,
  log_softmax: logSoftmax,
  sparsemax,
};

// A tensor's numbers through the function of this name, in place; null is "linear".
export function activated(name, tensor) {
  const { shape, data } = tensor;
  const each = ELEMENTWISE[name ?? "linear"];
  if (each) {
    for (let i = 0; i < data.length; i += 1) data[i] = each(data[i]);
    return tensor;
  }
  const size = shape[shape.length - 1];
  for (let start = 0; start < data.length; start += size) {
    data.set(OVER_LAST_AXIS[name](data.subarray(start, start + size)), start);
  }
  return tensor;
}
