// The drawing pad: strokes as points on a square of UNIT × UNIT, drawn smoothly in white on black.
// It knows nothing of Streamlit: it tells `onChange(done)` while a stroke grows (false) and when something ended (true).

export const UNIT = 1000;
const SMALL = 112;
const MIN_STEP = 4;

function trace(context, points, width, scale) {
  context.lineWidth = Math.max(width * scale, 0.5);
  context.lineCap = "round";
  context.lineJoin = "round";
  context.strokeStyle = "#fff";
  context.beginPath();
  context.moveTo(points[0] * scale, points[1] * scale);
  if (points.length === 2) {
    context.lineTo(points[0] * scale + 0.01, points[1] * scale);
  }
  // Quadratic curves through the midpoints: a hand's few points become one smooth line.
  for (let i = 2; i < points.length - 2; i += 2) {
    const middleX = (points[i] + points[i + 2]) / 2;
    const middleY = (points[i + 1] + points[i + 3]) / 2;
    context.quadraticCurveTo(points[i] * scale, points[i + 1] * scale, middleX * scale, middleY * scale);
  }
  if (points.length > 2) {
    context.lineTo(points[points.length - 2] * scale, points[points.length - 1] * scale);
  }
  context.stroke();
}

function paint(canvas, strokes) {
  const context = canvas.getContext("2d");
  context.fillStyle = "#000";
  context.fillRect(0, 0, canvas.width, canvas.height);
  for (const stroke of strokes) trace(context, stroke.p, stroke.w, canvas.width / UNIT);
}

function sound(stroke) {
  const numbers = stroke && Array.isArray(stroke.p) && stroke.p.length >= 2 && stroke.p.length % 2 === 0;
  return numbers && stroke.p.every(Number.isFinite) && Number.isFinite(stroke.w) && stroke.w > 0;
}

function base64(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return btoa(text);
}

export function createPad(canvas, getWidth, onChange) {
  // Every state of the drawing since it was opened; undo and redo (of a clear too) only move `now`.
  let history = [[]];
  let now = 0;
  let current = null;
  let pointer = null;
  let frame = 0;

  const strokes = () => history[now];
  const all = () => (current ? [...strokes(), current] : strokes());

  function become(next) {
    history = [...history.slice(0, now + 1), next];
    now = history.length - 1;
  }

  function redraw() {
    if (frame) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      paint(canvas, all());
    });
  }

  function fit() {
    // A backing store of device pixels keeps the lines sharp on dense screens.
    const size = Math.max(280, Math.round(canvas.clientWidth * (window.devicePixelRatio || 1)));
    if (canvas.width !== size) {
      canvas.width = size;
      canvas.height = size;
      paint(canvas, all());
    }
  }

  function add(event) {
    const box = canvas.getBoundingClientRect();
    const x = Math.round(((event.clientX - box.left) / box.width) * UNIT);
    const y = Math.round(((event.clientY - box.top) / box.height) * UNIT);
    const points = current.p;
    const far = Math.hypot(x - points[points.length - 2], y - points[points.length - 1]) >= MIN_STEP;
    if (points.length === 0 || far) points.push(x, y);
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (pointer !== null || event.button !== 0 || !event.isPrimary) return;
    canvas.setPointerCapture(event.pointerId);
    pointer = event.pointerId;
    current = { w: getWidth(), p: [] };
    add(event);
    redraw();
  });

  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    const events = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
    for (const each of events.length ? events : [event]) add(each);
    redraw();
    onChange(false);
  });

  function end(event) {
    if (event.pointerId !== pointer) return;
    if (event.type === "pointerup") add(event);
    become(all());
    pointer = null;
    current = null;
    redraw();
    onChange(true);
  }
  for (const type of ["pointerup", "pointercancel", "lostpointercapture"]) canvas.addEventListener(type, end);

  new ResizeObserver(fit).observe(canvas);
  fit();
  paint(canvas, all());

  function move(to) {
    if (pointer !== null || to < 0 || to >= history.length) return;
    now = to;
    redraw();
    onChange(true);
  }

  return {
    canUndo: () => now > 0,
    canRedo: () => now < history.length - 1,
    busy: () => pointer !== null,
    undo: () => move(now - 1),
    redo: () => move(now + 1),
    clear() {
      if (pointer !== null || !strokes().length) return;
      become([]);
      redraw();
      onChange(true);
    },
    restore(saved) {
      const kept = Array.isArray(saved) ? saved.filter(sound) : [];
      history = kept.length ? [[], kept] : [[]];
      now = history.length - 1;
      redraw();
    },
    strokes,
    // The small grey image that is sent: SMALL × SMALL bytes, 0 black, 255 ink, drawn from the points, not scaled down.
    grey() {
      const small = document.createElement("canvas");
      small.width = SMALL;
      small.height = SMALL;
      paint(small, all());
      const pixels = small.getContext("2d", { willReadFrequently: true }).getImageData(0, 0, SMALL, SMALL).data;
      const bytes = new Uint8Array(SMALL * SMALL);
      for (let i = 0; i < bytes.length; i += 1) bytes[i] = pixels[4 * i];
      return base64(bytes);
    },
  };
}
