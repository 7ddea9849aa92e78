// The rules and the window picture come as HTML; between them, in fields, the output position that is shown.
const panels = new WeakMap();
const figures = new CSSStyleSheet();
const ready = fetch(new URL("../common/figures.css", import.meta.url)).then((answer) => answer.text()).then((text) => figures.replaceSync(text));

class Panel {
  constructor(parent) {
    const root = parent.getRootNode();
    if (!root.adoptedStyleSheets.includes(figures)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, figures];
    this.frame = document.createElement("section");
    this.frame.setAttribute("aria-label", "Formula");
    this.rules = document.createElement("div");
    this.head = document.createElement("div");
    this.head.className = "head";
    const title = document.createElement("h3");
    title.textContent = "One output position";
    this.fields = ["row", "column"].map((name) => this.field(name));
    this.head.append(title, ...this.fields.map(({ label }) => label));
    this.window = document.createElement("div");
    this.frame.append(heading(), this.rules, this.head, this.window);
    parent.append(this.frame);
  }

  field(name) {
    const label = document.createElement("label");
    const text = document.createElement("span");
    const input = Object.assign(document.createElement("input"), { type: "number", min: "1", step: "1" });
    label.append(text, input);
    input.addEventListener("input", () => this.choose());
    input.addEventListener("blur", () => this.show());
    return { name, label, text, input };
  }

  update({ data, setStateValue }) {
    this.setStateValue = setStateValue;
    this.data = data;
    fill(this.rules, data.rules);
    fill(this.window, data.window);
    this.head.hidden = !data.position;
    if (!data.position) return;
    for (const { name, text, input } of this.fields) {
      const count = data.position[`${name}s`];
      text.textContent = `${name === "row" ? "Row" : "Column"}, of ${count}`;
      input.max = count;
      input.disabled = count === 1;
      if (input.getRootNode().activeElement !== input || this.layer !== data.position.layer) this.show(name);
    }
    this.layer = data.position.layer;
  }

  show(only) {
    for (const { name, input } of this.fields) {
      const text = String(this.data.position[name] + 1);
      if ((!only || only === name) && input.value !== text) input.value = text;
    }
  }

  choose() {
    const { layer, rows, columns } = this.data.position;
    const [row, column] = this.fields.map(({ input }) => (/^\d+$/.test(input.value) ? Number(input.value) : 0));
    if (row < 1 || row > rows || column < 1 || column > columns) return;
    this.setStateValue("position", { layer, row: row - 1, column: column - 1 });
  }
}

function heading() {
  const node = document.createElement("h2");
  node.textContent = "Formula";
  return node;
}

// Only where it differs: a picture that stays need not be made again.
function fill(node, html) {
  if (node.html === html) return;
  node.html = html;
  node.innerHTML = html;
}

export default async function (component) {
  await ready;
  const { parentElement } = component;
  let panel = panels.get(parentElement);
  if (!panel) panels.set(parentElement, (panel = new Panel(parentElement)));
  panel.update(component);
  return () => {
    panel.frame.remove();
    panels.delete(parentElement);
  };
}
