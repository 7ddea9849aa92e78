// Small pictures for buttons, drawn in strokes of the text's colour.
import { svg } from "./dom.js";

const PATHS = {
  undo: "M7 4 3.5 7.5 7 11 M4 7.5h5.5a3.5 3.5 0 0 1 0 7H8",
  redo: "M11 4l3.5 3.5L11 11 M14 7.5H8.5a3.5 3.5 0 0 0 0 7H10",
  add: "M9 3.5v11 M3.5 9h11",
  duplicate: "M6.5 6.5h8v8h-8z M11.5 6.5v-3h-8v8h3",
  earlier: "M14.5 9h-11 M8 4.5 3.5 9 8 13.5",
  later: "M3.5 9h11 M10 4.5 14.5 9 10 13.5",
  repeat: "M4 8V6.5h9 M10.5 3.5l3 3-3 3 M14 10v1.5H5 M7.5 14.5l-3-3 3-3",
  delete: "M3.5 5h11 M7 5V3.5h4V5 M5 5l.7 9.5h6.6L13 5 M7.6 7.5v4.5 M10.4 7.5v4.5",
  eye: "M2 9s2.5-4.5 7-4.5S16 9 16 9s-2.5 4.5-7 4.5S2 9 2 9z M9 7.2a1.8 1.8 0 1 0 .01 0z M3 15.5 15.5 3",
  minus: "M4.5 9h9",
  plus: "M9 4.5v9 M4.5 9h9",
};

export function icon(name) {
  const picture = svg("svg", { viewBox: "0 0 18 18", width: 18, height: 18, "aria-hidden": "true", class: "icon" });
  picture.append(svg("path", { d: PATHS[name] }));
  return picture;
}
