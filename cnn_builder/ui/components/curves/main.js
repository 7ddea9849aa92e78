// Live accuracy and loss, one Plotly chart each. Python sends only rows that are new; the charts keep zoom and hover
// while these are added. A chart that misses rows (it was mounted again) asks for those after the last it has.

import {
  accuracyRange, clippedWords, emptyAxes, emptyTraces, isDark, isEmpty, layoutOf, marksOf, PANELS, scaleOf, themeOf,
  TOUCH, tracesOf, wholeRange,
} from "./chart.js";
import { copyPlotlyStyle, loadPlotly } from "./plotly.js";
import { keep } from "./rows.js";
import { element, remembered, tools } from "./tools.js";

const ASK_AGAIN_MS = 4000;
const ALL = [0, 1, 2, 3, 4, 5];
const charts = new WeakMap();

function clear(state, data) {
  // A resumed run comes as "id/cut": the same curve, drawn anew, and looked at where it was.
  const same = state.run?.split("/")[0] === data.run.split("/")[0];
  const fresh = { run: data.run, steps: [], epochs: [], seq: 0, lastX: 0, best: null, marks: [], last: undefined };
  Object.assign(state, fresh, { zoomed: same && state.zoomed, active: data.active, whole: data.epochs });
}

function build(parent, state) {
  const host = element("div", "curves");
  host.dataset.ready = "false";
  const bar = tools(state.chosen, () => queue(state, () => redraw(state)), () => queue(state, () => unzoom(state)));
  const plots = element("div", "curves-plots");
  state.panels = PANELS.map((panel) => {
    const section = element("section", "curves-panel");
    const head = element("div", "curves-head");
    const latest = element("div", "curves-latest");
    const note = element("span", "curves-note", "");
    const plot = element("div", "curves-plot");
    plot.dataset.chart = panel.key;
    plot.setAttribute("role", "group");
    const line = element("div", "curves-titles");
    line.append(element("h2", "curves-title", panel.title), note);
    head.append(line, latest);
    section.append(head, plot);
    plots.append(section);
    return { ...panel, plot, latest, note };
  });
  host.append(bar.bar, plots);
  parent.append(host);
  Object.assign(state, { host, zoomButton: bar.zoom });
}

async function draw(state, url) {
  state.Plotly = await loadPlotly(url);
  state.theme = themeOf(state.host);
  const config = {
    displaylogo: false,
    displayModeBar: TOUCH ? false : "hover",
    responsive: true,
    doubleClick: false, // Plotly would go back to the range it was drawn with first
    modeBarButtons: [["zoom2d", "pan2d", "toImage"]],
  };
  for (const panel of state.panels) {
    await state.Plotly.newPlot(panel.plot, emptyTraces(state.theme), layoutOf(state, panel), config);
    await state.Plotly.relayout(panel.plot, emptyAxes(state, panel));
    panel.plot.on("plotly_relayout", (change) => looked(state, panel, change));
    panel.plot.on("plotly_doubleclick", () => queue(state, () => unzoom(state)));
  }
  copyPlotlyStyle(state.host.getRootNode());
  state.host.dataset.ready = "true";
}

// Somebody zoomed or dragged: both charts show the same epochs, and more of the points there.
function looked(state, panel, change) {
  const keys = Object.keys(change);
  if (!keys.some((key) => key.startsWith("xaxis"))) return;
  state.zoomed = true;
  queue(state, async () => {
    const range = [...panel.plot.layout.xaxis.range];
    for (const each of state.panels) await refresh(state, each, { "xaxis.range": range });
  });
}

async function unzoom(state) {
  state.zoomed = false;
  for (const panel of state.panels) {
    await refresh(state, panel, { "xaxis.range": wholeRange(state), ...upright(state, panel) });
  }
}

async function redraw(state) {
  for (const panel of state.panels) {
    const change = { "yaxis.type": scaleOf(state, panel), ...upright(state, panel) };
    if (panel.plot.layout.yaxis.type !== change["yaxis.type"]) change["yaxis.autorange"] = true;
    await refresh(state, panel, change);
  }
}

async function refresh(state, panel, change = {}) {
  state.zoomButton.hidden = !state.zoomed;
  const range = change["xaxis.range"] ?? panel.plot.layout.xaxis.range;
  panel.note.textContent = clippedWords(state, panel); // above the chart: within it, it would cover points
  const marked = { ...change, ...emptyAxes(state, panel), ...marksOf(state, panel, range) };
  await state.Plotly.update(panel.plot, tracesOf(state, panel, range), marked, ALL);
}

// The upright axis where nobody has zoomed: fitted to the epochs' accuracies, else Plotly's own choice.
function upright(state, panel) {
  if (state.zoomed || isEmpty(state)) return {};
  const fitted = accuracyRange(state, panel);
  return fitted ? { "yaxis.range": fitted, "yaxis.autorange": false } : { "yaxis.autorange": true };
}

