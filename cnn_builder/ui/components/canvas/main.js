// The drawing component: a pad at the left, the answer at the right. Python sends a reading with the number (`ack`) of
// the drawing it belongs to; the pad itself is made once and never written to from outside while it stands.
import { make } from "./dom.js";
import { createPad } from "./pad.js";
import { createPanel } from "./panel.js";

const EVERY_MS = 120;
const GIVE_UP_MS = 1500;
const SLOW_MS = 500;
const instances = new WeakMap();

function createTools() {
  const button = (name, title) => make("button", { type: "button", title }, name);
  const undo = button("Undo", "Undo (Ctrl+Z)");
  const redo = button("Redo", "Redo (Ctrl+Y)");
  const clear = button("Clear", "Clear (Escape)");
  const width = make("input", { type: "range", min: "30", max: "140", step: "5", value: "80", "aria-label": "Pen width" });
  const root = make("div", { class: "tools" }, make("label", { class: "pen" }, make("span", {}, "Pen"), width),
    make("div", { class: "buttons" }, undo, redo, clear));
  return { root, undo, redo, clear, width };
}

function keyboard(pad) {
  return (event) => {
    const key = event.key.toLowerCase();
    const command = event.ctrlKey || event.metaKey;
    if (command && key === "z") (event.shiftKey ? pad.redo : pad.undo)();
    else if (command && key === "y") pad.redo();
    else if (event.key === "Escape") pad.clear();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
}

function create(parent, first) {
  const state = { seq: first.reading.ack, ack: first.reading.ack, sentAt: 0, timer: 0, slow: 0, component: null };
  const tools = createTools();
  const canvas = make("canvas", {
    class: "pad", tabindex: "0", role: "application", width: "280", height: "280",
    "aria-label": "Drawing area. Draw with mouse, finger or pen. Ctrl+Z undoes, Escape clears.",
  });
  const panel = createPanel(() => {
    root.classList.add("waiting");
    state.component.setTriggerValue("retry", true);
  });
  const root = make("div", { class: "draw" }, make("div", { class: "left" }, canvas, tools.root), panel.root);

  function send(done) {
    clearTimeout(state.timer);
    state.timer = 0;
    state.seq += 1;
    state.sentAt = performance.now();
    const strokes = done ? { strokes: pad.strokes(), width: Number(tools.width.value) } : null;
    state.component.setStateValue("drawing", { seq: state.seq, image: pad.grey(), saved: strokes });
    clearTimeout(state.slow);
    state.slow = setTimeout(() => root.classList.toggle("waiting", state.ack < state.seq), SLOW_MS);
  }

  // Inside a stroke: at most every EVERY_MS, and not while the last one is still being read (a slow answer would
  // otherwise be interrupted again and again and never seen). The end of a stroke is always sent.
  function sendSoon() {
    if (state.timer) return;
    const age = performance.now() - state.sentAt;
    state.timer = setTimeout(() => {
      state.timer = 0;
      const waiting = state.ack < state.seq && performance.now() - state.sentAt < GIVE_UP_MS;
      if (!pad.busy()) return;
      if (waiting) sendSoon();
      else send(false);
    }, Math.max(0, EVERY_MS - age) || 30);
  }

  function changed(done) {
    tools.undo.disabled = !pad.canUndo();
    tools.redo.disabled = !pad.canRedo();
    tools.clear.disabled = pad.strokes().length === 0;
    if (done) send(true);
    else sendSoon();
  }

  const pad = createPad(canvas, () => Number(tools.width.value), changed);
  if (first.saved) {
    tools.width.value = String(first.saved.width);
    pad.restore(first.saved.strokes);
  }
  tools.undo.addEventListener("click", pad.undo);
  tools.redo.addEventListener("click", pad.redo);
  tools.clear.addEventListener("click", pad.clear);
  root.addEventListener("keydown", keyboard(pad));
  tools.undo.disabled = !pad.canUndo();
  tools.redo.disabled = true;
  tools.clear.disabled = pad.strokes().length === 0;
  parent.appendChild(root);

  return {
    update(component) {
      const { reading, classes } = component.data;
      state.component = component;
      state.ack = reading.ack;
      root.dataset.ack = reading.ack;
      if (state.ack >= state.seq) root.classList.remove("waiting");
      panel.show(reading, classes);
    },
  };
}

export default function (component) {
  const { parentElement, data } = component;
  let instance = instances.get(parentElement);
  if (!instance) {
    instance = create(parentElement, data);
    instances.set(parentElement, instance);
  }
  instance.update(component);
}
