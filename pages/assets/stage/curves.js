// The losses and D's outputs of a run over its epochs or, while they are few, its steps.

import { curve, ghostCurve } from "../charts/columns.js";
import { axis, CONFIG, layout, note, reference, roomFor, theme, title, WITHOUT_TOOLS } from "../charts/theme.js";
import { escapeHtml, fill } from "../lib/format.js";

/** @import { Theme } from "../charts/theme.js" */
/** @import { LiveData } from "../lib/types.js" */
/** @import { View } from "./live.js" */
/** @typedef {{ shape: object, annotation: object }} Mark a line in a chart, and its name */
/** @typedef {{ unit: number, end: number }} Axis from 0; its unit in steps */

const FEW = 20; // steps that the axis shows at least
const COUNTED = { steps: 100, epochs: 4 }; // up to which the axis counts steps
const ROUND = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10]; // ends of an axis, times a power of ten
const MARGIN = { l: 44, t: 26, b: 36 }; // pixels

let isWhole = false; // the axis shows the whole run, in all charts, until the page is left

export class Curves {
  /** @type {Record<string, Axis & { run: string }>} */
  #axes = {}; // as last drawn, by chart

  /** @param {View} view */
  constructor(view) {
    this.view = view;
    this.buttons = document.createElement("div");
    this.buttons.className = "gf-span";
    this.buttons.role = "group";
  }

  draw() {
    this.drawLosses();
    this.drawOutputs();
  }

  drawLosses() {
    const { labels, equilibria } = this.view.data;
    const lines = (t) => equilibria.map(([value, name]) => reference(t, value, name));
    const before = this.#axes.losses;
    this.#draw("losses", labels.loss, lines);
    this.#writeButtons();
    if (before?.end !== this.#axes.losses?.end) this.view.quality.draw(); // on the same axis
  }

  // The choice between the run so far and the whole run, at the end of the axis.
  #writeButtons() {
    const { data, parts, received } = this.view;
    const names = [data.labels.so_far, data.labels.whole_run];
    if (this.buttons.children.length === 0) {
      this.buttons.setAttribute("aria-label", data.labels.span);
      for (const [i, name] of names.entries()) {
        const button = document.createElement("button");
        Object.assign(button, { type: "button", textContent: name, onclick: () => this.#show(i === 1) });
        this.buttons.append(button);
      }
    }
    for (const [i, button] of [...this.buttons.children].entries()) {
      button.setAttribute("aria-pressed", String(isWhole === (i === 1)));
    }
    this.buttons.hidden = !data.run || span(data, received.step, false).end === span(data, 0, true).end;
    if (this.buttons.parentElement !== parts.losses) parts.losses.append(this.buttons);
  }

  #show(whole) {
    isWhole = whole;
    this.#axes = {}; // not what was zoomed into either
    this.draw();
  }

  /** How many steps a unit of a chart's axis stands for. */
  unitOf(chart) {
    return this.#span(chart).unit;
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
    const next = this.#next(chart);
    this.#axes[chart] = { ...next, run: data.run };
    const { unit } = next;
    const traces = [
      ...columns.flatMap((column, i) => ghostCurve(t, ghost, column, data.labels.before, unit, i === 0)),
      ...columns.flatMap((column) => curve(t, received, column, unit)),
    ];
    const yaxis = axis(t, { range, title: title(t, name), nticks: 6, uirevision: `${data.run}/${isWhole}` });
    const config = innerWidth > 640 ? CONFIG : WITHOUT_TOOLS; // they would cover a phone's legend
    Plotly.react(parts[chart], traces, this.layout(chart, t, lines(t), { yaxis }), config);
    for (const button of parts[chart].querySelectorAll(".modebar-btn")) button.setAttribute("tabindex", "-1");
  }

  /** What all charts over the epochs have in common.
   * @param {"losses" | "outputs" | "scores"} chart
   * @param {Theme} t @param {Mark[]} lines @param {object} more */
  layout(chart, t, lines, more) {
    const { data, received, quality } = this.view;
    const { end, unit } = this.#span(chart);
    const names = chart === "outputs" ? [data.labels.undecided] : data.equilibria.map(([, name]) => name);
    const marks = [...lines, ...this.#changes(t, end, unit)];
    const name = unit === 1 ? data.labels.step : data.labels.epoch;
    const hoverformat = unit === 1 ? ",.0f" : ",.1f";
    const across = { title: title(t, name), hoverformat, nticks: 8 };
    const uirevision = `${data.run}/${isWhole}`;
    return layout(t, {
      margin: { ...MARGIN, r: roomFor(names) },
      height: quality.isShown ? 150 : 230,
      uirevision: data.run,
      datarevision: received.step,
      hovermode: "x unified",
      xaxis: axis(t, { range: [0, end], showgrid: false, uirevision, ...across }),
      shapes: marks.map(({ shape }) => shape),
      annotations: marks.map(({ annotation }) => annotation),
      ...more,
    });
  }

  /** The axis of a chart as drawn; the scores have that of the losses. @returns {Axis} */
  #span(chart) {
    const { data, received } = this.view;
    const drawn = this.#axes[chart] ?? this.#axes.losses;
    return drawn?.run === data.run ? drawn : span(data, received.step, isWhole);
  }

  // The axis to draw. While a visitor has zoomed in, it stays as it was: Plotly keeps a zoom only
  // within the range in which it was made.
  #next(chart) {
    const { data, received, parts } = this.view;
    const shown = parts[chart]._fullLayout?.xaxis.range;
    const drawn = this.#axes[chart];
    if (shown && drawn?.run === data.run && (shown[0] !== 0 || shown[1] !== drawn.end)) return drawn;
    return span(data, received.step, isWhole);
  }

  /** Changes of settings as dotted lines, with their names if they fit.
   * @param {Theme} t @param {number} end of the axis @param {number} unit @returns {Mark[]} */
  #changes(t, end, unit) {
    const { labels, steps_per_epoch: perEpoch } = this.view.data;
    const line = { color: t.muted, width: 1, dash: "dot" };
    let free = -Infinity;
    return (this.view.update.edits ?? []).map(([epoch, set]) => {
      const x = (epoch * perEpoch) / unit;
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

/** The axis for a run that has come to a step. It depends on nothing else, so it is the same for
 * whoever watched from the start and whoever came later.
 * @param {Pick<LiveData, "epochs" | "steps_per_epoch">} run @param {number} step
 * @param {boolean} whole whether to show the whole run, or the run so far @returns {Axis} */
export function span({ epochs, steps_per_epoch: perEpoch }, step, whole) {
  const all = epochs * perEpoch;
  const wanted = whole ? all : Math.min(all, roundUp(Math.max(FEW, step)));
  if (wanted <= Math.max(COUNTED.steps, COUNTED.epochs * perEpoch)) return { unit: 1, end: wanted };
  return { unit: perEpoch, end: whole ? epochs : Math.min(epochs, roundUp(step / perEpoch)) };
}

function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  const found = ROUND.find((factor) => factor * power >= value) ?? 10;
  return found * power;
}
