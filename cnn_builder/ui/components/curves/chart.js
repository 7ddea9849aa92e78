// One Plotly chart: its look, and its traces as they follow from the rows.

import { points, smoothed } from "./rows.js";

export const PANELS = [
  { key: "accuracy", title: "Accuracy", column: 2, validation: 4 },
  { key: "loss", title: "Loss", column: 3, validation: 5 },
];
const TRACES = ["batches", "train", "validation", "batches, smoothed", "train, smoothed", "validation, smoothed"];
const SEQ = 0;
const EPOCH = 1;
export const TOUCH = matchMedia("(pointer: coarse)").matches;
const MOST_EPOCHS = 8; // ticks of an empty chart, with one at each …
const EPOCH_STEPS = [1, 4, 5, 10, 20, 50, 100, 200, 500, 1000, 2000]; // … or at every fourth, fifth …
const MOST_LABELS = 8; // of marks; more lines than that stand without words

export function themeOf(host) {
  const style = getComputedStyle(host);
  const read = (name, fallback) => style.getPropertyValue(name).trim() || fallback;
  return {
    text: read("--st-text-color", "#1f2937"),
    grid: read("--st-border-color", "#e5e7eb"),
    back: read("--st-background-color", "#ffffff"),
    font: read("--st-font", "system-ui, sans-serif"),
    train: read("--curve-train", "#4f46e5"),
    validation: read("--curve-validation", "#c2410c"),
    gap: read("--curve-gap", "rgba(194, 65, 12, 0.1)"),
  };
}

export function isDark(colour) {
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = colour;
  probe.fillRect(0, 0, 1, 1);
  const [red, green, blue] = probe.getImageData(0, 0, 1, 1).data;
  return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
}

// While it trains the axis shows where the run will end, or of a long one a half, a quarter … that it has not filled.
export function wholeRange(state) {
  if (isEmpty(state)) return [0, state.whole * 1.02];
  if (!state.active) return [0, Math.max(state.lastX, 1) * 1.02];
  let end = state.whole;
  while (end > 40 && end / 2 > state.lastX * 1.1) end /= 2;
  return [0, end * 1.02];
}

export function isEmpty(state) {
  return !state.steps.length && !state.epochs.length;
}

// The axes of a chart with nothing in it: shares from 0 to 1 over the epochs 1 to n, where Plotly would show −1 to 4.
export function emptyAxes(state, panel) {
  if (!isEmpty(state)) return { "xaxis.tickmode": "auto" };
  const step = EPOCH_STEPS.find((one) => state.whole / one <= MOST_EPOCHS) ?? state.whole;
  const epochs = [1];
  for (let epoch = Math.max(step, 2); epoch <= state.whole; epoch += step) epochs.push(epoch);
  return {
    "xaxis.tickmode": "array",
    "xaxis.tickvals": epochs,
    "xaxis.ticktext": epochs.map(String),
    "yaxis.range": scaleOf(state, panel) === "log" ? [-1, 0] : [0, 1],
    "yaxis.autorange": false,
  };
}

const WRITTEN = new Intl.NumberFormat(navigator.language).formatToParts(12345.6);
const signOf = (type) => WRITTEN.find((part) => part.type === type)?.value ?? "";
// The decimal sign and the one between thousands, as the browser's locale has them.
const SEPARATORS = (signOf("decimal") || ".") + signOf("group");

export function layoutOf(state, panel) {
  const { theme } = state;
  const axis = { color: theme.text, gridcolor: theme.grid, linecolor: theme.grid, zeroline: false, automargin: true };
  return {
    height: 270,
    margin: { l: 44, r: 10, t: 18, b: 40 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: theme.font, size: 12, color: theme.text },
    separators: SEPARATORS,
    showlegend: false,
    hovermode: "x unified",
    hoverlabel: { bgcolor: theme.back, bordercolor: theme.grid, font: { color: theme.text } },
    // A finger scrolls the page; only a mouse drags a zoom box.
    dragmode: TOUCH ? false : "zoom",
    modebar: { bgcolor: "rgba(0,0,0,0)", color: theme.grid, activecolor: theme.text },
    xaxis: { ...axis, title: { text: "epoch", standoff: 6 }, range: wholeRange(state), hoverformat: ".2f" },
    yaxis: { ...axis, autorange: true, nticks: 6, type: scaleOf(state, panel), tickformat: "~g" },
    ...marksOf(state, panel, wholeRange(state)),
  };
}

export function scaleOf(state, panel) {
  return panel.key === "loss" && state.chosen.log ? "log" : "linear";
}

