// The columns of a run's history as curves: which chart draws them, and how.

import { faded } from "../lib/ink.js";

/** @import { Theme } from "./theme.js" */
/** @import { Column } from "../lib/types.js" */
/** @import { Received } from "../stage/received.js" */

const STYLES = {
  d_loss: { role: "discriminator" },
  g_loss: { role: "generator" },
  d_real: { role: "real" },
  d_fake: { role: "generated", dash: "dot" },
  penalty: { role: "discriminator", dash: "dash", width: 1 },
};

/** The curve of a column; for several seeds the median, and a band from the 10 % to the 90 %
 * quantile.
 * @param {Theme} t @param {Received} received @param {Column} column
 * @param {number} unit of the axis, in steps */
export function curve(t, received, { name, label }, unit = 1) {
  const { role = "text", dash, width = 1.4 } = STYLES[name] ?? {};
  const line = { color: t[role], width, dash };
  const seen = { type: "scatter", mode: "lines", name: label, line, hovertemplate: "%{y:.4f}" };
  const { band } = received;
  const across = (steps) => steps.map((step) => step / unit);
  if (!band) {
    const { x, columns } = received.drawn;
    return [{ ...seen, x: across(x), y: columns[name] }];
  }
  if (!band.columns[name]) return [];
  const [median, low, high] = band.columns[name];
  const x = across(band.x);
  return [...edges(x, [low, high], t[role]), { ...seen, x, y: median, line: { ...line, width: width + 0.2 } }];
}

/** A band between two curves, which lies behind what follows.
 * @param {number[]} x @param {number[][]} ends low and high @param {string} colour */
export function edges(x, [low, high], colour) {
  const silent = { line: { width: 0 }, hoverinfo: "skip", showlegend: false };
  const edge = { type: "scatter", mode: "lines", x, ...silent };
  return [
    { ...edge, y: low },
    { ...edge, y: high, fill: "tonexty", fillcolor: faded(colour, 0.22) },
  ];
}

/** The same column of the previous run, faintly; one of them names all in the legend.
 * @param {Theme} t @param {Received | null} ghost @param {Column} column @param {string} label
 * @param {number} unit of the axis, in steps @param {boolean} showlegend */
export function ghostCurve(t, ghost, { name }, label, unit, showlegend) {
  if (!ghost) return [];
  const line = { color: t[STYLES[name]?.role ?? "text"], width: 1 };
  const silent = { opacity: 0.3, hoverinfo: "skip" };
  const named = { name: label, showlegend, legendgroup: "before", legendrank: 2000 };
  const x = ghost.drawn.x.map((step) => step / unit);
  return [{ type: "scatter", mode: "lines", x, y: ghost.drawn.columns[name], line, ...named, ...silent }];
}
