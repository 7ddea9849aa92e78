// The drawing component: a pad at the left, the answer at the right. Python sends a reading with the number (`ack`) of
// the drawing it belongs to; the pad itself is made once and never written to from outside while it stands.
import { onPaste } from "../common/paste.js";
import { createKeeper, createSteps } from "./below.js";
import { make } from "./dom.js";
import { createPad, createPadElement, withKeys } from "./pad.js";
import { createPanel } from "./panel.js";
import { createTools, keyboard } from "./tools.js";

const EVERY_MS = 120;
const GIVE_UP_MS = 1500;
const SLOW_MS = 500;
const UNSETTLED_MS = 1500;
const instances = new WeakMap();

function create(parent, first) {
  const state = { seq: first.reading.ack, ack: first.reading.ack, sentAt: 0, timer: 0, slow: 0, later: 0, picture: "", component: null };
  const tools = createTools();
  const canvas = createPadElement();
  const retry = () => state.component.setTriggerValue("retry", true);
  const panel = createPanel(() => {
    root.classList.add("waiting");
    retry();
  });
  const keeper = createKeeper((label) => state.component.setTriggerValue("keep", { seq: Date.now(), label }));
  const steps = createSteps((open) => state.component.setStateValue("steps", open));
  const root = make("div", { class: "draw" }, make("div", { class: "left" }, withKeys(canvas), tools.root), panel.root, keeper.root,
    steps.root);

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

  // Each picture is shown once: what is drawn after it is the browser's until another comes.
  function showPicture(picture) {
    const shown = picture ? `${picture.number} ${picture.image !== null}` : "";
    if (picture && shown !== state.picture) {
      pad.showPicture(picture.image);
      tools.update(pad);
      // It was chosen below: on a phone neither pad nor answer is in view there.
      const { top, bottom } = canvas.getBoundingClientRect();
      if (state.component !== null && (top < 0 || bottom > window.innerHeight)) root.scrollIntoView();
    }
    state.picture = shown || state.picture;
  }

  return {
    update(component) {
      const { reading, classes } = component.data;
      showPicture(component.data.picture);
      state.component = component;
      state.ack = reading.ack;
      root.dataset.ack = reading.ack;
      if (state.ack >= state.seq) root.classList.remove("waiting");
      panel.show(reading, classes);
      root.classList.toggle("compact", component.data.compact);
      root.classList.toggle("gathers", component.data.gathers);
      keeper.show(component.data);
      steps.show(reading);
      clearTimeout(state.later);
      // The model is still loading, or its reliability being measured: ask again when nobody draws.
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
