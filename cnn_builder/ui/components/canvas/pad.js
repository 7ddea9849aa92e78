// The drawing pad: mouse, finger, pen or keys make strokes, with undo and redo. It knows nothing of Streamlit: it
// tells `onChange(done)` while a stroke grows (false) and when something ended (true).
import { make } from "./dom.js";
import { grey, paint, sound, UNIT } from "./ink.js";
import { paintInside } from "./picture.js";

const MIN_STEP = 4;
const ERASER = 1.6; // times as wide as the pen
const PEN_ERASER_BUTTON = 32;

export function createPadElement() {
  return make("canvas", {
    class: "pad", tabindex: "0", role: "application", width: "280", height: "280",
    "aria-label": "Drawing area. Draw with mouse, finger or pen. Or use the keyboard: the arrow keys move, Space lowers and "
      + "lifts the pen, E switches the eraser, Ctrl+Z undoes, Escape clears.",
  });
}

// The keys are seen only while the pad has the keyboard's focus; heard as part of its name.
export function withKeys(canvas) {
  const keys = make("p", { class: "keys", "aria-hidden": "true" }, "Arrow keys move · Space lowers and lifts the pen");
  return make("div", { class: "place" }, canvas, keys);
}

export function createPad(canvas, pen, onChange) {
  // Every state of the drawing since it was opened; undo and redo (of a clear too) only move `now`.
  let history = [[]];
  let now = 0;
  let current = null;
  let pointer = null;
  let frame = 0;
  let cursor = null;
  // What is classified instead of a drawing; it is gone as soon as somebody draws, clears or takes a step back.
  let picture = null;

  const strokes = () => history[now];
  const all = () => (current ? [...strokes(), current] : strokes());
  const busy = () => current !== null;

  function become(next) {
    history = [...history.slice(0, now + 1), next];
    now = history.length - 1;
  }

  function redraw() {
    if (frame) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      show();
    });
  }

  function show() {
    paint(canvas, all());
    if (picture) paintInside(canvas, picture);
    if (cursor) cross(canvas, cursor, busy());
  }

  function fit() {
    // A backing store of device pixels keeps the lines sharp on dense screens.
    const size = Math.max(280, Math.round(canvas.clientWidth * (window.devicePixelRatio || 1)));
    if (canvas.width !== size) {
      canvas.width = size;
      canvas.height = size;
      show();
    }
  }

  function begin(erase, presses) {
    const width = pen.width();
    picture = null;
    current = erase ? { w: Math.round(width * ERASER), p: [], e: true } : { w: width, p: [] };
    if (presses && !erase) current.q = [];
  }

  function add(x, y, pressure) {
    const { p, q } = current;
    const far = Math.hypot(x - p[p.length - 2], y - p[p.length - 1]) >= MIN_STEP;
    if (p.length !== 0 && !far) return;
    p.push(x, y);
    // A pen's pressure trembles: half of the last one stays.
    if (q) q.push(Math.round(500 * (pressure + (q.length ? q[q.length - 1] : pressure))) / 1000);
  }

  function addEvent(event) {
    const box = canvas.getBoundingClientRect();
    const place = (at, from, length) => Math.round(((at - from) / length) * UNIT);
    add(place(event.clientX, box.left, box.width), place(event.clientY, box.top, box.height), event.pressure);
  }

  function finish() {
    become(all());
    pointer = null;
    current = null;
    redraw();
    onChange(true);
  }

  canvas.addEventListener("pointerdown", (event) => {
    const upsideDown = event.pointerType === "pen" && (event.buttons & PEN_ERASER_BUTTON) !== 0;
    if (busy() || !event.isPrimary || (event.button !== 0 && !upsideDown)) return;
    canvas.setPointerCapture(event.pointerId);
    pointer = event.pointerId;
    cursor = null;
    // Without a sensor a pen says 0 or one half, always.
    const presses = event.pointerType === "pen" && event.pressure > 0 && event.pressure !== 0.5;
    begin(upsideDown || pen.erases(), presses);
    addEvent(event);
    redraw();
  });

  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    const events = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
    for (const each of events.length ? events : [event]) addEvent(each);
    redraw();
    onChange(false);
  });

  function end(event) {
    if (event.pointerId !== pointer) return;
    // A pen that is lifted has no pressure left: its last point is where it last pressed.
    if (event.type === "pointerup" && !current.q) addEvent(event);
    finish();
  }
  for (const type of ["pointerup", "pointercancel", "lostpointercapture"]) canvas.addEventListener(type, end);
  canvas.addEventListener("blur", () => {
    if (busy() && pointer === null) finish();
    cursor = null;
    redraw();
  });

  new ResizeObserver(fit).observe(canvas);
  fit();
  show();

  function move(to) {
    if (busy() || to < 0 || to >= history.length) return;
    now = to;
    picture = null;
    redraw();
    onChange(true);
  }

  return {
    busy,
    strokes,
    canUndo: () => now > 0,
    canRedo: () => now < history.length - 1,
    canClear: () => picture !== null || strokes().length > 0,
    undo: () => move(now - 1),
    redo: () => move(now + 1),
    grey: () => grey(all()),
    clear() {
      if (busy() || !(picture || strokes().length)) return;
      if (strokes().length) become([]);
      picture = null;
      redraw();
      onChange(true);
    },
    // A picture takes the place of the strokes, which "Undo" brings back; null leaves the pad empty.
    showPicture(image) {
      if (busy()) return;
      if (strokes().length) become([]);
      picture = image;
      redraw();
    },
    restore(saved) {
      const kept = Array.isArray(saved) ? saved.filter(sound) : [];
      history = kept.length ? [[], kept] : [[]];
      now = history.length - 1;
      redraw();
    },
    // Drawing with keys: a cross that moves, and a pen that is put down and lifted.
    moveCursor(across, down) {
      if (pointer !== null) return;
      const from = cursor ?? [UNIT / 2 - across, UNIT / 2 - down];
      const within = (value) => Math.min(Math.max(value, 0), UNIT);
      cursor = [within(from[0] + across), within(from[1] + down)];
      if (busy()) {
        add(...cursor, 0.5);
        onChange(false);
      }
      redraw();
    },
    press() {
      if (pointer !== null) return;
      if (busy()) {
        finish();
        return;
      }
      cursor ??= [UNIT / 2, UNIT / 2];
      begin(pen.erases(), false);
      add(...cursor, 0.5);
      redraw();
    },
  };
}

function cross(canvas, [x, y], down) {
  const context = canvas.getContext("2d");
  const scale = canvas.width / UNIT;
  const arm = 30 * scale;
  context.lineWidth = Math.max(2, 5 * scale);
  context.strokeStyle = down ? "#f59e0b" : "#60a5fa";
  context.beginPath();
  context.moveTo(x * scale - arm, y * scale);
  context.lineTo(x * scale + arm, y * scale);
  context.moveTo(x * scale, y * scale - arm);
  context.lineTo(x * scale, y * scale + arm);
  context.stroke();
}
