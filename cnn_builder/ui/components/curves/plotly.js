// plotly.js from its package, loaded once for all charts of the page.

let loading = null;

export function loadPlotly(url) {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      loading = null;
      reject(new Error(`plotly.js could not be loaded from ${url}`));
    };
    document.head.append(script);
  });
  return loading;
}

// Plotly writes its style sheet into the page's head, which does not reach into a shadow root.
export function copyPlotlyStyle(root) {
  if (!(root instanceof ShadowRoot) || root.querySelector("style[data-plotly]")) return;
  const sheets = [...document.querySelectorAll('style[id^="plotly.js-style"]')];
  if (!sheets.length) return;
  const style = document.createElement("style");
  style.dataset.plotly = "";
  style.textContent = sheets.flatMap((sheet) => [...sheet.sheet.cssRules].map((rule) => rule.cssText)).join("\n");
  root.append(style);
}
