import { element, place, set, write } from "../common/dom.js";
import { Drag } from "./drag.js";
import { FLOOR, fill, followTextSize, itemWidth, rowHeight } from "./draw.js";
import { SPOKEN, keysButton, operationOf } from "./keys.js";
import { icon } from "../common/icons.js";
import { Overview } from "./overview.js";
import * as pageKeys from "./page_keys.js";
import { Queue } from "./queue.js";
import { Toolbar } from "../common/toolbar.js";
import { keepInView } from "../common/view.js";

const GAP = 34;
const PLUS = 40;
const OPERATION = "cnn-operation";
const strips = new WeakMap();

class Strip {
  constructor(parent) {
    this.gap = GAP;
    this.items = new Map();
    this.queue = new Queue((state) => this.component.setStateValue("operations", state));
    this.build();
    parent.append(this.frame);
    this.family = getComputedStyle(this.scroller).fontFamily;
    this.drag = new Drag(this);
    this.row.append(this.drag.marker);
    this.list.addEventListener("keydown", (event) => this.onListKey(event));
    this.list.addEventListener("click", (event) => this.onClick(event));
    this.start.addEventListener("click", () => this.send({ op: "input" }));
    this.gaps.addEventListener("click", (event) => this.onGap(event));
    this.gaps.addEventListener("keydown", (event) => this.onGapKey(event));
    this.onOperation = (event) => this.take(event);
    document.addEventListener(OPERATION, this.onOperation);
    this.onResize = () => this.resize();
    addEventListener("resize", this.onResize);
    pageKeys.listen();
    this.frame.dataset.ready = "true"; // a mark by which a test sees that keys are taken from here on
  }

  // The inspector's operations go through this queue too, so that typing and keys keep their order. It is told the
  // operation's number in `detail`, and sees by it when the server has taken it.
  take(event) {
    Object.assign(event.detail, { client: this.queue.client, seq: this.queue.seq + 1 });
    this.send(event.detail.operation);
  }

  close() {
    document.removeEventListener(OPERATION, this.onOperation);
    removeEventListener("resize", this.onResize);
    pageKeys.stop();
    this.drag.stop();
    this.overview.close();
    this.frame.remove();
  }

  build() {
    this.frame = element("div", "frame");
    this.scroller = element("div", "scroller");
    this.row = element("div", "row");
    followTextSize();
    this.row.style.height = `${rowHeight()}px`;
    this.row.style.setProperty("--floor", `${FLOOR}px`);
    this.wires = [element("div", "wire"), element("div", "wire cut")];
    this.start = element("button", "item input", { type: "button" });
    const named = { "aria-label": "Layers of the network", "aria-describedby": "help" };
    this.list = element("div", "list", { role: "listbox", tabindex: "0", "aria-orientation": "horizontal", ...named });
    this.gaps = element("div", "gaps", { role: "group", "aria-label": "Add a layer" });
    this.row.append(...this.wires, this.start, this.list, this.gaps);
    this.scroller.append(this.row);
    this.overview = new Overview(this.scroller);
    this.position = element("span", "position");
    this.status = element("div", "hidden", { role: "status" });
    const help = element("div", "hidden", { id: "help" });
    help.textContent = SPOKEN;
    const foot = element("div", "foot");
    this.steps = ["undo", "redo"].map((op) => {
      const label = op === "undo" ? "Undo" : "Redo";
      const button = element("button", "keys", { type: "button", "aria-label": label, title: label });
      button.append(icon(op));
      button.addEventListener("click", () => this.send({ op }));
      return button;
    });
    const tools = element("div", "tools");
    const [keys, panel] = keysButton();
    tools.append(...this.steps, keys, panel);
    this.eye = element("button", "keys", { type: "button", "aria-label": "Hide shapes and counts" });
    this.eye.append(icon("eye"));
    this.eye.addEventListener("click", () => this.send({ op: "conceal", on: !this.component.data.concealed }));
    tools.prepend(this.eye);
    this.tools = new Toolbar(tools, [this.eye, ...this.steps, keys], "Shapes, history and keys");
    foot.append(this.position, tools);
    this.frame.append(this.scroller, this.overview.node, foot, this.status, help);
  }

