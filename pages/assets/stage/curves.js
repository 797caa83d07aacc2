// The losses and D's outputs of a run over its epochs.

import { curve, ghostCurve } from "../charts/columns.js";
import { axis, CONFIG, layout, note, reference, theme, title } from "../charts/theme.js";
import { escapeHtml, fill } from "../lib/format.js";
import { ACTIVE } from "./feed.js";

/** @import { Theme } from "../charts/theme.js" */
/** @import { LiveUpdate } from "../lib/types.js" */
/** @import { View } from "./live.js" */
/** @typedef {{ shape: object, annotation: object }} Mark a line in a chart, and its name */

const EARLY = 0.02; // of the run: the axis is zoomed in on one that pauses before that
const FEW = 8; // epochs to show of it, at least
const MARGIN = { l: 44, r: 10, t: 26, b: 36 }; // pixels

export class Curves {
  #axes = {}; // by chart: the run drawn last, and where its axis ends

  /** @param {View} view */
  constructor(view) {
    this.view = view;
  }

  draw() {
    this.drawLosses();
    this.drawOutputs();
  }

  drawLosses() {
    const { labels, equilibria } = this.view.data;
    const lines = (t) => equilibria.map(([value, name]) => reference(t, value, name));
    this.#draw("losses", labels.loss, lines);
  }

  drawOutputs() {
    const { parts, data, moment } = this.view;
    parts.outputs.hidden = this.view.isNarrow; // beside the arena only the losses fit
    if (!parts.outputs.hidden) {
      const lines = (t) => (data.probability ? [reference(t, 0.5, data.labels.undecided)] : []);
      this.#draw("outputs", data.labels.output, lines, data.probability ? [0, 1] : undefined);
    }
    moment.drawCursor();
  }

  /** @param {"losses" | "outputs"} chart @param {string} name of the axis
   * @param {(t: Theme) => Mark[]} lines
   * @param {[number, number]} [range] of the axis; undefined: set by the curves */
  #draw(chart, name, lines, range) {
    const { Plotly, parts, data, received, ghost, root } = this.view;
    if (!Plotly) return;
    const t = theme(root);
    const columns = data.columns.filter((column) => column.chart === chart);
    const traces = [
      ...columns.flatMap((column) => ghostCurve(t, ghost, column, data.labels.before)),
      ...columns.flatMap((column) => curve(t, received, column)),
    ];
    const yaxis = axis(t, { range, title: title(t, name), nticks: 6 });
    Plotly.react(parts[chart], traces, this.layout(chart, t, lines(t), { yaxis }), CONFIG);
  }

  /** What all charts over the epochs have in common.
   * @param {"losses" | "outputs" | "scores"} chart
   * @param {Theme} t @param {Mark[]} lines @param {object} more */
  layout(chart, t, lines, more) {
    const { data, received, quality } = this.view;
    const end = this.#end(chart);
    const marks = [...lines, ...this.#changes(t, end)];
    const epochs = { title: title(t, data.labels.epoch), hoverformat: ",.1f", nticks: 8 };
    return layout(t, {
      margin: { ...MARGIN },
      height: quality.isShown ? 185 : 250,
      uirevision: data.run,
      datarevision: received.step,
      hovermode: "x unified",
      xaxis: axis(t, { range: [0, end], showgrid: false, ...epochs }),
      shapes: marks.map(({ shape }) => shape),
      annotations: marks.map(({ annotation }) => annotation),
      ...more,
    });
  }

  // Where the axis of a chart ends. While a visitor has zoomed in, it stays where it was: Plotly
  // keeps a zoom only within the range in which it was made.
  #end(chart) {
    const { data, update, parts } = this.view;
    const shown = parts[chart]._fullLayout?.xaxis.range;
    const { run, end } = this.#axes[chart] ?? {};
    if (shown && run === data.run && (shown[0] !== 0 || shown[1] !== end)) return end;
    this.#axes[chart] = { run: data.run, end: horizon(data.epochs, update) };
    return this.#axes[chart].end;
  }

  /** Changes of settings as dotted lines, with their names if they fit.
   * @param {Theme} t @param {number} end of the axis @returns {Mark[]} */
  #changes(t, end) {
    const { labels } = this.view.data;
    const line = { color: t.muted, width: 1, dash: "dot" };
    let free = -Infinity;
    return (this.view.update.edits ?? []).map(([x, set]) => {
      const word = (value) => labels.players[value] ?? value;
      const changes = Object.entries(set).map(([path, value]) =>
        fill(labels.marks[path] ?? path, { value: word(value) }),
      );
      const text = changes.join(", ");
      const isNamed = x >= free;
      if (isNamed) free = x + 0.06 * end * Math.max(1, text.length / 8);
      const place = { xref: "x", yref: "y domain" };
      const look = { xanchor: "left", yanchor: "bottom", font: { color: t.muted, size: 10 } };
      return {
        shape: { type: "line", ...place, x0: x, x1: x, y0: 0, y1: 1, line },
        annotation: note(t, isNamed ? escapeHtml(text) : "", { ...place, x, y: 0, ...look }),
      };
    });
  }
}

/** The last epoch to show: the run's last, except that single steps would be too small to see.
 * @param {number} epochs @param {Partial<LiveUpdate>} update */
export function horizon(epochs, { epochs_done: done = 0, status }) {
  if (ACTIVE.includes(status) || done > EARLY * epochs) return epochs;
  return Math.min(epochs, Math.max(FEW, 2 ** Math.ceil(Math.log2(done + 1))));
}
