// Live accuracy and loss, one Plotly chart each. Python sends only rows that are new; they are appended, so that
// zoom and hover survive every update. A chart that misses rows (it was mounted again) asks for all of them.

const THIN_ABOVE = 4000; // points of the per-batch line; then every other one is dropped
const PANELS = [
  { key: "accuracy", title: "Accuracy", step: 2, train: 2, validation: 4 },
  { key: "loss", title: "Loss", step: 3, train: 3, validation: 5 },
];
const TRACES = { batches: 0, train: 1, validation: 2 };
const charts = new WeakMap();
let plotly = null;

function loadPlotly(url) {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  plotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      plotly = null;
      reject(new Error(`plotly.js could not be loaded from ${url}`));
    };
    document.head.append(script);
  });
  return plotly;
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function themeOf(host) {
  const style = getComputedStyle(host);
  const read = (name, fallback) => style.getPropertyValue(name).trim() || fallback;
  return {
    text: read("--st-text-color", "#1f2937"),
    grid: read("--st-border-color", "#e5e7eb"),
    back: read("--st-background-color", "#ffffff"),
    font: read("--st-font", "system-ui, sans-serif"),
    train: read("--curve-train", "#4f46e5"),
    validation: read("--curve-validation", "#c2410c"),
  };
}

function isDark(colour) {
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = colour;
  probe.fillRect(0, 0, 1, 1);
  const [red, green, blue] = probe.getImageData(0, 0, 1, 1).data;
  return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
}

function axis(theme, extra) {
  return {
    color: theme.text,
    gridcolor: theme.grid,
    linecolor: theme.grid,
    zeroline: false,
    automargin: true,
    ...extra,
  };
}

function layoutOf(theme, state) {
  return {
    height: 260,
    margin: { l: 44, r: 10, t: 8, b: 40 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: theme.font, size: 12, color: theme.text },
    showlegend: false,
    hovermode: "x unified",
    hoverlabel: { bgcolor: theme.back, bordercolor: theme.grid, font: { color: theme.text } },
    // A finger scrolls the page; only a mouse drags a zoom box.
    dragmode: matchMedia("(pointer: coarse)").matches ? false : "zoom",
    xaxis: axis(theme, { title: { text: "epoch", standoff: 6 }, range: rangeOf(state), hoverformat: ".2f" }),
    yaxis: axis(theme, { autorange: true, nticks: 6 }),
    shapes: bestLine(theme, state),
  };
}

function rangeOf(state) {
  const end = state.active ? state.epochs : Math.max(state.lastX, 1);
  return [0, end * 1.02];
}

function bestLine(theme, state) {
  if (!state.best) return [];
  const line = { color: theme.text, width: 1, dash: "dot" };
  return [{ type: "line", xref: "x", yref: "paper", x0: state.best, x1: state.best, y0: 0, y1: 1, opacity: 0.5, line }];
}

function tracesOf(theme) {
  const common = { type: "scatter", x: [], y: [], hovertemplate: "%{y:.4f}" };
  return [
    { ...common, name: "train, batches", mode: "lines", line: { color: theme.train, width: 1 }, opacity: 0.45 },
    { ...common, name: "train", mode: "lines+markers", line: { color: theme.train, width: 2 }, marker: { size: 7 } },
    {
      ...common,
      name: "validation",
      mode: "lines+markers",
      line: { color: theme.validation, width: 2 },
      marker: { size: 8, symbol: "diamond" },
    },
  ];
}

// Plotly writes its style sheet into the page's head, which does not reach into a shadow root.
function copyPlotlyStyle(root) {
  if (!(root instanceof ShadowRoot) || root.querySelector("style[data-plotly]")) return;
  const sheets = [...document.querySelectorAll('style[id^="plotly.js-style"]')];
  if (!sheets.length) return;
  const style = document.createElement("style");
  style.dataset.plotly = "";
  style.textContent = sheets.flatMap((sheet) => [...sheet.sheet.cssRules].map((rule) => rule.cssText)).join("\n");
  root.append(style);
}

function build(parent, state) {
  const host = element("div", "curves");
  host.dataset.ready = "false";
  state.panels = PANELS.map((panel) => {
    const section = element("section", "curves-panel");
    const head = element("div", "curves-head");
    const latest = element("div", "curves-latest");
    const plot = element("div", "curves-plot");
    plot.dataset.chart = panel.key;
    plot.setAttribute("role", "group");
    head.append(element("h2", "curves-title", panel.title), latest);
    section.append(head, plot);
    host.append(section);
    return { ...panel, plot, latest };
  });
  parent.append(host);
  state.host = host;
}

async function draw(state, url) {
  const Plotly = await loadPlotly(url);
  state.Plotly = Plotly;
  state.theme = themeOf(state.host);
  const config = { displaylogo: false, responsive: true, modeBarButtons: [["zoom2d", "pan2d", "resetScale2d", "toImage"]] };
  for (const panel of state.panels) {
    await Plotly.newPlot(panel.plot, tracesOf(state.theme), layoutOf(state.theme, state), config);
    panel.plot.on("plotly_relayout", (change) => {
      if (!state.own && Object.keys(change).some((key) => key.startsWith("xaxis"))) state.zoomed = true;
    });
    panel.plot.on("plotly_doubleclick", () => { state.zoomed = false; });
  }
  copyPlotlyStyle(state.host.getRootNode());
  state.host.dataset.ready = "true";
}

