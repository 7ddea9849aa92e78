export function ZeroPadding2D(input, { padding: [rows, columns] }) {
  const [height, width, channels] = input.shape;
  const wide = width + 2 * columns;
  const data = new Float32Array((height + 2 * rows) * wide * channels);
  for (let row = 0; row < height; row += 1) {
    const line = input.data.subarray(row * width * channels, (row + 1) * width * channels);
    data.set(line, ((row + rows) * wide + columns) * channels);
  }
  return { shape: [height + 2 * rows, wide, channels], data };
}
