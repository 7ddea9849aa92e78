// The answer beside the canvas: what it is, the bars, the image the model saw, and notes. Every part keeps its
// place and size whatever is shown, so nothing jumps while somebody draws.
import { make } from "./dom.js";

function percentText(probability) {
  const percent = 100 * probability;
  if (percent > 0 && percent < 0.1) return "<\u00a00.1\u00a0%";
  // 99.97 is not certainty: only what is 100 to the last digit may say so.
  return `${(percent < 100 ? Math.min(percent, 99.9) : percent).toFixed(1)}\u00a0%`;
}

function bytesOf(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

function paintSeen(canvas, seen) {
  const [height, width, channels] = seen ? seen.shape : [28, 28, 1];
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  const bytes = seen ? bytesOf(seen.pixels) : new Uint8Array(height * width * channels);
  for (let i = 0; i < height * width; i += 1) {
    for (let c = 0; c < 3; c += 1) image.data[4 * i + c] = bytes[channels * i + (channels === 3 ? c : 0)];
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

export function createPanel(retry) {
  const title = make("p", { class: "title", role: "status" });
  const detail = make("p", { class: "detail" });
  const again = make("button", { class: "again", type: "button", hidden: "" }, "Try again");
  again.addEventListener("click", retry);
  const seen = make("canvas", { class: "seen", role: "img", "aria-label": "What the model saw" });
  const caption = make("figcaption", {}, "What the model saw");
  const bars = make("div", { class: "bars", role: "list", "aria-label": "Probability of each class" });
  const notes = make("ul", { class: "notes" });
  const root = make("section", { class: "panel", "aria-label": "Answer" },
    make("div", { class: "head" }, make("div", { class: "words" }, title, detail, again),
      make("figure", {}, seen, caption)),
    bars, notes);
  let rows = [];
  let shownClasses = "";

  function buildBars(classes) {
    shownClasses = JSON.stringify(classes);
    rows = classes.map((name) => {
      const fill = make("span", { class: "fill" });
      const percent = make("span", { class: "percent" }, "–");
      const row = make("div", { class: "row", role: "listitem" },
        make("span", { class: "name", title: name }, name), make("span", { class: "track" }, fill), percent);
      return { row, fill, percent };
    });
    bars.replaceChildren(...rows.map((each) => each.row));
  }

  return {
    root,
    show(reading, classes) {
      if (JSON.stringify(classes) !== shownClasses) buildBars(classes);
      root.dataset.kind = reading.kind;
      title.textContent = reading.title;
      detail.textContent = reading.detail;
      again.hidden = reading.kind !== "error";
      rows.forEach(({ row, fill, percent }, i) => {
        const probability = reading.probabilities ? reading.probabilities[i] : null;
        row.classList.toggle("top", probability !== null && i === reading.top);
        fill.style.transform = `scaleX(${probability ?? 0})`;
        percent.textContent = probability === null ? "–" : percentText(probability);
      });
      paintSeen(seen, reading.seen);
      const [height, width] = reading.seen ? reading.seen.shape : [null, null];
      caption.textContent = height ? `What the model saw, ${height}×${width}` : "What the model saw";
      notes.replaceChildren(...reading.notes.map((note) => make("li", {}, note)));
    },
  };
}