  update(component) {
    this.component = component;
    const others = this.queue.pending.length === 0;
    const order = component.data.layers.map((layer) => layer.id).join();
    if (others && this.order !== undefined && this.order !== order) this.comeIntoView();
    this.order = order;
    this.queue.acknowledge(component.data.ack);
    this.draw();
    const { selected, gap, can, concealed } = component.data;
    set(this.eye, "aria-pressed", concealed);
    set(this.eye, "title", concealed ? "Show shapes and counts" : "Hide shapes and counts, to work them out yourself");
    pageKeys.follow(selected === null ? gap : null);
    // While operations wait for their answer there may be more steps than the page knows of.
    const waits = this.queue.pending.length > 0;
    this.steps[0].disabled = !can.undo && !waits;
    this.steps[1].disabled = !can.redo && !waits;
    this.tools.settle();
  }

  resize() {
    if (!followTextSize()) return;
    this.row.style.height = `${rowHeight()}px`;
    this.draw();
  }

  send(operation) {
    this.say(announcement(operation, this.view));
    this.queue.add(operation);
    this.draw();
  }

  // The same sentence twice in a row is spoken twice only when the text differs.
  say(text) {
    if (text) this.status.textContent = this.status.textContent === text ? `${text}\u00a0` : text;
  }

  draw() {
    const { data } = this.component;
    const view = (this.view = this.queue.foresee(data));
    const first = itemWidth(data.input, this.family);
    let x = first;
    this.layout = view.layers.map((layer) => {
      const spot = { id: layer.id, x: x + GAP, width: itemWidth(layer, this.family) };
      x = spot.x + spot.width;
      return spot;
    });
    this.drawInput(data.input, first, view.selected === "input");
    view.layers.forEach((layer, index) => this.drawItem(layer, index, layer.id === view.selected));
    this.sort(view.layers);
    this.drawGaps([first, ...this.layout.map((spot) => spot.x + spot.width)], view);
    this.drawWires(first / 2, x + GAP / 2, view.layers);
    const width = x + GAP + 6;
    if (this.row.style.width !== `${width}px`) this.row.style.width = `${width}px`;
    const tallest = Math.max(data.input.box[1], ...view.layers.map((layer) => layer.box[1]));
    this.overview.draw(view.layers, this.layout, width, tallest);
    this.mark(view);
    this.drag.follow();
  }

  drawInput(input, width, chosen) {
    fill(this.start, input, width, "");
    set(this.start, "aria-label", `Input, ${input.shape}`);
    set(this.start, "aria-pressed", chosen);
  }

  drawItem(layer, index, chosen) {
    let node = this.items.get(layer.id);
    if (!node) {
      node = element("div", "", { role: "option", id: `layer-${layer.id}` });
      node.dataset.layer = layer.id;
      this.items.set(layer.id, node);
    }
    const { x, width } = this.layout[index];
    fill(node, layer, width, String(index + 1));
    if (this.drag.id !== layer.id) place(node, x);
    set(node, "class", `item ${layer.state}`);
    set(node, "aria-label", layer.name.replace(/^Layer \d+/, `Layer ${index + 1}`));
    set(node, "aria-selected", chosen);
  }

  // Readers follow the order in the document, not the places on the screen.
  sort(layers) {
    const kept = new Set(layers.map((layer) => layer.id));
    for (const [id, node] of this.items) {
      if (kept.has(id)) continue;
      node.remove();
      this.items.delete(id);
    }
    layers.forEach((layer, index) => {
      const node = this.items.get(layer.id);
      if (this.list.children[index] !== node) this.list.insertBefore(node, this.list.children[index] ?? null);
    });
  }

  drawGaps(places, view) {
    const { children } = this.gaps;
    while (children.length > places.length) this.gaps.lastChild.remove();
    while (children.length < places.length) this.gaps.append(element("button", "plus", { type: "button" }));
    const at = view.layers.findIndex((layer) => layer.id === view.selected);
    const home = view.gap ?? at + 1;
    places.forEach((x, index) => {
      const button = children[index];
      place(button, x + (GAP - PLUS) / 2);
      set(button, "data-index", index);
      set(button, "tabindex", index === home ? 0 : -1);
      set(button, "aria-label", index ? `Add a layer after layer ${index}` : "Add a layer at the start");
      set(button, "aria-pressed", view.selected === null && index === view.gap);
    });
  }

