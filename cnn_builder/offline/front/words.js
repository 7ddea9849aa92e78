// The answer in words, as the Draw page has them. A page by itself knows no training images: it never says "This is".

const LIKELY = 0.5;
const LEAST = 1e-9;
const NO_BREAK = "\u00a0";

// A probability in per cent; what is nearly all is never written as all, nor what is nearly none as none.
export function confidence(probability) {
  const number = 100 * Math.min(Math.max(probability, LEAST), 1 - LEAST);
  if (number > 99.9) return [">", "99.9", "%"].join(NO_BREAK);
  if (number < 0.1) return ["<", "0.1", "%"].join(NO_BREAK);
  return `${number.toFixed(1)}${NO_BREAK}%`;
}

// `phrases` has each class as it stands in a sentence, such as "an 8".
export function verdict(probabilities, phrases) {
  const order = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a] || b - a);
  const [first, second] = order;
  const best = probabilities[first];
  const sure = `${confidence(best)} confidence`;
  return {
    top: first,
    title: `${best < LIKELY ? "Perhaps" : "This looks like"} ${phrases[first]}`,
    detail: best >= 0.95 ? sure : `${sure}; next: ${phrases[second]} (${confidence(probabilities[second])})`,
  };
}
