// The charts at a moment of the film: a line across the curves, the histograms of that snapshot.

import { drawBars } from "../charts/bars.js";
import { clockOf } from "../lib/clock.js";
import { theme } from "../charts/theme.js";

export class Moment {
  constructor(view) {
    this.view = view;
    this.onChange = () => this.changed();
    this.lines = {};
  }

  get isLive() {
    return !this.clock || this.clock.isLive;
  }

  follow(run) {
    if (this.run === run) return;
    this.end();
    this.run = run;
    this.clock = run ? clockOf(run) : null;
    this.clock?.addEventListener("change", this.onChange);
    this.changed();
  }

  end() {
    this.clock?.removeEventListener("change", this.onChange);
    this.clock = this.run = null;
  }

  changed() {
    const { root } = this.view;
    this.drawCursor();
    const step = this.isLive ? "" : String(this.clock.step);
    if ((root.dataset.moment ?? "") === step) return;
    root.dataset.moment = step;
    if (step) this.drawBars();
    else this.view.drawHistograms();
  }

  // Densities of the generated rows of the snapshot, one list a feature.
  densities() {
    const { counts, rows, bins, step } = this.clock;
    const found = counts.get(step);
    return found && this.view.data.edges.map((edges, i) =>
      Array.from(found.subarray(i * bins, (i + 1) * bins), (n, k) => n / (rows * (edges[k + 1] - edges[k]))));
  }

  drawBars() {
    const { parts, root, data, page, atOnce } = this.view;
    const chart = parts.histograms;
    const generated = this.isLive ? null : this.densities();
    chart.classList.toggle("gf-filmed", Boolean(generated));
    if (!generated || !chart._fullLayout) return;
    this.canvas ??= document.createElement("canvas");
    if (this.canvas.parentElement !== chart) chart.append(this.canvas);
    drawBars(this.canvas, chart, theme(root), page * atOnce, data.edges, data.real, generated);
  }

  // A line over the chart instead of a shape in it: moving it costs nothing.
  drawCursor() {
    const { parts, root, data } = this.view;
    for (const name of ["losses", "outputs", "scores"]) {
      const { xaxis, yaxis } = parts[name]._fullLayout ?? {};
      const line = (this.lines[name] ??= parts.curves.appendChild(document.createElement("div")));
      line.className = "gf-cursor";
      line.hidden = true;
      if (!xaxis || this.isLive || parts[name].hidden) continue;
      const { step, next, share } = this.clock;
      const x = xaxis.d2p((step + (next - step) * share) / data.steps_per_epoch);
      root.dataset.cursor = step;
      if (x < 0 || x > xaxis._length) continue; // zoomed away from it
      line.hidden = false;
      line.style.transform = `translate(${parts[name].offsetLeft + xaxis._offset + x}px, ${parts[name].offsetTop + yaxis._offset}px)`;
      line.style.height = `${yaxis._length}px`;
      line.style.background = theme(root).text;
      if (parts[name].followed) continue;
      parts[name].followed = true;
      parts[name].on("plotly_relayout", () => this.drawCursor());
    }
    if (this.isLive) root.dataset.cursor = "";
  }
}
