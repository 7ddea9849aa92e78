import { element, set, svg, write } from "../common/dom.js";
import { icon } from "../common/icons.js";
import { format, parse, stepped } from "./numbers.js";

const STEPS = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 };
const DELAY_MS = 500; // a number that is being typed is not called wrong at once
let count = 0;

// One setting: a label, its control, and why its value was refused. `change(name, value)` hands an edit to the server
// and returns the number under which it waits there.
class Field {
  constructor(given, change) {
    this.change = change;
    this.id = `field-${(count += 1)}`;
    this.node = element("div", given.side === undefined ? "field" : "field half");
    this.label = element("label", "", { for: this.id });
    this.reason = element("p", "reason", { id: `${this.id}-reason`, role: "status" });
    this.reason.hidden = true;
    const head = element("div", "label");
    this.tip = element("span", "tip", { id: `${this.id}-help`, role: "tooltip" });
    this.mark = element("button", "mark", { type: "button", tabindex: "-1", "aria-hidden": "true" });
    this.mark.textContent = "?";
    head.append(this.label, this.mark, this.tip);
    this.control = this.makeControl(given);
    this.control.id = this.id;
    this.node.append(head, this.frame ?? this.control, this.reason);
    this.control.addEventListener("focus", () => this.begin());
    this.begin();
  }

  // What is typed in one visit of the field, or until Enter, is one undo step.
  begin() {
    this.edit = `${this.id}-${(count += 1)}-${Math.random().toString(36).slice(2, 8)}`;
  }

  update(given, { another, layer, ack, error }) {
    const before = this.given;
    this.given = given;
    write(this.label, given.label);
    write(this.tip, given.help);
    this.mark.hidden = !given.help;
    set(this.control, "aria-describedby", given.help ? `${this.id}-help ${this.id}-reason` : `${this.id}-reason`);
    this.adapt(given);
    if (another || layer !== this.layer) {
      this.layer = layer;
      this.waits = null;
      this.show(given.value, true);
      this.refuse("");
      if (before) this.begin();
    } else if (!this.pending(ack) && given.value !== this.base) {
      if (!this.stands(given.value)) {
        this.show(given.value, false);
        this.begin();
      }
      this.refuse("");
    }
    if (!this.pending(ack)) this.base = given.value;
    if (error && !this.pending(ack)) this.refuse(error);
  }

  // Whether an edit of this field is still on its way: until it is answered, the field knows better.
  pending(ack) {
    return this.waits !== null && this.waits?.client === ack.client && this.waits.seq > ack.seq;
  }

  send(value) {
    this.waits = this.change(this.given.name, value);
  }

  refuse(text) {
    clearTimeout(this.timer);
    write(this.reason, text);
    this.reason.hidden = !text;
    set(this.control, "aria-invalid", text ? "true" : null);
  }

  adapt() {}
}

class TextField extends Field {
  makeControl() {
    const input = element("input", "", { type: "text", autocomplete: "off", spellcheck: "false" });
    input.addEventListener("input", () => this.typed());
    input.addEventListener("blur", () => this.judge());
    input.addEventListener("keydown", (event) => this.onKey(event));
    return input;
  }

  read() {
    return { value: this.control.value };
  }

  text(value) {
    return value ?? "";
  }

  typed() {
    const { value, reason } = this.read();
    clearTimeout(this.timer);
    if (reason === undefined) {
      this.refuse("");
      this.send(value);
    } else this.timer = setTimeout(() => this.judge(), DELAY_MS);
  }

  // What was half typed stays in the field, with the reason why it does not count.
  judge() {
    const { reason } = this.read();
    if (reason !== undefined) this.refuse(reason);
  }

  // The server writes a list its own way ("28,28" as "28, 28"), which must not move the caret of whoever types it.
  stands(value) {
    return items(this.control.value) === items(value);
  }

  show(value, another) {
    const input = this.control;
    const text = this.text(value);
    if (input.value === text) return;
    const active = input.getRootNode().activeElement === input;
    const { selectionStart: start, selectionEnd: end } = input;
    const all = another || (start === 0 && end === input.value.length && end > 0);
    const atEnd = start === input.value.length;
    input.value = text;
    if (!active) return;
    if (all) input.select();
    else if (atEnd) input.setSelectionRange(text.length, text.length);
    else input.setSelectionRange(Math.min(start, text.length), Math.min(end, text.length));
  }

