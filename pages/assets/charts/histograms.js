// A panel of small histograms: real and generated rows of each feature.

import { escapeHtml } from "../lib/format.js";
import { axis, layout, note } from "./theme.js";

/** @import { Theme } from "./theme.js" */
/** @typedef {{ real: string, generated: string, density?: string, before?: string }} Names */
/** @typedef {number[][]} Densities one list a feature */
/** @typedef {{ real: Densities, generated?: Densities, ghost?: Densities, spread?: Densities[] }} Rows
 * ghost: of the previous run; spread: low and high end over several seeds */

const ROW_HEIGHT = 190; // pixels

/** @param {Theme} t @param {string[]} features @param {number[][]} edges of the bins
 * @param {Rows} rows @param {Names} names @param {number} columns how many side by side at most */
export function histograms(t, features, edges, rows, names, columns) {
  const grid = cells(features.length, columns);
  const shape = layout(t, { margin: { l: 34, r: 6, t: 46, b: 22 } });
  const over = { yref: "container", y: 1, yanchor: "top" }; // above the titles
  Object.assign(shape.legend, {
    x: 1,
    xanchor: "right",
    ...over,
    font: { size: 11 },
    itemclick: false,
    itemdoubleclick: false,
  });
  shape.height = ROW_HEIGHT * grid.rows;
  shape.annotations = features.map((feature, i) => {
    const place = { xref: "paper", yref: "paper", x: grid.x(i)[0], y: grid.y(i)[1], yshift: 4 };
    const look = { xanchor: "left", yanchor: "bottom", font: { size: 12, color: t.text } };
    return note(t, `<b>${escapeHtml(feature)}</b>`, { ...place, ...look });
  });
  const traces = features.flatMap((feature, i) => {
    const n = i ? i + 1 : "";
    const [x, y] = [`x${n}`, `y${n}`];
    const [across, up] = [grid.x(i), grid.y(i)];
    shape[`xaxis${n}`] = axis(t, { domain: across, anchor: y, showgrid: false, nticks: 6 });
    shape[`yaxis${n}`] = axis(t, { domain: up, anchor: x, nticks: 4, rangemode: "tozero" });
    const on = { xaxis: x, yaxis: y };
    const ghost = outline(t, edges[i], rows.ghost?.[i], names, { showlegend: i === 0, ...on });
    return [...ghost, ...bars(t, feature, i, edges[i], rows, names, on)];
  });
  return { traces, layout: shape };
}

/** The position of each chart, as fractions of the panel. */
function cells(count, columns) {
  const perRow = Math.max(1, Math.min(columns, count));
  const rows = Math.ceil(count / perRow);
  const gap = { x: 0.055, y: 0.34 / Math.max(rows, 1) };
  const w = (1 - gap.x * (perRow - 1)) / perRow;
  const h = rows === 1 ? 1 : (1 - gap.y * (rows - 1)) / rows;
  return {
    rows,
    x: (i) => [0, w].map((part) => Math.min(1, (i % perRow) * (w + gap.x) + part)),
    y: (i) => [h, 0].map((part) => Math.max(0, 1 - Math.floor(i / perRow) * (h + gap.y) - part)),
  };
}

// The generated rows of the previous run.
function outline(t, edges, values, names, on) {
  if (!values) return [];
  const line = { shape: "hv", color: t.generated, width: 1.4, dash: "dot" };
  const silent = { name: names.before, legendrank: 2000, hoverinfo: "skip" };
  const y = [...values, values.at(-1)];
  return [{ type: "scatter", mode: "lines", x: edges, y, line, ...silent, ...on }];
}

function bars(t, feature, i, edges, rows, names, on) {
  const widths = edges.slice(1).map((edge, k) => edge - edges[k]);
  const x = widths.map((width, k) => edges[k] + width / 2);
  const hover = `${escapeHtml(feature)} %{x:.3g}<br>${escapeHtml(names.density)} %{y:.3g}`;
  const roles = rows.generated ? ["real", "generated"] : ["real"];
  return roles.map((role) => {
    const y = rows[role][i];
    const spread = role === "generated" && rows.spread;
    return {
      ...{ type: "bar", x, y, width: widths, opacity: 0.6, ...on },
      ...{ name: names[role], legendgroup: role, showlegend: i === 0 },
      error_y: spread ? whiskers(t, y, spread[0][i], spread[1][i]) : undefined,
      marker: { color: t[role], line: { width: 0 } },
      hovertemplate: `${hover}<extra>${escapeHtml(names[role])}</extra>`,
    };
  });
}

// From the 10 % to the 90 % quantile of several seeds.
function whiskers(t, middle, low, high) {
  const array = high.map((value, k) => value - middle[k]);
  const arrayminus = low.map((value, k) => middle[k] - value);
  const look = { color: t.text, thickness: 1, width: 2 };
  return { type: "data", symmetric: false, array, arrayminus, ...look };
}
