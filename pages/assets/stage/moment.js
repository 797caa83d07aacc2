// The charts at a moment of the film: a line across the curves, the histograms of that snapshot.

import { drawBars } from "../charts/bars.js";
import { theme } from "../charts/theme.js";
import { clockOf } from "../lib/clock.js";

/** @import { Clock } from "../lib/clock.js" */
/** @import { View } from "./live.js" */

const CHARTS = ["losses", "outputs", "scores"];

export class Moment {
  /** @type {Clock} */
  clock = null;
  #run = null;
  #lines = {};
  #canvas = document.createElement("canvas");
  #followed = new Set(); // charts whose zoom moves their line

  /** @param {View} view */
  constructor(view) {
    this.view = view;
    this.onChange = () => this.#changed();
  }

  get isLive() {
    return !this.clock || this.clock.isLive;
  }

  /** @param {string | null} run */
  follow(run) {
    if (this.#run === run) return;
    this.end();
    this.#run = run;
    this.clock = run ? clockOf(run) : null;
    this.clock?.addEventListener("change", this.onChange);
    this.#changed();
  }

  end() {
    this.clock?.removeEventListener("change", this.onChange);
    this.clock = this.#run = null;
  }

  #changed() {
    const { root, histograms } = this.view;
    this.drawCursor();
    const step = this.isLive ? "" : String(this.clock?.step);
    if ((root.dataset.moment ?? "") === step) return;
    root.dataset.moment = step;
    if (step) this.drawBars();
    else histograms.draw();
  }

  drawBars() {
    const { parts, root, data, histograms } = this.view;
    const chart = parts.histograms;
    const generated = this.clock && !this.isLive ? densities(this.clock, data.edges) : null;
    chart.classList.toggle("gf-filmed", Boolean(generated));
    if (!generated || !chart._fullLayout) return;
    if (this.#canvas.parentElement !== chart) chart.append(this.#canvas);
    const { edges, real } = data;
    drawBars(this.#canvas, chart, theme(root), histograms.from, { edges, real, generated });
  }

  // A line over the chart instead of a shape in it: moving it is cheap.
  drawCursor() {
    const { root } = this.view;
    for (const name of CHARTS) this.#drawLine(name);
    if (this.isLive) root.dataset.cursor = "";
  }

  #drawLine(name) {
    const { parts, root, curves } = this.view;
    const chart = parts[name];
    this.#lines[name] ??= parts.curves.appendChild(document.createElement("div"));
    const line = this.#lines[name];
    line.className = "gf-cursor";
    line.hidden = true;
    if (!chart._fullLayout || !this.clock || this.isLive || chart.hidden) return;
    const { xaxis, yaxis } = chart._fullLayout;
    const { step, next, share } = this.clock;
    const x = xaxis.d2p((step + (next - step) * share) / curves.unitOf(name));
    root.dataset.cursor = String(step);
    if (x < 0 || x > xaxis._length) return; // zoomed away from it
    line.hidden = false;
    const [left, top] = [chart.offsetLeft + xaxis._offset + x, chart.offsetTop + yaxis._offset];
    line.style.transform = `translate(${left}px, ${top}px)`;
    line.style.height = `${yaxis._length}px`;
    line.style.background = theme(root).text;
    if (this.#followed.has(name)) return;
    this.#followed.add(name);
    chart.on?.("plotly_relayout", () => this.drawCursor());
  }
}

/** Densities of the generated rows of the clock's snapshot, one list per feature.
 * @param {Pick<Clock, "counts" | "rows" | "bins" | "step">} clock
 * @param {number[][]} edges of the bins, one list per feature */
export function densities({ counts, rows, bins, step }, edges) {
  const found = counts.get(step);
  if (!found) return null;
  return edges.map((edge, i) => {
    const ofFeature = found.subarray(i * bins, (i + 1) * bins);
    return Array.from(ofFeature, (n, k) => n / (rows * (edge[k + 1] - edge[k])));
  });
}