// Rows are missing. The answer may be passed over by a busy browser, so it is asked for again after a while.
function ask(state, component, data) {
  if (performance.now() < (state.askAgain ?? 0)) return;
  state.askAgain = performance.now() + ASK_AGAIN_MS;
  component.setStateValue("want", { run: data.run, after: state.seq, nonce: Date.now() });
}

async function update(state, component) {
  const { data } = component;
  const restarted = state.run !== data.run;
  if (restarted) clear(state, data);
  const themed = takeTheme(state);
  if (data.after > state.seq) return ask(state, component, data);
  state.askAgain = 0;
  const began = performance.now();
  const grew = take(state, data);
  const marked = settle(state, data);
  if (restarted || themed || grew || marked) {
    for (const panel of state.panels) {
      const layout = themed ? coloursOf(state.theme) : {};
      await refresh(state, panel, { ...layout, ...upright(state, panel), ...moved(state, panel) });
      showLatest(panel, state.last);
    }
    state.host.dataset.took = String(performance.now() - began); // milliseconds, for the benchmark
  }
  state.host.dataset.seq = String(state.seq);
}

// The whole curve's range, where that is what is looked at and it has grown.
function moved(state, panel) {
  const range = wholeRange(state);
  const [from, to] = panel.plot.layout.xaxis.range;
  return state.zoomed || (from === range[0] && to === range[1]) ? {} : { "xaxis.range": range };
}

// Add the rows that are new; returns whether there were any.
function take(state, data) {
  const isNew = (row) => row[0] > state.seq;
  const steps = data.steps.filter(isNew);
  const epochs = data.epoch_rows.filter(isNew);
  state.seq = Math.max(state.seq, data.to);
  keep(state.steps, steps, [2, 3], null);
  keep(state.epochs, epochs, [2, 3, 4, 5], data.best);
  for (const row of [steps.at(-1), epochs.at(-1)]) if (row) state.lastX = Math.max(state.lastX, row[1]);
  state.last = state.epochs.at(-1);
  return steps.length + epochs.length > 0;
}

// What changes besides the rows; whether anything did.
function settle(state, data) {
  const before = JSON.stringify([state.best, state.marks, state.active, state.whole]);
  state.best = data.best;
  state.bestWords = data.best_words;
  state.marks = data.marks;
  state.active = data.active;
  state.whole = data.epochs;
  return before !== JSON.stringify([state.best, state.marks, state.active, state.whole]);
}

function showLatest(panel, row) {
  const say = (value) => (value === null || value === undefined ? null : value.toFixed(3));
  const train = row ? say(row[panel.column]) : null;
  const validation = row ? say(row[panel.validation]) : null;
  const shown = [["train", train], ["validation", validation]].filter(([name, value]) => value || !row || name === "train");
  panel.latest.replaceChildren(
    ...shown.map(([name, value]) => element("span", `curves-series ${name}`, value ? `${name} ${value}` : name)),
  );
  const words = shown.map(([name, value]) => `${name} ${value ?? "not yet"}`).join(", ");
  panel.plot.setAttribute("aria-label", `${panel.title} by epoch: ${words}`);
}

function takeTheme(state) {
  state.host.dataset.dark = isDark(themeOf(state.host).back);
  const theme = themeOf(state.host);
  if (JSON.stringify(theme) === JSON.stringify(state.theme)) return false;
  state.theme = theme;
  return true;
}

function coloursOf(theme) {
  const colours = {
    "font.color": theme.text,
    "hoverlabel.bgcolor": theme.back,
    "hoverlabel.bordercolor": theme.grid,
    "hoverlabel.font.color": theme.text,
  };
  for (const name of ["xaxis", "yaxis"]) {
    Object.assign(colours, {
      [`${name}.color`]: theme.text,
      [`${name}.gridcolor`]: theme.grid,
      [`${name}.linecolor`]: theme.grid,
    });
  }
  return colours;
}

// One thing after the other: Plotly's calls are asynchronous.
function queue(state, work) {
  state.work = state.work.then(work).catch((error) => {
    state.host.dataset.error = error.message;
    console.error(error);
  });
}

export default function curves(component) {
  const { parentElement, data } = component;
  let state = charts.get(parentElement);
  if (!state) {
    state = { chosen: remembered(), zoomed: false };
    clear(state, data);
    charts.set(parentElement, state);
    build(parentElement, state);
    state.work = Promise.resolve();
    queue(state, () => draw(state, data.plotly));
  }
  queue(state, () => update(state, component));
  return () => {
    // Also called between two updates; only a chart that has left the page is taken down.
    setTimeout(() => {
      if (state.host.isConnected || !state.Plotly) return;
      for (const panel of state.panels) state.Plotly.purge(panel.plot);
      charts.delete(parentElement);
    }, 0);
  };
}
