// The same numbers in the same order; -1 stands for the size that is left.
export function Reshape(input, { target_shape: target }) {
  const known = target.reduce((product, size) => product * (size === -1 ? 1 : size), 1);
  return { shape: target.map((size) => (size === -1 ? input.data.length / known : size)), data: input.data };
}
