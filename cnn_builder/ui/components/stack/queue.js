// Operations wait here until the server acknowledges them, and show their effect at once.
const PATIENCE_MS = 1000;

export class Queue {
  // `deliver(state)` hands the waiting operations to the server. One delivery is on its way at a time: more would only
  // interrupt the rerun that answers the first.
  constructor(deliver) {
    this.deliver = deliver;
    this.client = Math.random().toString(36).slice(2);
    this.seq = 0;
    this.pending = [];
    this.onItsWay = 0;
  }

  add(operation) {
    this.seq += 1;
    this.pending.push({ seq: this.seq, ...operation });
    this.flush();
  }

  flush() {
    if (this.onItsWay || !this.pending.length) return;
    this.onItsWay = this.seq;
    this.timer = setTimeout(() => this.arrived(), PATIENCE_MS);
    this.deliver({ client: this.client, items: structuredClone(this.pending) });
  }

  arrived() {
    clearTimeout(this.timer);
    this.onItsWay = 0;
    this.flush();
  }

  acknowledge(ack) {
    if (ack?.client !== this.client) return;
    this.pending = this.pending.filter((item) => item.seq > ack.seq);
    // Not from inside the render that brought the answer.
    if (this.onItsWay && ack.seq >= this.onItsWay) queueMicrotask(() => this.arrived());
  }

  // What the page will show when the pending operations are taken. Only order and selection are foreseen: shapes are
  // the server's to know.
  foresee({ layers, selected, gap }) {
    let view = { layers: [...layers], selected, gap };
    for (const operation of this.pending) view = step(view, operation);
    return view;
  }
}

function step(view, operation) {
  const at = view.layers.findIndex((layer) => layer.id === view.selected);
  const last = view.layers.length - 1;
  if (operation.op === "select") return { ...view, selected: operation.id, gap: null };
  if (operation.op === "input") return { ...view, selected: "input", gap: null };
  if (operation.op === "gap") return { ...view, selected: null, gap: operation.index };
  if (operation.op === "step" && last >= 0) {
    const start = at >= 0 ? at : (view.gap ?? 0) - (operation.by > 0 ? 1 : 0);
    const to = clamp(start + operation.by, last);
    return { ...view, selected: view.layers[to].id, gap: null };
  }
  if (operation.op === "remove" && at >= 0) {
    const layers = view.layers.toSpliced(at, 1);
    return { layers, selected: layers[Math.min(at, layers.length - 1)]?.id ?? null, gap: layers.length ? null : 0 };
  }
  if (operation.op === "move" && at >= 0) return moved(view, at, clamp(at + operation.by, last));
  if (operation.op === "place") {
    const from = view.layers.findIndex((layer) => layer.id === operation.id);
    return from < 0 ? view : moved({ ...view, selected: operation.id, gap: null }, from, clamp(operation.index, last));
  }
  return view;
}

function moved(view, from, to) {
  return { ...view, layers: view.layers.toSpliced(from, 1).toSpliced(to, 0, view.layers[from]) };
}

function clamp(index, last) {
  return Math.max(0, Math.min(index, last));
}
