// A table of buttons. One is in the tab order; the arrow keys go from cell to cell, over the empty ones.

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
  const head = element("tr", {}, element("td", { className: "corner", textContent: "is ↓ read as →" }));
  const long = classes.some((name) => name.length > 3);
  for (const name of classes) {
    head.append(element("th", { scope: "col", className: long ? "long" : "" }, element("span", { textContent: name })));
  }
  const body = element("tbody");
  counts.forEach((row, actual) => {
    const line = element("tr", {}, element("th", { scope: "row", textContent: classes[actual] }));
    row.forEach((count, read) => {
      const cell = element("td");
      if (count) cell.append(button(classes, actual, read, count, shades[actual][read]));
      line.append(cell);
    });
    body.append(line);
  });
  const table = element("table", {}, element("thead", {}, head), body);
  table.setAttribute("aria-label", "Confusion matrix: press a cell to see its images");
  return element("div", { className: "frame" }, table);
}

function button(classes, actual, read, count, shade) {
  const made = element("button", { type: "button", textContent: count.toLocaleString("en") });
  const words = actual === read ? `${count} of ${classes[actual]} read right` : `${count} of ${classes[actual]} read as ${classes[read]}`;
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
  // Where nothing was read at all, or the chosen cell is empty, the first one can be reached.
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
