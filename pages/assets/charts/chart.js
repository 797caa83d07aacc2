// A static chart: a figure from charts.py, in the theme's colours.

import { component } from "../lib/component.js";
import { escapeHtml } from "../lib/format.js";
import { extent } from "../lib/numbers.js";
import { histograms } from "./histograms.js";
import { axis, layout, plotly, theme, title, WITHOUT_TOOLS } from "./theme.js";

/** @import { ChartData, HistogramsData, Plotly, ScatterData } from "../lib/types.js" */
/** @import { Theme } from "./theme.js" */

const NARROWEST = 150; // pixels, of a histogram

class Chart {
  /** @type {ChartData} */
  #data;
  /** @type {Plotly | undefined} */
  #Plotly;
  #width = 0;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.observer = new ResizeObserver(() => {
      if (Math.abs(root.clientWidth - this.#width) >= 2) this.#draw();
    });
    this.observer.observe(root);
  }

  /** @param {ChartData} data */
  async show(data) {
    this.#data = data;
    this.#Plotly = await plotly(data.plotly);
    this.#draw();
  }

  #draw() {
    if (!this.#Plotly) return;
    const { root } = this;
    const data = this.#data;
    this.#width = root.clientWidth;
    const figure = data.kind === "scatter" ? scatter : panel;
    const { traces, shape } = figure(theme(root), /** @type {any} */ (data), this.#width || 800);
    root.setAttribute("role", "img");
    root.setAttribute("aria-label", data.alt);
    root.style.minHeight = `${shape.height}px`;
    this.#Plotly.react(root, traces, { ...shape, uirevision: data.revision }, WITHOUT_TOOLS);
  }

  end() {
    this.observer.disconnect();
    this.#Plotly?.purge(this.root);
    this.#Plotly = undefined;
  }
}

/** @param {Theme} t @param {HistogramsData} data @param {number} width in pixels */
function panel(t, data, width) {
  const { features, edges, real, generated, names } = data;
  const columns = Math.max(1, Math.min(data.columns, Math.floor(width / NARROWEST)));
  const rows = Math.ceil(features.length / Math.min(columns, features.length));
  const found = histograms(t, features, edges, { real, generated }, names, columns);
  const shape = found.layout;
  shape.height = data.row_height * rows;
  shape.showlegend = Boolean(generated);
  Object.assign(shape.margin, { t: generated ? 44 : 26 });
  return { traces: found.traces, shape };
}

/** @param {Theme} t @param {ScatterData} data */
function scatter(t, { features, real, generated, names, height }) {
  const [x, y] = features.map(escapeHtml);
  const cloud = (role, values, symbol) => ({
    ...{ type: "scatter", mode: "markers", x: values[0], y: values[1], name: names[role] },
    marker: { color: t[role], size: 5, opacity: 0.6, symbol },
    hovertemplate: `${x} %{x:.3g}<br>${y} %{y:.3g}<extra>${escapeHtml(names[role])}</extra>`,
  });
  const traces = [cloud("real", real, "circle")];
  if (generated) traces.push(cloud("generated", generated, "triangle-up"));
  const spans = real.map(extent).map(([low, high]) => high - low);
  const ratio = spans[0] / spans[1];
  // If both features have similar ranges, keep a circle a circle.
  const alike = ratio > 0.5 && ratio < 2 ? { scaleanchor: "x" } : {};
  const shape = layout(t, {
    height,
    showlegend: Boolean(generated),
    margin: { l: 48, r: 8, t: generated ? 28 : 8, b: 38 },
    xaxis: axis(t, { title: title(t, x), nticks: 7 }),
    yaxis: axis(t, { title: title(t, y), nticks: 7, ...alike }),
  });
  return { traces, shape };
}
export const { render, destroy } = component("gf-chart", (root) => new Chart(root));