  onKey(event) {
    if (event.key === "Enter") this.begin();
    if (event.key !== "Escape" || this.reason.hidden) return;
    event.preventDefault();
    this.show(this.base, false);
    this.refuse("");
  }
}

function items(text) {
  return text.replace(/[^-−\d]+/g, " ").trim();
}

class NumberField extends TextField {
  makeControl(given) {
    const input = super.makeControl();
    set(input, "role", "spinbutton");
    set(input, "inputmode", given.kind === "int" && (given.minimum ?? -1) >= 0 ? "numeric" : "decimal");
    // Only with the focus: a page that is scrolled over a field must not change it.
    input.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    this.frame = element("div", "number");
    const less = this.stepper(-1, "minus");
    const more = this.stepper(1, "plus");
    this.frame.append(input, less, more);
    return input;
  }

  stepper(times, name) {
    const button = element("button", "step", { type: "button", tabindex: "-1" });
    button.append(icon(name));
    button.addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays where it is
    button.addEventListener("click", () => this.step(times));
    (this.steppers ??= []).push([button, times > 0 ? "Increase" : "Decrease"]);
    return button;
  }

  adapt({ label, minimum, maximum, value }) {
    for (const [button, verb] of this.steppers) set(button, "aria-label", `${verb} ${label}`);
    set(this.control, "aria-valuemin", minimum ?? null);
    set(this.control, "aria-valuemax", maximum ?? null);
    set(this.control, "aria-valuenow", value ?? null);
    set(this.control, "placeholder", this.given.optional ? "auto" : null);
  }

  read() {
    return parse(this.control.value, this.given);
  }

  stands(value) {
    const { value: mine, reason } = this.read();
    return reason === undefined && mine === value;
  }

  text(value) {
    return format(value);
  }

  onKey(event) {
    super.onKey(event);
    const times = STEPS[event.key];
    if (!times || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.step(times);
  }

  onWheel(event) {
    if (this.control.getRootNode().activeElement !== this.control || !event.deltaY) return;
    event.preventDefault();
    this.step(event.deltaY < 0 ? 1 : -1);
  }

  step(times) {
    const { value, reason } = this.read();
    const from = (reason === undefined ? value : this.base) ?? this.given.minimum ?? 0;
    const next = stepped(from, times, this.given);
    if (reason === undefined && next === value) return;
    this.control.value = format(next);
    set(this.control, "aria-valuenow", next);
    this.typed();
  }
}

class ChoiceField extends Field {
  makeControl(given) {
    const select = element("select", "");
    for (const option of given.options) select.append(new Option(option, option));
    this.options = given.options;
    select.addEventListener("change", () => this.send(this.given.optional && select.value === "none" ? null : select.value));
    this.frame = element("div", "choice");
    const arrow = svg("svg", { viewBox: "0 0 12 12", width: 12, height: 12, "aria-hidden": "true", class: "icon" });
    arrow.append(svg("path", { d: "M2.5 4.5 6 8l3.5-3.5" }));
    this.frame.append(select, arrow);
    return select;
  }

  adapt({ options }) {
    if (options.join() === this.options.join()) return;
    this.options = options;
    this.control.replaceChildren(...options.map((option) => new Option(option, option)));
  }

  stands(value) {
    return this.control.value === value;
  }

  show(value) {
    this.control.value = value;
  }
}

class SwitchField extends Field {
  makeControl() {
    this.node.classList.add("switch");
    const input = element("input", "", { type: "checkbox", role: "switch" });
    input.addEventListener("change", () => this.send(input.checked));
    return input;
  }

  stands(value) {
    return this.control.checked === value;
  }

  show(value) {
    this.control.checked = value;
  }
}

const KINDS = { int: NumberField, float: NumberField, choice: ChoiceField, bool: SwitchField, text: TextField };

export function makeField(given, change) {
  return new KINDS[given.kind](given, change);
}
