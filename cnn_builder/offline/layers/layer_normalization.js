// Over the last axis; a scale or an offset that was not learned is 1 or 0.
export function LayerNormalization(input, { epsilon }, { gamma, beta }) {
  const size = input.shape[input.shape.length - 1];
  const data = new Float32Array(input.data.length);
  for (let start = 0; start < data.length; start += size) {
    const row = input.data.subarray(start, start + size);
    const mean = row.reduce((sum, x) => sum + x, 0) / size;
    const variance = row.reduce((sum, x) => sum + (x - mean) ** 2, 0) / size;
    const factor = 1 / Math.sqrt(variance + epsilon);
    row.forEach((x, i) => {
      data[start + i] = (x - mean) * factor * (gamma ? gamma.data[i] : 1) + (beta ? beta.data[i] : 0);
    });
  }
  return { shape: input.shape, data };
}
