export function Flatten(input) {
  return { shape: [input.data.length], data: input.data };
}
