// The answer beside the canvas: the prediction and what it rests on, the bars, the network's input, the nearest
// training images, and notes. Every part keeps its place and size whatever is shown, so nothing jumps while somebody draws.
import { make } from "./dom.js";
import { paintPicture } from "./picture.js";

const NEAR = 5;

function createBars() {
  const root = make("div", { class: "bars", role: "list", "aria-label": "Probability of each class" });
  let rows = [];
  let shown = "";

  function build(classes) {
    shown = JSON.stringify(classes);
    rows = classes.map((name) => {
      const fill = make("span", { class: "fill" });
      const percent = make("span", { class: "percent" }, "–");
      const row = make("div", { class: "row", role: "listitem" },
        make("span", { class: "name", title: name }, name), make("span", { class: "track" }, fill), percent);
      return { row, fill, percent };
    });
    root.replaceChildren(...rows.map((each) => each.row));
  }

  return {
    root,
    show(reading, classes) {
      if (JSON.stringify(classes) !== shown) build(classes);
      rows.forEach(({ row, fill, percent }, i) => {
        const probability = reading.probabilities ? reading.probabilities[i] : null;
        row.classList.toggle("top", probability !== null && i === reading.top);
        fill.style.transform = `scaleX(${probability ?? 0})`;
        percent.textContent = reading.percents ? reading.percents[i] : "–";
      });
    },
  };
}

function createNear() {
  const places = Array.from({ length: NEAR }, () => {
    const picture = make("canvas", { class: "thumb", role: "img" });
    const name = make("figcaption", {}, "\u00a0");
    return { picture, name, root: make("figure", { role: "listitem" }, picture, name) };
  });
  const root = make("div", { class: "near" }, make("p", { class: "soft" }, "Nearest training images"),
    make("div", { class: "thumbs", role: "list", "aria-label": "Nearest training images" },
      ...places.map((each) => each.root)));
  return {
    root,
    show(reading, classes) {
      places.forEach(({ picture, name }, i) => {
        const found = reading.near[i];
        picture.classList.toggle("none", !found);
        paintPicture(picture, found?.image ?? null);
        name.textContent = found ? classes[found.label] : "\u00a0";
        picture.setAttribute("aria-label", found ? `Training image of class ${classes[found.label]}` : "None yet");
      });
    },
  };
}

export function createPanel(retry) {
  const title = make("p", { class: "title", role: "status" });
  const detail = make("p", { class: "detail" });
  const again = make("button", { class: "again", type: "button", hidden: "" }, "Try again");
  again.addEventListener("click", retry);
  const seen = make("canvas", { class: "seen", role: "img", "aria-label": "Network input" });
  const caption = make("figcaption", {}, "Network input");
  const ground = make("p", { class: "ground" });
  const bars = createBars();
  const near = createNear();
  const notes = make("ul", { class: "notes" });
  const root = make("section", { class: "panel", "aria-label": "Answer" },
    make("div", { class: "head" }, make("div", { class: "words" }, title, detail, again),
      make("figure", {}, seen, caption)),
    ground, bars.root, near.root, notes);

  return {
    root,
    note(text) {
      notes.replaceChildren(make("li", {}, text));
    },
    show(reading, classes) {
      root.dataset.kind = reading.kind;
      root.dataset.verdict = reading.verdict;
      root.dataset.outcome = reading.outcome;
      title.textContent = reading.title;
      detail.textContent = reading.detail;
      ground.textContent = reading.ground;
      again.hidden = reading.kind !== "error";
      bars.show(reading, classes);
      near.show(reading, classes);
      paintPicture(seen, reading.seen);
      const [height, width] = reading.seen ? reading.seen.shape : [null, null];
      caption.textContent = height ? `Network input, ${height}×${width}` : "Network input";
      notes.replaceChildren(...reading.notes.map((note) => make("li", {}, note)));
    },
  };
}
