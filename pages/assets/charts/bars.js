// The histograms at a moment of the film, on a canvas over Plotly's. Plotly takes 40 ms or more to
// redraw them, too slow for a film; it still draws the titles and the x axes.

import { blank } from "../lib/component.js";
import { faded, text, ticks } from "../lib/ink.js";

// Starts at the chart of feature `from`; edges and densities are lists, one per feature.
export function drawBars(canvas, chart, t, from, { edges, real, generated }) {
  const full = chart._fullLayout;
  if (!full) return;
  const [w, h] = [full.width, full.height];
  [canvas.style.width, canvas.style.height] = [`${w}px`, `${h}px`];
  const g = blank(canvas, w, h);
  g.font = `12px ${t.font}`;
  for (let k = 0; full[`xaxis${k ? k + 1 : ""}`]; k++) {
    const n = k ? k + 1 : "";
    const [x, y] = [full[`xaxis${n}`], full[`yaxis${n}`]];
    const i = from + k;
    if (!edges[i]) break;
    const top = 1.06 * Math.max(...real[i], ...generated[i]);
    const up = (value) => y._offset + y._length * (1 - value / top);
    for (const [value, words] of ticks(0, top, Math.max(2, y._length / 45))) {
      g.fillStyle = t.border;
      g.fillRect(x._offset, up(value) - 0.5, x._length, 1);
      text(g, words, x._offset - 3, up(value), { colour: t.muted, align: "right", base: "middle" });
    }
    for (const [values, colour] of [
      [real[i], t.real],
      [generated[i], t.generated],
    ]) {
      g.fillStyle = faded(colour, 0.6);
      values.forEach((value, bin) => {
        const [left, right] = [x._offset + x.d2p(edges[i][bin]), x._offset + x.d2p(edges[i][bin + 1])];
        g.fillRect(left, up(value), right - left, up(0) - up(value));
      });
    }
  }
}
