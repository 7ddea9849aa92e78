// Whether this browser computes what the app computed: stored images, and the probabilities that belong to them.

export const TOLERANCE = 1e-3;

// `images` are the bytes of each stored image, `probabilities` what the app's own network gave for each.
export function selfTest(network, { images, probabilities }) {
  let [difference, changed] = [0, 0];
  images.forEach((image, i) => {
    const found = network.probabilities(image);
    found.forEach((value, place) => {
      const off = Math.abs(value - probabilities[i][place]);
      difference = Math.max(difference, Number.isFinite(off) ? off : Infinity);
    });
    if (place(found) !== place(probabilities[i])) changed += 1;
  });
  return { passed: changed === 0 && difference <= TOLERANCE, images: images.length, difference, changed };
}

const place = (row) => row.reduce((best, value, i) => (value > row[best] ? i : best), 0);

export function testWords({ passed, images, difference, changed }) {
  if (passed) {
    return `Self-test passed: the predictions for ${images} stored test images are those of the trained network `
      + `(largest difference of a probability: ${difference.toFixed(5)}).`;
  }
  return `Self-test failed: this browser computes other predictions than the trained network did. ${changed} of ${images} `
    + `stored test images are classified differently; the largest difference of a probability is ${difference.toFixed(3)}. `
    + "Do not rely on the answers. Try another browser, or export the page again.";
}
