// A chart that stands still: a figure from charts.py, in the theme's colours.

import { WITHOUT_TOOLS, axis, escape, histograms, layout, plotly, theme } from "./theme.js";

const watched = new WeakMap();

export async function render({ data, parentElement }) {
  const root = parentElement.querySelector(".gf-chart");
  const Plotly = await plotly(data.plotly);
  const draw = () => {
    const t = theme(root);
    const { traces, shape } = figure(t, data, root.clientWidth || 800);
    root.setAttribute("role", "img");
    root.setAttribute("aria-label", data.alt);
    root.style.minHeight = `${shape.height ?? 240}px`;
    Plotly.react(root, traces, { ...shape, uirevision: data.revision }, WITHOUT_TOOLS);
  };
  watched.get(root)?.disconnect();
  let width = 0;
  const observer = new ResizeObserver(() => {
    if (Math.abs(root.clientWidth - width) < 2) return;
    width = root.clientWidth;
    draw();
  });
  observer.observe(root);
  watched.set(root, observer);
  draw();
}

export function destroy(parentElement) {
  const root = parentElement.querySelector(".gf-chart");
  if (!root) return;
  watched.get(root)?.disconnect();
  window.Plotly?.purge(root);
}

function figure(t, data, width) {
  if (data.kind === "histograms") {
    const columns = Math.max(1, Math.min(data.columns, Math.floor(width / 150)));
    const { traces, layout: shape } = histograms(t, data.features, data.edges, data.real, data.generated, data.names, columns);
    const rows = Math.ceil(data.features.length / Math.min(columns, data.features.length));
    return { traces, shape: { ...shape, height: data.row_height * rows, showlegend: Boolean(data.generated),
      legend: { ...shape.legend, yref: "container", y: 1, yanchor: "top" }, // over the titles, however narrow
      margin: { ...shape.margin, t: data.generated ? 44 : 26 } } };
  }
  if (data.kind === "scatter") return scatter(t, data);
  const resolve = (value) => {
    if (typeof value === "string" && value.startsWith("theme:")) return t[value.slice(6)];
    if (Array.isArray(value)) return value.map(resolve);
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, resolve(v)]));
    return value;
  };
  return { traces: resolve(data.traces), shape: layout(t, resolve(data.layout)) };
}

function scatter(t, { features, real, generated, names, height }) {
  const [xs, ys] = real;
  const cloud = (role, [x, y], symbol) => ({ type: "scatter", mode: "markers", x, y, name: names[role],
    marker: { color: t[role], size: 5, opacity: 0.6, symbol },
    hovertemplate: `${escape(features[0])} %{x:.3g}<br>${escape(features[1])} %{y:.3g}<extra>${escape(names[role])}</extra>` });
  const traces = [cloud("real", real, "circle"), ...(generated ? [cloud("generated", generated, "triangle-up")] : [])];
  const span = (values) => values.reduce((m, v) => Math.max(m, v), -Infinity) - values.reduce((m, v) => Math.min(m, v), Infinity);
  const ratio = span(xs) / span(ys);
  const title = (i) => ({ text: escape(features[i]), font: { color: t.muted }, standoff: 4 });
  // Where both features spread alike, a circle is drawn as a circle.
  const alike = ratio > 0.5 && ratio < 2 ? { scaleanchor: "x" } : {};
  return { traces, shape: layout(t, { height, showlegend: Boolean(generated), margin: { l: 48, r: 8, t: generated ? 28 : 8, b: 38 },
    xaxis: axis(t, { title: title(0), nticks: 7 }), yaxis: axis(t, { title: title(1), nticks: 7, ...alike }) }) };
}
