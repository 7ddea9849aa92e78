// The small bar above the charts: smoothing, the axes, zoom back. What was chosen is remembered in the browser.

const REMEMBERED = "cnn-builder-curves";
const DEFAULTS = { smoothing: 0, log: false, fit: true };

export function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

export function remembered() {
  try {
    const kept = JSON.parse(localStorage.getItem(REMEMBERED) ?? "{}");
    const smoothing = Math.min(Math.max(Number(kept.smoothing) || 0, 0), 0.99);
    return { smoothing, log: kept.log === true, fit: kept.fit !== false };
  } catch {
    return { ...DEFAULTS }; // storage that is blocked or was written by something else: begin anew
  }
}

function remember(chosen) {
  try {
    localStorage.setItem(REMEMBERED, JSON.stringify(chosen));
  } catch {
    // Storage is full or blocked: the choice holds for this page only.
  }
}

// Builds the bar. `changed(chosen)` is called after a change, `reset()` by the zoom button.
export function tools(chosen, changed, reset) {
  const bar = element("div", "curves-tools");
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", "Curve display");
  const zoom = element("button", "curves-reset", "Reset zoom");
  zoom.type = "button";
  zoom.hidden = true;
  zoom.addEventListener("click", reset);
  bar.append(
    slider(chosen, changed),
    box(chosen, changed, "log", "Log scale for loss"),
    box(chosen, changed, "fit", "Fit accuracy to the epochs"),
    zoom,
  );
  return { bar, zoom };
}

function slider(chosen, changed) {
  const label = element("label", "curves-tool", "Smoothing");
  const range = element("input", "curves-smoothing");
  const value = element("output", "curves-value", words(chosen.smoothing));
  Object.assign(range, { type: "range", min: "0", max: "0.99", step: "0.01", value: String(chosen.smoothing) });
  range.addEventListener("input", () => {
    chosen.smoothing = Number(range.value);
    value.textContent = words(chosen.smoothing);
    remember(chosen);
    changed(chosen);
  });
  label.append(range, value);
  return label;
}

function words(smoothing) {
  return smoothing ? smoothing.toFixed(2) : "off";
}

function box(chosen, changed, name, title) {
  const label = element("label", "curves-tool");
  const input = element("input", `curves-${name}`);
  Object.assign(input, { type: "checkbox", checked: chosen[name] });
  input.addEventListener("change", () => {
    chosen[name] = input.checked;
    remember(chosen);
    changed(chosen);
  });
  label.append(input, title);
  return label;
}
