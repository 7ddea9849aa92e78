import { Actions } from "./actions.js";
import { element, write } from "../common/dom.js";
import { makeField } from "./fields.js";

const OPERATION = "cnn-operation";
const inspectors = new WeakMap();

class Inspector {
  constructor(parent) {
    this.fields = new Map();
    this.build();
    parent.append(this.frame);
    this.frame.addEventListener("keydown", (event) => this.onKey(event));
  }

  build() {
    this.frame = element("section", "inspector", { "aria-label": "Settings of the layer" });
    this.title = element("h2", "");
    this.actions = new Actions((operation) => this.send(operation));
    const head = element("div", "head");
    head.append(this.title, this.actions.node);
    this.summary = element("p", "summary");
    this.everyday = element("div", "fields");
    this.more = element("details", "more");
    const summary = element("summary", "");
    summary.textContent = "More settings";
    this.further = element("div", "fields");
    this.more.append(summary, this.further);
    this.nothing = element("p", "summary");
    this.nothing.textContent = "Nothing to set.";
    this.frame.append(head, this.actions.panel, this.summary, this.everyday, this.more, this.nothing);
  }

  // The picture of the stack queues the operation and writes its number into `detail`.
  send(operation) {
    const detail = { operation };
    document.dispatchEvent(new CustomEvent(OPERATION, { detail }));
    return detail;
  }

  update({ data }) {
    const another = this.layer !== data.layer;
    this.layer = data.layer;
    write(this.title, data.title);
    write(this.summary, data.summary);
    this.actions.update(data, another);
    const focused = this.focused();
    const kept = new Set();
    for (const given of data.fields) {
      const key = `${given.name}/${given.side ?? ""}/${given.kind}`;
      kept.add(key);
      let field = this.fields.get(key);
      if (!field) this.fields.set(key, (field = makeField(given, (name, value) => this.set(name, value, given))));
      field.update(given, { another, layer: data.layer, ack: data.ack, error: data.errors[given.name] });
    }
    this.arrange(data.fields, kept, focused);
  }

  set(name, value, given) {
    const side = given.side === undefined ? {} : { side: given.side };
    return this.send({ op: "set", id: this.layer, name, value, ...side, edit: this.fields.get(keyOf(given)).edit });
  }

  // Nodes stay where they are as long as they can: one that moves loses the focus.
  arrange(given, kept, focused) {
    for (const [key, field] of this.fields) {
      if (kept.has(key)) continue;
      field.node.remove();
      this.fields.delete(key);
    }
    const places = { false: [], true: [] };
    for (const one of given) places[one.more].push(this.fields.get(keyOf(one)).node);
    order(this.everyday, places.false);
    order(this.further, places.true);
    this.more.hidden = !places.true.length;
    this.nothing.hidden = given.length > 0;
    if (focused && !focused.isConnected) (this.everyday.querySelector("input, select") ?? this.actions.first).focus();
  }

  focused() {
    const active = this.frame.getRootNode().activeElement;
    return this.frame.contains(active) ? active : null;
  }

  // Undo is the network's also inside a field: each keystroke has changed the network.
  onKey(event) {
    if ((!event.ctrlKey && !event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    event.stopPropagation();
    this.send({ op: key === "y" || event.shiftKey ? "redo" : "undo" });
  }
}

function keyOf(given) {
  return `${given.name}/${given.side ?? ""}/${given.kind}`;
}

function order(parent, nodes) {
  nodes.forEach((node, index) => {
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
  });
}

export default function (component) {
  const { parentElement } = component;
  let inspector = inspectors.get(parentElement);
  if (!inspector) inspectors.set(parentElement, (inspector = new Inspector(parentElement)));
  inspector.update(component);
  return () => {
    inspector.actions.close();
    inspector.frame.remove();
    inspectors.delete(parentElement);
  };
}
