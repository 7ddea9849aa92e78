import { element, set, write } from "../common/dom.js";
import { icon } from "../common/icons.js";
import { Toolbar } from "../common/toolbar.js";

const MOST_NAMES = 6;
const ACTIONS = [
  ["add", "Add after"],
  ["duplicate", "Duplicate"],
  ["earlier", "Move earlier"],
  ["later", "Move later"],
  ["repeat", "Repeat…"],
  ["delete", "Delete"],
];

// What can be done with the layer, as buttons beside its title; and the form that repeats a block.
export class Actions {
  constructor(send) {
    this.send = send;
    this.node = element("div", "actions");
    this.buttons = Object.fromEntries(ACTIONS.map(([name, label]) => [name, this.button(name, label)]));
    this.node.append(...Object.values(this.buttons));
    this.tools = new Toolbar(this.node, Object.values(this.buttons), "Actions");
    this.panel = element("form", "panel", { id: "repeat", "aria-label": "Repeat a block of layers" });
    this.panel.hidden = true;
    set(this.buttons.repeat, "aria-expanded", "false");
    set(this.buttons.repeat, "aria-controls", "repeat");
    this.numbers = ["From layer", "To layer", "Times"].map((label) => this.number(label));
    this.told = element("p", "told", { role: "status" });
    this.now = element("button", "primary", { type: "submit" });
    this.now.textContent = "Repeat";
    const row = element("div", "row");
    row.append(...this.numbers.map(([label]) => label), this.now);
    this.panel.append(row, this.told);
    this.panel.addEventListener("submit", (event) => this.repeat(event));
    this.panel.addEventListener("input", () => this.judge());
    this.panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.toggle(false);
    });
  }

  get first() {
    return this.buttons.add;
  }

  button(name, label) {
    const node = element("button", "action", { type: "button", "aria-label": label, title: label });
    node.append(icon(name));
    node.addEventListener("click", () => this.act(name));
    return node;
  }

  number(text) {
    const label = element("label", "");
    const caption = element("span", "");
    caption.textContent = text;
    const input = element("input", "", { type: "number", min: "1", step: "1" });
    label.append(caption, input);
    return [label, input];
  }

  act(name) {
    const { index } = this.data;
    if (name === "repeat") this.toggle(this.panel.hidden);
    else if (name === "add") this.send({ op: "gap", index: index + 1 });
    else if (name === "duplicate") this.send({ op: "duplicate" });
    else if (name === "delete") this.send({ op: "remove" });
    else this.send({ op: "move", by: name === "earlier" ? -1 : 1 });
  }

  update(data, another) {
    this.data = data;
    this.node.hidden = data.index === null;
    this.buttons.earlier.disabled = data.index === 0;
    this.buttons.later.disabled = data.index === data.types.length - 1;
    this.tools.settle();
    if (another) this.toggle(false);
    if (!this.panel.hidden) this.judge();
  }

  toggle(open) {
    const within = this.panel.contains(this.panel.getRootNode().activeElement);
    this.panel.hidden = !open;
    set(this.buttons.repeat, "aria-expanded", open);
    if (open) {
      const start = this.data.index + 1;
      [start, start, 2].forEach((value, place) => (this.numbers[place][1].value = value));
      this.judge();
      this.numbers[0][1].select();
      this.numbers[0][1].focus();
    } else if (within) this.buttons.repeat.focus();
  }

  // The block that is asked for, as [first, last, times] with places from 0; what it makes, or why it cannot be, is told.
  judge() {
    const { types, most } = this.data;
    const [first, last, times] = this.numbers.map(([, input]) => (/^\d+$/.test(input.value) ? Number(input.value) : NaN));
    const count = types.length;
    const inside = first >= 1 && first <= last && last <= count && times >= 1;
    const total = count + (last - first + 1) * (times - 1);
    const fits = inside && total <= most;
    this.block = fits && times > 1 ? [first - 1, last - 1, times] : null;
    this.now.disabled = !this.block;
    this.told.classList.toggle("wrong", !fits);
    write(this.told, fits ? made(types.slice(first - 1, last), times, total) : refused(inside, count, total, most));
  }

  repeat(event) {
    event.preventDefault();
    if (!this.block) return;
    const [first, last, times] = this.block;
    this.send({ op: "repeat", first, last, times });
    this.toggle(false);
  }

  close() {
    this.panel.hidden = true;
  }
}

function made(names, times, total) {
  const shown = names.slice(0, MOST_NAMES).join(" → ") + (names.length > MOST_NAMES ? " → …" : "");
  return `${shown}, ${times} times in a row: ${total} layers in all.`;
}

function refused(inside, count, total, most) {
  if (!inside) return `Expected a first and a last layer from 1 to ${count}, in this order, and a number of times from 1.`;
  return `That would make ${total} layers; a network has at most ${most}.`;
}
