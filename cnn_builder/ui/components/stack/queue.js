// Operations wait here until the server acknowledges them, and show their effect at once.
export class Queue {
  constructor() {
    this.client = Math.random().toString(36).slice(2);
    this.seq = 0;
    this.pending = [];
  }

  add(operation) {
    this.seq += 1;
    this.pending.push({ seq: this.seq, ...operation });
    return { client: this.client, items: this.pending };
  }

  acknowledge(ack) {
    if (ack?.client === this.client) this.pending = this.pending.filter((item) => item.seq > ack.seq);
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
  if (operation.op === "gap") return { ...view, selected: null, gap: operation.index };
  if (operation.op === "step" && last >= 0) {
    const start = at >= 0 ? at : (view.gap ?? 0) - (operation.by > 0 ? 1 : 0);
    const to = Math.max(0, Math.min(start + operation.by, last));
    return { ...view, selected: view.layers[to].id, gap: null };
  }
  if (operation.op === "remove" && at >= 0) {
    const layers = view.layers.toSpliced(at, 1);
    return { layers, selected: layers[Math.min(at, layers.length - 1)]?.id ?? null, gap: layers.length ? null : 0 };
  }
  if (operation.op === "move" && at >= 0) {
    const to = Math.max(0, Math.min(at + operation.by, last));
    return { ...view, layers: view.layers.toSpliced(at, 1).toSpliced(to, 0, view.layers[at]) };
  }
  return view;
}
