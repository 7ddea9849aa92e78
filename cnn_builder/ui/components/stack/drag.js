// Dragging a layer to another place. A mouse or pen drags at once; a finger presses a moment first, so that a swipe
// still scrolls.
import { element, place } from "../common/dom.js";

const SLOP = 6;
const PRESS_MS = 350;
const EDGE = 36;
const MEANT = 16;
const FASTEST = 18;

export class Drag {
  // The strip gives `spots()` (layers in order: id, x, width), `node(id)`, and takes `drop(id, index)`, `settle()`.
  constructor(strip) {
    this.strip = strip;
    this.marker = element("div", "marker", { hidden: "" });
    const { list } = strip;
    list.addEventListener("pointerdown", (event) => this.onDown(event));
    list.addEventListener("pointermove", (event) => this.onMove(event));
    list.addEventListener("pointerup", (event) => this.onUp(event));
    list.addEventListener("pointercancel", () => this.stop());
    list.addEventListener("touchmove", (event) => this.id && event.preventDefault(), { passive: false });
    list.addEventListener("contextmenu", (event) => this.press?.touch && event.preventDefault());
    list.addEventListener("dragstart", (event) => event.preventDefault());
    this.onEscape = (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      this.stop();
      this.strip.say("Not moved");
    };
  }

  onDown(event) {
    this.stop();
    this.justDragged = false;
    const node = event.target.closest("[data-layer]");
    if (!node || event.button !== 0) return;
    const touch = event.pointerType === "touch";
    this.press = { id: node.dataset.layer, pointer: event.pointerId, x: event.clientX, y: event.clientY, touch };
    if (touch) this.press.timer = setTimeout(() => this.start(), PRESS_MS);
  }

  onMove(event) {
    if (!this.press || event.pointerId !== this.press.pointer) return;
    const far = Math.hypot(event.clientX - this.press.x, event.clientY - this.press.y) > SLOP;
    if (!this.id && far) {
      if (this.press.touch) return this.stop();
      this.start();
    }
    if (!this.id) return;
    this.at = event.clientX;
    this.follow();
  }

  onUp() {
    const { id, index } = this;
    const from = this.strip.spots().findIndex((spot) => spot.id === id);
    this.stop();
    if (id && from >= 0 && index !== from) this.strip.drop(id, index);
  }

  start() {
    const { id, pointer, x } = this.press;
    const node = this.strip.node(id);
    if (!node) return this.stop();
    this.id = id;
    this.justDragged = true;
    this.at = x;
    this.grip = x - node.getBoundingClientRect().left;
    node.dataset.dragged = "";
    if (!this.press.touch) this.strip.list.setPointerCapture(pointer);
    document.addEventListener("keydown", this.onEscape, true);
    this.follow();
    this.frame = requestAnimationFrame(() => this.autoScroll());
  }

  // Also after a redraw: the layer may be gone, or the others stand elsewhere.
  follow() {
    if (!this.id) return;
    const spots = this.strip.spots();
    const from = spots.findIndex((spot) => spot.id === this.id);
    if (from < 0) return this.stop();
    const pointer = this.at - this.strip.row.getBoundingClientRect().left;
    place(this.strip.node(this.id), Math.round(pointer - this.grip));
    const others = spots.filter((spot) => spot.id !== this.id);
    this.index = others.filter((spot) => spot.x + spot.width / 2 < pointer).length;
    this.marker.hidden = this.index === from;
    const beside = spots[this.index];
    const gap = this.strip.gap / 2;
    place(this.marker, Math.round(this.index < from ? beside.x - gap : beside.x + beside.width + gap) - 2);
  }

  autoScroll() {
    if (!this.id) return;
    const { scroller } = this.strip;
    const { left, right } = scroller.getBoundingClientRect();
    const over = Math.max(0, this.at - (right - EDGE)) - Math.max(0, left + EDGE - this.at);
    // A layer picked up at the edge stays there until it is pulled outwards.
    if (over && (this.at - this.press.x) * Math.sign(over) > MEANT) {
      scroller.scrollLeft += Math.max(-FASTEST, Math.min(FASTEST, over / 3));
      this.follow();
    }
    this.frame = requestAnimationFrame(() => this.autoScroll());
  }

  stop() {
    clearTimeout(this.press?.timer);
    this.press = null;
    if (!this.id) return;
    const node = this.strip.node(this.id);
    if (node) delete node.dataset.dragged;
    this.id = null;
    this.marker.hidden = true;
    cancelAnimationFrame(this.frame);
    document.removeEventListener("keydown", this.onEscape, true);
    this.strip.settle();
  }
}
