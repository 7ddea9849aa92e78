// A table of buttons. One is in the tab order; the arrow keys go from cell to cell, over the empty ones.

const LONGEST_NAME = 12; // letters; a longer name is cut off, its title is whole
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export default function ({ data, parentElement, setStateValue }) {
  const key = JSON.stringify([data.classes, data.counts]);
  let frame = parentElement.querySelector(".frame");
  if (!frame || frame.dataset.key !== key) {
    frame?.remove();
    frame = build(data);
    frame.dataset.key = key;
    parentElement.append(frame);
  }
  const press = (cell) => {
    select(frame, cell);
    setStateValue("cell", cell);
  };
  frame.onclick = (event) => {
    const button = event.target.closest("button");
    if (button) press(cellOf(button));
  };
  frame.onkeydown = (event) => move(frame, event);
  select(frame, data.selected);
}

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function build({ classes, counts, shades }) {
  const head = element("tr", {}, element("td", { className: "corner" }));
  const long = classes.some((name) => name.length > 3);
  for (const name of classes) {
    head.append(element("th", { scope: "col", className: long ? "long" : "" }, element("span", { textContent: name })));
  }
  const body = element("tbody");
  counts.forEach((row, actual) => {
    const line = element("tr", {}, element("th", { scope: "row", textContent: classes[actual], title: classes[actual] }));
    row.forEach((count, read) => {
      const cell = element("td");
      if (count) cell.append(button(classes, actual, read, count, shades[actual][read]));
      line.append(cell);
    });
    body.append(line);
  });
  const table = element("table", {}, element("thead", {}, head), body);
  table.setAttribute("aria-label", "Confusion matrix: select a cell to see its images");
  const frame = element("div", { className: "frame" },
    element("p", { className: "axes", textContent: "Rows: actual. Columns: predicted." }), table);
  // From these the style sheet computes the size of the text at which the whole matrix fits into its place.
  const longest = (texts) => Math.max(...texts.map((text) => text.length));
  frame.style.setProperty("--classes", classes.length);
  frame.style.setProperty("--name", Math.min(longest(classes), LONGEST_NAME));
  frame.style.setProperty("--count", Math.max(...counts.flat().map((count) => wide(text(count))), 2));
  return frame;
}

function text(count) {
  return count.toLocaleString();
}

// In digits: a comma is half as wide as one.
function wide(words) {
  return words.length - 0.5 * words.split(",").length + 0.5;
}

function button(classes, actual, read, count, shade) {
  const made = element("button", { type: "button", textContent: text(count) });
  const outcome = actual === read ? "classified correctly" : `predicted as ${classes[read]}`;
  const words = `${count} ${count === 1 ? "image" : "images"} of ${classes[actual]} ${outcome}`;
  made.setAttribute("aria-label", words);
  made.title = words;
  made.className = actual === read ? "right" : "wrong";
  made.style.setProperty("--shade", shade);
  made.dataset.cell = `${actual},${read}`;
  return made;
}

function cellOf(button) {
  return button.dataset.cell.split(",").map(Number);
}

function select(frame, cell) {
  for (const button of frame.querySelectorAll("button")) {
    const chosen = button.dataset.cell === cell.join(",");
    button.setAttribute("aria-pressed", chosen);
    button.tabIndex = chosen ? 0 : -1;
  }
  // Where the chosen cell is empty, the first button can be reached.
  if (!frame.querySelector("button[tabindex='0']")) frame.querySelector("button")?.setAttribute("tabindex", "0");
}

function move(frame, event) {
  const step = STEPS[event.key];
  const from = event.target.closest("button");
  if (!step || !from) return;
  event.preventDefault();
  let [actual, read] = cellOf(from);
  const count = frame.querySelectorAll("tbody tr").length;
  for (;;) {
    actual += step[0];
    read += step[1];
    if (actual < 0 || read < 0 || actual >= count || read >= count) return;
    const to = frame.querySelector(`button[data-cell="${actual},${read}"]`);
    if (to) return to.focus();
  }
}
