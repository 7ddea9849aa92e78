// The row below the pad (pen, eraser, undo, redo, clear) and the keys that do the same.
import { make } from "./dom.js";

const STEP = 40;
const FINE = 10;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function createTools() {
  const button = (name, title) => make("button", { type: "button", title }, name);
  const eraser = button("Eraser", "Eraser (E)");
  eraser.setAttribute("aria-pressed", "false");
  const undo = button("Undo", "Undo (Ctrl+Z)");
  const redo = button("Redo", "Redo (Ctrl+Y)");
  const clear = button("Clear", "Clear (Escape)");
  const width = make("input", { type: "range", min: "30", max: "140", step: "5", value: "80", "aria-label": "Pen width" });
  const root = make("div", { class: "tools" }, make("label", { class: "pen" }, make("span", {}, "Pen"), width),
    make("div", { class: "buttons" }, eraser, undo, redo, clear));
  const erases = () => eraser.getAttribute("aria-pressed") === "true";
  const toggle = () => eraser.setAttribute("aria-pressed", String(!erases()));
  eraser.addEventListener("click", toggle);
  return {
    root, undo, redo, clear, width, toggle,
    pen: { width: () => Number(width.value), erases },
    update(pad) {
      undo.disabled = !pad.canUndo();
      redo.disabled = !pad.canRedo();
      clear.disabled = !pad.canClear();
    },
  };
}

export function keyboard(pad, canvas, toggleEraser) {
  return (event) => {
    const key = event.key.toLowerCase();
    const command = event.ctrlKey || event.metaKey;
    const onCanvas = event.target === canvas && !command && !event.altKey;
    if (command && key === "z") (event.shiftKey ? pad.redo : pad.undo)();
    else if (command && key === "y") pad.redo();
    else if (event.key === "Escape") pad.clear();
    else if (key === "e" && !command && !event.altKey) toggleEraser();
    else if (onCanvas && ARROWS[event.key]) {
      const by = event.shiftKey ? FINE : STEP;
      pad.moveCursor(ARROWS[event.key][0] * by, ARROWS[event.key][1] * by);
    } else if (onCanvas && event.key === " ") {
      if (!event.repeat) pad.press();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
}
