// A run that is repeated with several seeds: the median of its curves, and a band from the 10 % to
// the 90 % quantile.

import { unpack } from "../lib/numbers.js";

const CURVES = ["d_loss", "g_loss", "d_real", "d_fake"];

export function unpackBand(packed) {
  const band = { x: unpack(packed.x), finished: packed.finished, members: packed.members };
  for (const name of CURVES) band[name] = packed[name].map(unpack); // median, low, high
  return band;
}

export function bandTraces(band, name, title, colour, dash) {
  const [median, low, high] = band[name];
  const edge = { type: "scatter", mode: "lines", x: band.x, line: { width: 0 }, hoverinfo: "skip", showlegend: false };
  return [
    { ...edge, y: low },
    { ...edge, y: high, fill: "tonexty", fillcolor: faded(colour) },
    { type: "scatter", mode: "lines", x: band.x, y: median, name: title, line: { color: colour, width: 1.6, dash }, hovertemplate: "%{y:.4f}" },
  ];
}

function faded(colour) {
  if (colour.startsWith("#")) return `${colour}38`;
  return colour.replace("rgb(", "rgba(").replace(")", ",0.22)");
}
