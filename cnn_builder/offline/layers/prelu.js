// `alpha` has the input's shape, with 1 along the axes that share a slope.
export function PReLU(input, settings, { alpha }) {
  const { shape } = input;
  const slope = (place) => {
    let rest = place;
    let at = 0;
    let step = 1;
    for (let along = shape.length - 1; along >= 0; along -= 1) {
      if (alpha.shape[along] > 1) at += (rest % shape[along]) * step;
      step *= alpha.shape[along];
      rest = Math.floor(rest / shape[along]);
    }
    return alpha.data[at];
  };
  return { shape, data: input.data.map((x, place) => (x > 0 ? x : slope(place) * x)) };
}
