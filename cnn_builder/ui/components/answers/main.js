// A row a layer, with fields for its output shape and its parameters; the server knows the answers and marks them.
import { element, set, write } from "../common/dom.js";

const PARTS = ["Output", "Parameters"];
const EXAMPLES = ["8×8×16", "1,234"];
const tables = new WeakMap();

class Answers {
  constructor(parent) {
    this.rows = new Map();
    this.form = element("form", "answers", { "aria-label": "Your shapes and counts", novalidate: "" });
    const table = element("table", "");
    const head = element("tr", "");
    for (const title of ["#", "Layer", ...PARTS]) {
      const cell = element("th", "", { scope: "col" });
      cell.textContent = title;
      head.append(cell);
    }
    this.body = element("tbody", "");
    const top = element("thead", "");
    top.append(head);
    table.append(top, this.body);
    const foot = element("div", "foot");
    const check = element("button", "check", { type: "submit" });
    check.textContent = "Check";
    this.told = element("p", "told", { role: "status" });
    foot.append(check, this.told);
    this.form.append(table, foot);
    this.form.addEventListener("submit", (event) => this.send(event));
    parent.append(this.form);
  }

  update({ data, setStateValue }) {
    this.setStateValue = setStateValue;
    const kept = new Set(data.rows.map((row) => row.id));
    for (const [id, row] of this.rows) {
      if (kept.has(id)) continue;
      row.node.remove();
      this.rows.delete(id);
    }
    data.rows.forEach((given, index) => {
      let row = this.rows.get(given.id);
      if (!row) this.rows.set(given.id, (row = makeRow(given)));
      row.update(given);
      if (this.body.children[index] !== row.node) this.body.insertBefore(row.node, this.body.children[index] ?? null);
    });
    write(this.told, data.told);
  }

  send(event) {
    event.preventDefault();
    const given = {};
    for (const [id, row] of this.rows) given[id] = row.fields.map(({ input }) => input.value);
    this.setStateValue("given", given);
  }
}

function makeRow({ given }) {
  const node = element("tr", "");
  const number = element("td", "number");
  const layer = element("th", "", { scope: "row" });
  const [name, label] = [element("span", "name"), element("span", "label")];
  layer.append(name, label);
  node.append(number, layer);
  const row = { node, fields: PARTS.map((part, place) => makeField(node, place, given[place])) };
  row.update = (data) => {
    write(number, String(data.number));
    write(name, data.type);
    write(label, data.label);
    row.fields.forEach((field, place) => field.update(data, place));
  };
  return row;
}

function makeField(node, place, text) {
  const cell = element("td", "");
  const wrap = element("div", "answer");
  const attributes = { type: "text", autocomplete: "off", spellcheck: "false", placeholder: "" };
  const input = element("input", "", attributes);
  input.value = text;
  const sign = element("span", "sign", { "aria-hidden": "true" });
  wrap.append(input, sign);
  cell.append(wrap);
  node.append(cell);
  let data;
  // A mark is about the text that was checked, and goes when that is changed.
  const mark = () => {
    const right = input.value === data.given[place] ? data.right[place] : null;
    set(input, "aria-invalid", right === false ? "true" : null);
    set(wrap, "class", `answer ${right === null ? "" : right ? "right" : "wrong"}`);
    write(sign, right === null ? "" : right ? "✓" : "✗");
    const said = right === null ? "" : right ? ", right" : ", not right";
    set(input, "aria-label", `${PARTS[place]} of layer ${data.number}, ${data.type}${said}`);
  };
  input.addEventListener("input", mark);
  const update = (given) => {
    data = given;
    input.disabled = !given.open;
    set(input, "placeholder", given.open ? (given.number === 1 ? `such as ${EXAMPLES[place]}` : "") : "–");
    mark();
  };
  return { input, update };
}

export default function (component) {
  const { parentElement } = component;
  let table = tables.get(parentElement);
  if (!table) tables.set(parentElement, (table = new Answers(parentElement)));
  table.update(component);
  return () => {
    table.form.remove();
    tables.delete(parentElement);
  };
}
