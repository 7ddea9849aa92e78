// With Keras' ceiling, slope below the threshold, and threshold.
export function ReLU(input, { max_value: ceiling, negative_slope: slope, threshold }) {
  const data = input.data.map((x) => {
    const above = x > threshold ? x : 0;
    const kept = ceiling === null ? above : Math.min(Math.max(above, 0), ceiling);
    return kept - slope * Math.max(threshold - x, 0);
  });
  return { shape: input.shape, data };
}
