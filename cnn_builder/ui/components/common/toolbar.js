// Buttons in a row are one stop of Tab; the arrow keys lead from one to the next.
import { set } from "./dom.js";

const BY = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

export class Toolbar {
  constructor(node, buttons, label) {
    this.buttons = buttons;
    this.current = buttons[0];
    set(node, "role", "toolbar");
    set(node, "aria-label", label);
    node.addEventListener("keydown", (event) => this.onKey(event));
    for (const button of buttons) {
      button.addEventListener("focus", () => {
        this.current = button;
        this.settle();
      });
    }
    this.settle();
  }

  // To be called when buttons became disabled, or are no longer.
  settle() {
    const able = this.able();
    const stop = able.includes(this.current) ? this.current : able[0];
    for (const button of this.buttons) set(button, "tabindex", button === stop ? 0 : -1);
  }

  able() {
    return this.buttons.filter((button) => !button.disabled);
  }

  onKey(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const able = this.able();
    const at = able.indexOf(event.target);
    const to = { Home: 0, End: able.length - 1 }[event.key] ?? at + (BY[event.key] ?? 0);
    if (at < 0 || to === at || !able[to]) return;
    event.preventDefault();
    able[to].focus();
  }
}
