// The drawing component: a pad at the left, the answer at the right. Python sends a reading with the number (`ack`) of
// the drawing it belongs to; the pad itself is made once and never written to from outside while it stands.
import { createKeeper, createSteps } from "./below.js";
import { make } from "./dom.js";
import { createPad } from "./pad.js";
import { createPanel } from "./panel.js";
import { onPaste } from "./picture.js";
import { createTools, keyboard } from "./tools.js";

const EVERY_MS = 120;
const GIVE_UP_MS = 1500;
const SLOW_MS = 500;
const UNSETTLED_MS = 1500;
const instances = new WeakMap();

function create(parent, first) {
  const state = { seq: first.reading.ack, ack: first.reading.ack, sentAt: 0, timer: 0, slow: 0, later: 0, component: null };
  const tools = createTools();
  const canvas = make("canvas", {
    class: "pad", tabindex: "0", role: "application", width: "280", height: "280",
    "aria-label": "Drawing area. Draw with mouse, finger or pen; or with the arrow keys, Space puts the pen down and "
      + "lifts it. E erases, Ctrl+Z undoes, Escape clears.",
  });
  const retry = () => state.component.setTriggerValue("retry", true);
  const panel = createPanel(() => {
    root.classList.add("waiting");
    retry();
  });
  const keeper = createKeeper((label) => state.component.setTriggerValue("keep", { seq: Date.now(), label }));
  const steps = createSteps((open) => state.component.setStateValue("steps", open));
  const root = make("div", { class: "draw" }, make("div", { class: "left" }, canvas, tools.root), panel.root,
    keeper.root, steps.root);

  function send(done) {
    clearTimeout(state.timer);
    clearTimeout(state.later);
    state.timer = 0;
    state.seq += 1;
    root.dataset.seq = state.seq;
    state.sentAt = performance.now();
    const strokes = done ? { strokes: pad.strokes(), width: tools.pen.width() } : null;
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
    tools.update(pad);
    if (done) send(true);
    else sendSoon();
  }

  const pad = createPad(canvas, tools.pen, changed);
  if (first.saved) {
    tools.width.value = String(first.saved.width);
    pad.restore(first.saved.strokes);
  }
  tools.undo.addEventListener("click", pad.undo);
  tools.redo.addEventListener("click", pad.redo);
  tools.clear.addEventListener("click", pad.clear);
  root.addEventListener("keydown", keyboard(pad, canvas, tools.toggle));
  onPaste(root, (content) => state.component.setTriggerValue("pasted", { seq: Date.now(), content }), panel.note);
  tools.update(pad);
  parent.appendChild(root);

  return {
    update(component) {
      const { reading, classes } = component.data;
      state.component = component;
      state.ack = reading.ack;
      root.dataset.ack = reading.ack;
      if (state.ack >= state.seq) root.classList.remove("waiting");
      panel.show(reading, classes);
      keeper.show(component.data);
      steps.show(reading);
      clearTimeout(state.later);
      // How sure to be is still being measured: ask again when nobody draws.
      if (!reading.settled) state.later = setTimeout(() => !pad.busy() && retry(), UNSETTLED_MS);
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
