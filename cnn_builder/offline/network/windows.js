// Windows that move over a map: how many places they have along an axis, and where the first one stands.
// A tensor is {shape, data}: shape without the batch, data a Float32Array row by row, channels last.

export function axis(size, kernel, stride, dilation, padding) {
  const reach = (kernel - 1) * dilation + 1;
  if (padding === "valid") return { out: Math.floor((size - reach) / stride) + 1, before: 0 };
  const out = Math.ceil(size / stride);
  return { out, before: Math.floor(Math.max((out - 1) * stride + reach - size, 0) / 2) };
}

// Calls `visit(place, taps, count)` for each output place. `taps` holds, for each position of the window that lies
// inside the map, its place in the kernel and the pixel under it, both counted row by row; `count` numbers are valid.
export function eachWindow(shape, { kernel, strides, dilation = [1, 1], padding }, visit) {
  const [height, width] = shape;
  const rows = axis(height, kernel[0], strides[0], dilation[0], padding);
  const columns = axis(width, kernel[1], strides[1], dilation[1], padding);
  const taps = new Int32Array(2 * kernel[0] * kernel[1]);
  for (let row = 0; row < rows.out; row += 1) {
    for (let column = 0; column < columns.out; column += 1) {
      let count = 0;
      for (let ky = 0; ky < kernel[0]; ky += 1) {
        const y = row * strides[0] - rows.before + ky * dilation[0];
        if (y < 0 || y >= height) continue;
        for (let kx = 0; kx < kernel[1]; kx += 1) {
          const x = column * strides[1] - columns.before + kx * dilation[1];
          if (x < 0 || x >= width) continue;
          taps[count] = ky * kernel[1] + kx;
          taps[count + 1] = y * width + x;
          count += 2;
        }
      }
      visit(row * columns.out + column, taps, count);
    }
  }
}

export function outputSize([height, width], { kernel, strides, dilation = [1, 1], padding }) {
  return [
    axis(height, kernel[0], strides[0], dilation[0], padding).out,
    axis(width, kernel[1], strides[1], dilation[1], padding).out,
  ];
}
