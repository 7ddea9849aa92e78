// The whole stack in one small line, with a window over what is in sight; only there when the stack is longer than that.
import { element } from "../common/dom.js";

const MARGINS = 16; // the row's, left and right

export class Overview {
  constructor(scroller) {
    this.scroller = scroller;
    this.left = 0;
    this.room = 0;
    this.total = 0;
    this.node = element("div", "overview", { "aria-hidden": "true", hidden: "" });
    this.bars = element("div", "bars");
    this.window = element("div", "window");
    this.node.append(this.bars, this.window);
    const scrolled = () => {
      this.left = scroller.scrollLeft;
      this.sync();
    };
    scroller.addEventListener("scroll", scrolled, { passive: true });
    this.watch = new ResizeObserver(([{ contentRect }]) => {
      this.room = contentRect.width;
      this.sync();
    });
    this.watch.observe(scroller);
    this.node.addEventListener("pointerdown", (event) => {
      this.node.setPointerCapture(event.pointerId);
      this.go(event);
    });
    this.node.addEventListener("pointermove", (event) => event.buttons && this.go(event));
  }

  draw(layers, spots, total, tallest) {
    const bars = layers.map((layer, index) => {
      const { x, width } = spots[index];
      const height = layer.state === "fits" ? Math.max(20, (100 * layer.box[1]) / tallest) : 60;
      return [(100 * x) / total, (100 * width) / total, height, layer.colour, layer.state].join(" ");
    });
    const signature = bars.join();
    if (this.signature === signature) return;
    this.signature = signature;
    this.bars.replaceChildren(...bars.map(bar));
    this.total = total + MARGINS;
    this.sync();
  }

  // Works with what is known: to ask the page for them after a redraw would make it lay everything out at once.
  sync() {
    const fits = this.total <= this.room + 1;
    if (this.node.hidden !== fits) this.node.hidden = fits;
    if (fits) return;
    this.window.style.left = `${(100 * this.left) / this.total}%`;
    this.window.style.width = `${(100 * this.room) / this.total}%`;
  }

  go(event) {
    const { left, width } = this.node.getBoundingClientRect();
    const { clientWidth, scrollWidth } = this.scroller;
    this.scroller.scrollLeft = ((event.clientX - left) / width) * scrollWidth - clientWidth / 2;
  }

  close() {
    this.watch.disconnect();
  }
}

function bar(text) {
  const [left, width, height, colour, state] = text.split(" ");
  const node = element("i", state);
  node.style.cssText = `left:${left}%;width:${width}%;height:${height}%;--layer:${colour}`;
  return node;
}