function clear(state, run) {
  Object.assign(state, { run, seq: 0, lastX: 0, best: null, zoomed: false, last: {}, active: true });
}

function ask(state, component, data) {
  const wanted = `${data.run}:${state.seq}:${data.after}`;
  if (state.asked === wanted) return;
  state.asked = wanted;
  component.setStateValue("want", { run: data.run, after: state.seq, nonce: Date.now() });
}

async function restart(state) {
  for (const panel of state.panels) {
    await state.Plotly.react(panel.plot, tracesOf(state.theme), layoutOf(state.theme, state));
  }
}

async function update(state, component) {
  const { data } = component;
  if (state.run !== data.run) {
    clear(state, data.run);
    state.epochs = data.epochs;
    state.active = data.active;
    await restart(state);
  }
  state.epochs = data.epochs;
  await applyTheme(state);
  if (data.after > state.seq) return ask(state, component, data);
  const fresh = (row) => row[0] > state.seq;
  const steps = data.steps.filter(fresh);
  const epochs = data.epoch_rows.filter(fresh);
  if (steps.length || epochs.length) await append(state, steps, epochs);
  state.seq = Math.max(state.seq, data.to);
  await settle(state, data);
}

async function append(state, steps, epochs) {
  state.lastX = Math.max(state.lastX, ...steps.map((row) => row[1]), ...epochs.map((row) => row[1]));
  if (epochs.length) state.last = { row: epochs.at(-1) };
  for (const panel of state.panels) {
    const column = (rows, at) => rows.map((row) => row[at]);
    const x = [column(steps, 1), column(epochs, 1), column(epochs, 1)];
    const y = [column(steps, panel.step), column(epochs, panel.train), column(epochs, panel.validation)];
    await state.Plotly.extendTraces(panel.plot, { x, y }, [TRACES.batches, TRACES.train, TRACES.validation]);
    await thin(state, panel);
    showLatest(panel, state.last.row);
  }
}

async function thin(state, panel) {
  const batches = panel.plot.data[TRACES.batches];
  if (batches.x.length <= THIN_ABOVE) return;
  const half = (values) => values.filter((_, at) => at % 2 === 0);
  await state.Plotly.restyle(panel.plot, { x: [half(batches.x)], y: [half(batches.y)] }, [TRACES.batches]);
}

function showLatest(panel, row) {
  const say = (value) => (value === null || value === undefined ? null : value.toFixed(3));
  const parts = [["train", row ? say(row[panel.train]) : null], ["validation", row ? say(row[panel.validation]) : null]];
  const shown = parts.filter(([name, value]) => value !== null || !row || name === "train");
  panel.latest.replaceChildren(
    ...shown.map(([name, value]) => element("span", `curves-series ${name}`, value ? `${name} ${value}` : name)),
  );
  const words = shown.map(([name, value]) => `${name} ${value ?? "not yet"}`).join(", ");
  panel.plot.setAttribute("aria-label", `${panel.title} by epoch: ${words}`);
}

// What changes when a run ends: the axis closes up to the last point, and the best epoch is marked.
async function settle(state, data) {
  const changed = state.best !== data.best || state.active !== data.active;
  state.best = data.best;
  state.active = data.active;
  for (const panel of state.panels) showLatest(panel, state.last.row);
  if (!changed && !(state.lastX > 0 && !state.active && !state.closed)) return;
  state.closed = !state.active;
  state.own = true;
  for (const panel of state.panels) {
    const change = { shapes: bestLine(state.theme, state) };
    if (!state.zoomed) change["xaxis.range"] = rangeOf(state);
    await state.Plotly.relayout(panel.plot, change);
  }
  state.own = false;
}

async function applyTheme(state) {
  state.host.dataset.dark = isDark(themeOf(state.host).back);
  const theme = themeOf(state.host);
  if (JSON.stringify(theme) === JSON.stringify(state.theme)) return;
  state.theme = theme;
  const colours = [theme.train, theme.train, theme.validation];
  for (const panel of state.panels) {
    await state.Plotly.update(
      panel.plot,
      { "line.color": colours },
      {
        "font.color": theme.text,
        "hoverlabel.bgcolor": theme.back,
        "hoverlabel.bordercolor": theme.grid,
        "hoverlabel.font.color": theme.text,
        ...Object.fromEntries(
          ["xaxis", "yaxis"].flatMap((name) => [
            [`${name}.color`, theme.text],
            [`${name}.gridcolor`, theme.grid],
            [`${name}.linecolor`, theme.grid],
          ]),
        ),
        shapes: bestLine(theme, state),
      },
    );
  }
}

export default function curves(component) {
  const { parentElement, data } = component;
  let state = charts.get(parentElement);
  if (!state) {
    state = { epochs: data.epochs };
    clear(state, data.run);
    state.active = data.active;
    charts.set(parentElement, state);
    build(parentElement, state);
    state.work = draw(state, data.plotly);
  }
  // One update after the other: Plotly's calls are asynchronous.
  state.work = state.work
    .then(() => update(state, component))
    .catch((error) => {
      state.host.dataset.error = error.message;
      console.error(error);
    });
  return () => {
    // Also called between two updates; only a chart that has left the page is taken down.
    setTimeout(() => {
      if (state.host.isConnected || !state.Plotly) return;
      for (const panel of state.panels) state.Plotly.purge(panel.plot);
      charts.delete(parentElement);
    }, 0);
  };
}
