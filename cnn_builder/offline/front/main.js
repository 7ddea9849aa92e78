// A trained network on a page by itself: what is drawn or chosen is prepared as in the app, and classified here.
import { base64, bytesOf } from "../../ui/components/common/base64.js";
import { make } from "../../ui/components/canvas/dom.js";
import { createPanel } from "../../ui/components/canvas/panel.js";
import { createNetwork } from "../network/network.js";
import { selfTest, testWords } from "./selftest.js";
import { confidence, verdict } from "./words.js";

const NOTHING = { verdict: "", outcome: "", ground: "", probabilities: null, percents: null, top: -1, near: [], seen: null, notes: [] };

// `layers`: a function a layer type; `prepare(image, shape)` makes an image the network's input, or refuses it;
// `createInput(read, note)` is where one draws or chooses a picture.
export function start({ layers, prepare, createInput }) {
  const stored = JSON.parse(document.getElementById("data").textContent);
  const { classes, phrases, image_shape: shape, words } = stored;
  const network = createNetwork(stored.network, layers);
  const samples = samplesOf(stored.samples, shape);
  const panel = createPanel(() => {});

  function answer(pixels, notes, outcome = "") {
    const found = network.probabilities(pixels);
    const { top, title, detail } = verdict(found, phrases);
    const probabilities = [...found];
    const seen = { pixels: base64(pixels), shape };
    const percents = probabilities.map(confidence);
    panel.show({ ...NOTHING, kind: "answer", title, detail, top, probabilities, percents, seen, notes, outcome }, classes);
  }

  function read(image) {
    if (image === null) {
      panel.show({ ...NOTHING, kind: "empty", title: words.title, detail: words.hint }, classes);
      return;
    }
    const { pixels, refused, warnings } = prepare(image, shape);
    if (refused) panel.show({ ...NOTHING, kind: "refused", title: "No prediction", detail: words.sentences[refused] }, classes);
    else answer(pixels, [...warnings.map((name) => words.sentences[name]), ...words.notes]);
  }

  const input = createInput(read, panel.note);
  let next = 0;
  const sample = make("button", { type: "button", class: "again" }, "Use a test image");
  sample.addEventListener("click", () => {
    const { image, label } = samples[next % samples.length];
    next += 1;
    input.show({ pixels: base64(image), shape });
    const found = network.probabilities(image);
    const right = verdict(found, phrases).top === label;
    answer(image, [`A test image. ${right ? "Correct" : "Wrong"}: it is ${phrases[label]}.`], right ? "right" : "wrong");
  });
  input.root.append(sample);
  document.getElementById("app").append(make("div", { class: "draw" }, input.root, panel.root));
  read(null);
  // After the page is painted: it stands at once.
  setTimeout(() => report(selfTest(network, { images: samples.map(({ image }) => image), probabilities: stored.samples.probabilities })));
}

function report(result) {
  const line = document.getElementById("test");
  line.textContent = testWords(result);
  line.dataset.passed = result.passed;
  if (!result.passed) line.setAttribute("role", "alert");
}

function samplesOf({ images, labels }, shape) {
  const bytes = bytesOf(images);
  const size = shape.reduce((product, side) => product * side, 1);
  return labels.map((label, i) => ({ image: bytes.subarray(i * size, (i + 1) * size), label }));
}
