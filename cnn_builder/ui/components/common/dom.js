const SVG = "http://www.w3.org/2000/svg";

export function element(name, className, attributes = {}) {
  const node = document.createElement(name);
  node.className = className;
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

export function svg(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

// Each of these touches the page only where something differs: a redraw of 100 layers that changes one costs one.
export function set(node, name, value) {
  if (value === null) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function place(node, x) {
  if (node.dataset.x === String(x)) return;
  node.dataset.x = x;
  node.style.transform = `translateX(${x}px)`;
}