  // What flows along the floor ends where a layer does not fit.
  drawWires(from, to, layers) {
    const broken = layers.findIndex((layer) => layer.state === "broken");
    const end = broken < 0 ? to : this.layout[broken].x + this.layout[broken].width / 2;
    [[from, end], [end, to]].forEach(([left, right], index) => {
      place(this.wires[index], left);
      const width = `${right - left}px`;
      if (this.wires[index].style.width !== width) this.wires[index].style.width = width;
    });
  }

  mark(view) {
    const at = view.layers.findIndex((layer) => layer.id === view.selected);
    const count = view.layers.length;
    set(this.list, "aria-activedescendant", at < 0 ? null : `layer-${view.selected}`);
    const waiting = view.gap !== null && `Place ${view.gap + 1} waits for a layer`;
    write(this.position, at >= 0 ? `Layer ${at + 1} of ${count}` : waiting || `${count} layers`);
    const shown = at >= 0 ? `${view.selected} ${at}` : String(view.gap);
    if (this.shown === shown || this.drag.id) return;
    this.shown = shown;
    if (at >= 0) this.reveal(this.layout[at].x, this.layout[at].width);
    else if (view.gap !== null) this.reveal(Number(this.gaps.children[view.gap].dataset.x), PLUS);
  }

  // What changed elsewhere on the page, in the palette or by code that was read, is to be seen here.
  comeIntoView() {
    const attempt = () => {
      const { top, bottom } = this.frame.getBoundingClientRect();
      const margin = parseFloat(getComputedStyle(this.frame).scrollMarginTop);
      if (top < margin || bottom > innerHeight) this.frame.scrollIntoView({ block: "start" });
    };
    requestAnimationFrame(() => requestAnimationFrame(() => keepInView(attempt)));
  }

  // Scrolled by hand: scrollIntoView would move the page as well.
  reveal(left, width) {
    const margin = GAP + 14;
    const { scrollLeft, clientWidth } = this.scroller;
    if (left - margin < scrollLeft) this.scroller.scrollLeft = left - margin;
    else if (left + width + margin > scrollLeft + clientWidth) {
      this.scroller.scrollLeft = left + width + margin - clientWidth;
    }
  }

  onClick(event) {
    const node = event.target.closest("[data-layer]");
    if (!node || this.drag.justDragged) return;
    if (node.getAttribute("aria-selected") !== "true") this.send({ op: "select", id: node.dataset.layer });
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
    if (this.drag.id) return;
    const at = this.view.layers.findIndex((layer) => layer.id === this.view.selected);
    const home = { index: this.view.gap ?? at + 1 };
    this.send(operation.op === "gap" ? { ...operation, ...home } : operation);
  }

  onGapKey(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const next = by && this.gaps.children[Number(event.target.dataset.index) + by];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }

  // What dragging needs of the strip.

  spots() {
    return this.layout;
  }

  node(id) {
    return this.items.get(id);
  }

  drop(id, index) {
    this.send({ op: "place", id, index });
  }

  settle() {
    this.draw();
  }
}

function announcement(operation, view) {
  const at = view.layers.findIndex((layer) => layer.id === (operation.id ?? view.selected));
  const layer = view.layers[at];
  const last = view.layers.length - 1;
  const places = { move: at + operation.by, place: operation.index };
  if (layer && operation.op in places) {
    return `${layer.type} moved to place ${Math.max(0, Math.min(places[operation.op], last)) + 1} of ${last + 1}`;
  }
  if (layer && operation.op === "remove") return `${layer.type} deleted, ${last} left`;
  if (layer && operation.op === "duplicate") return `${layer.type} duplicated`;
  if (operation.op === "conceal") return operation.on ? "Shapes and counts are hidden" : "Shapes and counts are shown";
  return { undo: "Undone", redo: "Done again" }[operation.op];
}

export default function (component) {
  const { parentElement } = component;
  let strip = strips.get(parentElement);
  if (!strip) strips.set(parentElement, (strip = new Strip(parentElement)));
  strip.update(component);
  return () => {
    strip.close();
    strips.delete(parentElement);
  };
}