// Lines across both charts: the best epoch, another learning rate, going on after a stop.
export function marksOf(state, panel, range) {
  const { theme } = state;
  const shapes = [];
  const annotations = [];
  const mark = (x, dash, note) => {
    const line = { color: theme.text, width: 1, dash };
    shapes.push({ type: "line", xref: "x", yref: "paper", x0: x, x1: x, y0: 0, y1: 1, opacity: 0.55, line });
    if (note) annotations.push({ x, xref: "x", yref: "paper", showarrow: false, font: { size: 11 }, ...note });
  };
  if (state.best) {
    // Towards the middle of what is looked at, so that the words are not cut off at an edge.
    const [from, to] = range;
    const xanchor = state.best > (from + to) / 2 ? "right" : "left";
    mark(state.best, "dot", { text: state.bestWords, y: 1, yanchor: "bottom", xanchor, name: "best" });
  }
  // Where the curves are not: accuracy ends high, loss low.
  const end = panel.key === "loss" ? { y: 0.98, yanchor: "top" } : { y: 0.02, yanchor: "bottom" };
  const labelled = state.marks.slice(-MOST_LABELS);
  for (const [x, text] of state.marks) {
    const upright = { text, textangle: -90, xanchor: "left", ...end };
    mark(x, "dash", labelled.some(([at]) => at === x) ? upright : null);
  }
  return { shapes, annotations };
}

// The accuracy axis fits the epochs' values: with the first steps, which are near guessing, in it, all the epochs of an
// easy data set would lie on each other. Null where the axis is left to Plotly.
export function accuracyRange(state, panel) {
  if (panel.key !== "accuracy" || !state.chosen.fit) return null;
  const columns = [panel.column, panel.validation];
  const values = state.epochs.flatMap((row) => columns.map((column) => row[column])).filter(Number.isFinite);
  if (!values.length) return null;
  const [low, high] = extent(values);
  const room = Math.max(0.1 * (high - low), 0.005);
  return [Math.max(low - room, 0), high + room];
}

// What is said of the steps that the axis leaves out below.
export function clippedWords(state, panel) {
  const fitted = accuracyRange(state, panel);
  if (!fitted || state.zoomed || !state.steps.some((row) => row[panel.column] < fitted[0])) return "";
  return `batches below ${fitted[0].toFixed(3)} are not shown`;
}

function extent(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}

// The restyling of all six traces: points, and how prominent each is.
export function tracesOf(state, panel, range) {
  const { steps, epochs, theme, chosen } = state;
  const smooth = chosen.smoothing > 0;
  const raw = [
    points(steps, panel.column, range),
    points(epochs, panel.column, range),
    points(epochs, panel.validation, range),
  ];
  const soft = smooth ? softened(state, panel, range) : [nothing(), nothing(), nothing()];
  const lines = [...raw, ...soft];
  const many = epochs.length > 60;
  const dots = smooth || many ? "lines" : "lines+markers";
  return {
    x: lines.map((line) => line.x),
    y: lines.map((line) => line.y),
    visible: [true, true, true, smooth, smooth, smooth],
    mode: ["lines", dots, dots, "lines", "lines", "lines"],
    opacity: smooth ? [0.2, 0.35, 0.35, 0.55, 1, 1] : [0.45, 1, 1, 1, 1, 1],
    fill: ["none", "none", smooth ? "none" : "tonexty", "none", "none", smooth ? "tonexty" : "none"],
    fillcolor: theme.gap,
    "line.color": [theme.train, theme.train, theme.validation, theme.train, theme.train, theme.validation],
    "line.width": smooth ? [1, 1, 1, 1.5, 2, 2] : [1, 2, 2, 1, 2, 2],
  };
}

function softened({ steps, epochs, chosen }, panel, range) {
  const line = (rows, column, at) => points(smoothed(rows, column, chosen.smoothing, at), 2, range);
  return [
    line(steps, panel.column, SEQ),
    line(epochs, panel.column, EPOCH),
    line(epochs, panel.validation, EPOCH),
  ];
}

function nothing() {
  return { x: [], y: [] };
}

export function emptyTraces(theme) {
  return TRACES.map((name, place) => ({
    type: "scatter",
    name,
    x: [],
    y: [],
    mode: "lines",
    hovertemplate: "%{y:.4f}",
    hoverinfo: place > 2 ? "skip" : undefined,
    marker: { size: place === 2 ? 8 : 7, symbol: place === 2 ? "diamond" : "circle" },
    line: { color: theme.train },
  }));
}
