// Colours, the basis of every chart, and Plotly itself. Each role has the same colour everywhere.

import { channels } from "../lib/ink.js";

/** @import { Plotly } from "../lib/types.js" */

/** @typedef {ReturnType<typeof theme>} Theme */

/** @param {Element} element */
export function theme(element) {
  const style = getComputedStyle(element);
  const read = (name, fallback) => style.getPropertyValue(name).trim() || fallback;
  const background = read("--st-background-color", "#FFFFFF");
  const dark = luminance(background) < 0.4;
  const role = (hex) => (dark ? lighter(hex, 0.15) : hex);
  return {
    real: role("#2F6FDE"),
    generated: role("#F08A24"),
    discriminator: role("#7A4FD0"),
    generator: role("#1F9D6B"),
    dark,
    background,
    text: read("--st-text-color", "#1C2130"),
    border: read("--st-border-color", "#E2E5EE"),
    muted: dark ? "#A0A6B8" : "#70788C",
    font: read("--st-font", "sans-serif"),
  };
}

function luminance(colour) {
  const [red = 255, green = 255, blue = 255] = channels(colour);
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}

function lighter(hex, share) {
  return `rgb(${channels(hex).map((c) => Math.round(c + (255 - c) * share))})`;
}

let loading;

/** Plotly is a 1.4 MB download, so it is loaded only if there is a chart, and once.
 * @param {string} url @returns {Promise<Plotly>} */
export function plotly(url) {
  loading ??= new Promise((resolve, reject) => {
    if (window.Plotly) return resolve(window.Plotly);
    const script = document.createElement("script");
    script.src = new URL(url, document.baseURI).href;
    script.onload = () => resolve(/** @type {Plotly} */ (window.Plotly));
    script.onerror = () => {
      loading = undefined;
      reject(new Error("plotly.min.js could not be loaded"));
    };
    document.head.append(script);
  });
  return loading;
}

export const CONFIG = {
  displaylogo: false,
  responsive: true,
  displayModeBar: "hover",
  plotlyServerURL: "",
  showSendToCloud: false,
  // Few enough not to cover the legend of a narrow chart; a drag zooms, a double click goes back.
  modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d", "zoomIn2d", "zoomOut2d", "sendChartToCloud"],
};

export const WITHOUT_TOOLS = { ...CONFIG, displayModeBar: false };

/** @param {Theme} t */
export function axis(t, more = {}) {
  const tickfont = { color: t.muted, size: 12 };
  const lines = { gridcolor: t.border, zeroline: false, linecolor: t.border };
  return { ...lines, tickfont, automargin: false, ...more };
}

/** The title of an axis. @param {Theme} t @param {string} text */
export function title(t, text) {
  return { text, font: { color: t.muted }, standoff: 4 };
}

/** @param {Theme} t @param {Record<string, any>} [more] @returns {Record<string, any>} */
export function layout(t, more = {}) {
  const nothing = "rgba(0,0,0,0)";
  const over = { x: 0, xanchor: "left", y: 1.02, yanchor: "bottom" };
  return {
    paper_bgcolor: nothing,
    plot_bgcolor: nothing,
    font: { family: t.font, color: t.text, size: 12 },
    hoverlabel: { bgcolor: t.background, bordercolor: t.border, font: { color: t.text } },
    legend: { orientation: "h", traceorder: "normal", ...over, bgcolor: nothing }, // bands reverse it
    bargap: 0,
    barmode: "overlay",
    showlegend: true,
    modebar: { bgcolor: nothing, color: t.muted, activecolor: t.text },
    ...more,
  };
}

/** Text in a chart. @param {Theme} t @param {string} text @param {object} place */
export function note(t, text, place) {
  return { text, showarrow: false, font: { color: t.muted, size: 11 }, ...place };
}

/** A dotted line at y, legible over noisy curves, with its name beside it, in the right margin.
 * @param {Theme} t @param {number} y @param {string} name */
export function reference(t, y, name) {
  const place = { xref: "x domain", yref: "y" };
  const line = { color: t.text, width: 1.6, dash: "dot" };
  const beside = { x: 1, y, xanchor: "left", yanchor: "middle", font: { color: t.text, size: 11 } };
  return {
    shape: { type: "line", ...place, x0: 0, x1: 1, y0: y, y1: y, line },
    annotation: note(t, name, { ...place, ...beside }),
  };
}

/** The right margin in which the names of such lines find room, in pixels. @param {string[]} names */
export function roomFor(names) {
  return Math.max(10, ...names.map((name) => 6 + 6.5 * name.length));
}
