import { HEIGHT, fill, itemWidth } from "./draw.js";
import { Queue } from "./queue.js";

const GAP = 34;
const strips = new WeakMap();

class Strip {
  constructor(parent) {
    this.queue = new Queue();
    this.items = new Map();
    this.scroller = element("div", "scroller");
    this.row = element("div", "row");
    this.row.style.height = `${HEIGHT}px`;
    this.start = element("div", "item input");
    this.list = element("div", "list", { role: "listbox", "aria-label": "Layers of the network", tabindex: "0" });
    this.list.setAttribute("aria-orientation", "horizontal");
    this.gaps = element("div", "gaps", { role: "group", "aria-label": "Add a layer" });
    this.row.append(this.start, this.list, this.gaps);
    this.scroller.append(this.row);
    parent.append(this.scroller);
    this.list.addEventListener("keydown", (event) => this.onListKey(event));
    this.list.addEventListener("click", (event) => this.onClick(event));
    this.gaps.addEventListener("click", (event) => this.onGap(event));
    this.gaps.addEventListener("keydown", (event) => this.onGapKey(event));
  }

  update(component) {
    this.component = component;
    this.queue.acknowledge(component.data.ack);
    this.draw();
  }

  send(operation) {
    const state = this.queue.add(operation);
    this.draw();
    this.component.setStateValue("operations", structuredClone(state));
  }

  draw() {
    const { data } = this.component;
    const view = this.queue.foresee(data);
    fill(this.start, data.input);
    let x = itemWidth(data.input);
    const places = [x];
    const kept = new Set();
    for (const [index, layer] of view.layers.entries()) {
      const node = this.item(layer);
      kept.add(layer.id);
      fill(node, layer);
      place(node, x + GAP);
      node.className = `item ${layer.state}`;
      node.setAttribute("aria-label", layer.name.replace(/^Layer \d+/, `Layer ${index + 1}`));
      node.setAttribute("aria-selected", String(layer.id === view.selected));
      x += GAP + itemWidth(layer);
      places.push(x);
    }
    for (const [id, node] of this.items) if (!kept.has(id)) this.drop(id, node);
    // Readers follow the order in the document, not the places on the screen.
    view.layers.forEach((layer, index) => {
      const node = this.items.get(layer.id);
      if (this.list.children[index] !== node) this.list.insertBefore(node, this.list.children[index] ?? null);
    });
    this.drawGaps(places, view);
    this.row.style.width = `${x + GAP}px`;
    this.mark(view);
  }

  item(layer) {
    let node = this.items.get(layer.id);
    if (!node) {
      node = element("div", "item", { role: "option", id: `layer-${layer.id}` });
      node.dataset.layer = layer.id;
      this.items.set(layer.id, node);
    }
    return node;
  }

  drop(id, node) {
    node.remove();
    this.items.delete(id);
  }

  drawGaps(places, view) {
    while (this.gaps.children.length > places.length) this.gaps.lastChild.remove();
    while (this.gaps.children.length < places.length) this.gaps.append(element("button", "plus", { type: "button" }));
    const at = view.layers.findIndex((layer) => layer.id === view.selected);
    const home = view.gap ?? at + 1;
    places.forEach((x, index) => {
      const button = this.gaps.children[index];
      place(button, x + (GAP - 26) / 2);
      button.textContent = "+";
      button.dataset.index = index;
      button.tabIndex = index === home ? 0 : -1;
      button.setAttribute("aria-label", index ? `Add a layer after layer ${index}` : "Add a layer at the start");
      button.setAttribute("aria-pressed", String(view.selected === null && index === view.gap));
    });
  }

  mark(view) {
    const node = view.selected === null ? null : this.items.get(view.selected);
    if (node) this.list.setAttribute("aria-activedescendant", node.id);
    else this.list.removeAttribute("aria-activedescendant");
    if (this.shown === view.selected || !node) return;
    // Scrolled by hand: scrollIntoView would move the page as well.
    const left = parseFloat(node.dataset.x);
    const right = left + node.offsetWidth;
    const { scrollLeft, clientWidth } = this.scroller;
    if (left - 40 < scrollLeft) this.scroller.scrollLeft = left - 40;
    else if (right + 40 > scrollLeft + clientWidth) this.scroller.scrollLeft = right + 40 - clientWidth;
    this.shown = view.selected;
  }

  onClick(event) {
    const node = event.target.closest("[data-layer]");
    if (node && node.getAttribute("aria-selected") !== "true") this.send({ op: "select", id: node.dataset.layer });
  }

  onGap(event) {
    const button = event.target.closest("button");
    if (button) this.send({ op: "gap", index: Number(button.dataset.index) });
  }

  onListKey(event) {
    const operation = operationOf(event);
    if (!operation) return;
    event.preventDefault();
    event.stopPropagation();
    this.send(operation);
  }

  onGapKey(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const next = by && this.gaps.children[Number(event.target.dataset.index) + by];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }
}

const PLAIN = {
  ArrowLeft: { op: "step", by: -1 },
  ArrowUp: { op: "step", by: -1 },
  ArrowRight: { op: "step", by: 1 },
  ArrowDown: { op: "step", by: 1 },
  Home: { op: "step", by: -1000 },
  End: { op: "step", by: 1000 },
  Delete: { op: "remove" },
  Backspace: { op: "remove" },
};
const WITH_ALT = { ArrowLeft: { op: "move", by: -1 }, ArrowRight: { op: "move", by: 1 } };
const WITH_CONTROL = { d: { op: "duplicate" }, z: { op: "undo" }, y: { op: "redo" } };

function operationOf(event) {
  if (event.altKey) return WITH_ALT[event.key];
  if (!event.ctrlKey && !event.metaKey) return PLAIN[event.key];
  const key = event.key.toLowerCase();
  return key === "z" && event.shiftKey ? { op: "redo" } : WITH_CONTROL[key];
}

function element(name, className, attributes = {}) {
  const node = document.createElement(name);
  node.className = className;
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

function place(node, x) {
  if (node.dataset.x === String(x)) return;
  node.dataset.x = x;
  node.style.transform = `translateX(${x}px)`;
}

export default function (component) {
  const { parentElement } = component;
  let strip = strips.get(parentElement);
  if (!strip) strips.set(parentElement, (strip = new Strip(parentElement)));
  strip.update(component);
  return () => {
    strip.scroller.remove();
    strips.delete(parentElement);
  };
}
