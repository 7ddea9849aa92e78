// Draws one layer: a box in oblique view and three lines of text.
const SVG = "http://www.w3.org/2000/svg";
export const HEIGHT = 236;
const FLOOR = 156;
const TEXT_WIDTH = 108;

export function itemWidth(item) {
  const [width, , slant] = item.box;
  return Math.max(TEXT_WIDTH, Math.ceil(width + slant) + 12);
}

function svg(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

function polygon(points, face) {
  return svg("polygon", { points: points.map((point) => point.join(",")).join(" "), class: face });
}

export function picture(item) {
  const [width, height, slant] = item.box;
  const total = itemWidth(item);
  const left = (total - width - slant) / 2;
  const right = left + width;
  const top = FLOOR - height;
  const node = svg("svg", { width: total, height: FLOOR + 4, "aria-hidden": "true" });
  node.append(
    polygon([[left, top], [left + slant, top - slant], [right + slant, top - slant], [right, top]], "top"),
    polygon([[right, top], [right + slant, top - slant], [right + slant, FLOOR - slant], [right, FLOOR]], "side"),
    polygon([[left, top], [right, top], [right, FLOOR], [left, FLOOR]], "front"),
  );
  if (item.state === "broken") {
    const x = left + (width + slant) / 2;
    node.append(svg("circle", { cx: x, cy: top - slant - 16, r: 9, class: "mark" }));
    const sign = svg("text", { x, y: top - slant - 11.5, class: "sign" });
    sign.textContent = "!";
    node.append(sign);
  }
  return node;
}

export function caption(item) {
  const node = document.createElement("span");
  node.className = "caption";
  for (const part of ["type", "label", "shape"]) {
    const line = document.createElement("span");
    line.className = part;
    line.textContent = item[part] || "\u00a0";
    node.append(line);
  }
  return node;
}

export function fill(node, item) {
  const signature = JSON.stringify([item.type, item.label, item.shape, item.colour, item.box, item.state]);
  if (node.dataset.signature === signature) return;
  node.dataset.signature = signature;
  node.style.setProperty("--layer", item.colour);
  node.style.width = `${itemWidth(item)}px`;
  node.replaceChildren(picture(item), caption(item));
}
