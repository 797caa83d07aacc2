// The scores of the snapshots, one at a time, below the losses and on their axis. It requests new
// scores whenever the run advances, and for as long as there are more.

import { Asker } from "../lib/ask.js";
import { escapeHtml, fill, three } from "../lib/format.js";
import { edges } from "./columns.js";
import { axis, note, theme, title, WITHOUT_TOOLS } from "./theme.js";

/** @import { LiveData, QualityData, QualityUpdate } from "../lib/types.js" */
/** @import { View } from "../stage/live.js" */
/** @import { Theme } from "./theme.js" */

const PAUSE = 1000; // milliseconds between two requests while a run trains
const HEIGHT = 140; // pixels
const AT_ONCE = 2; // scores to choose from, so that the histograms stay in sight

export class Quality {
  /** @type {QualityData} */
  #data = null;
  #run = null;
  #chosen = ""; // name of a metric
  #showsAll = false; // the buttons
  #wording = "";
  #isListening = false;
  #asker = new Asker();
  #isAsking = false;
  #asked = -Infinity; // when the last request was made
  #due = 0; // when the next one is
  #timer = 0;

  /** @param {View} view */
  constructor(view, root) {
    this.view = view;
    this.root = root;
    root.innerHTML = `<div class="gf-scores"></div>
      <div><div class="gf-metrics" role="group"></div><div class="gf-meaning"></div></div>`;
    this.chart = root.children[0];
    this.buttons = root.children[1].children[0];
    this.meaning = root.children[1].children[1];
    this.#forget();
  }

  get isShown() {
    return !this.root.hidden;
  }

  get #metric() {
    const { metrics } = this.#data;
    return metrics.find(({ name }) => name === this.#chosen) ?? metrics[0];
  }

  /** Whether to show scores, and of which run. @param {LiveData} data */
  show({ run, quality }) {
    if (this.#run !== run) {
      this.#run = run;
      this.#asker.cancel();
      this.#forget();
    }
    this.root.hidden = this.chart.hidden = !quality;
    this.#data = quality;
    if (!quality) return;
    this.#write(quality);
    this.#listen();
    this.#soon(0);
  }

  #forget() {
    this.attempt = -1;
    this.steps = []; // of the snapshots
    this.scores = { scores: {}, low: {}, high: {} }; // by the metric's name; ends only of a group
    this.floors = null;
    this.left = 0; // snapshots still to be scored
    this.#isAsking = false;
  }

  #soon(delay) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), delay);
    this.#due = performance.now() + delay;
  }

  /** The run has advanced: request scores, but at most once per pause. */
  refresh() {
    if (!this.isShown || this.#isAsking || this.#due > performance.now()) return;
    this.#soon(Math.max(0, this.#asked + PAUSE - performance.now()));
  }

  async #ask() {
    if (!this.isShown || !this.#run || document.hidden) return;
    const last = this.steps.at(-1);
    const known = last === undefined ? "" : `?attempt=${this.attempt}&after=${last}`;
    this.#isAsking = true;
    this.#asked = performance.now();
    const answer = await this.#asker.ask(`api/runs/${this.#run}/quality${known}`);
    if (!answer) return;
    this.#isAsking = false;
    if (answer.ok) this.#take(answer.body);
    if (answer.ok && this.left) this.#soon(0);
    else if (!answer.ok && answer.status !== 404) this.#soon(PAUSE); // the live view reports why
  }

  /** @param {QualityUpdate} update */
  #take({ attempt, after, steps, scores, low = {}, high = {}, floors, left }) {
    if (after < 0) this.#forget();
    this.left = left;
    this.attempt = attempt;
    this.floors = floors ?? this.floors;
    this.steps.push(...steps);
    for (const [part, columns] of Object.entries({ scores, low, high })) {
      for (const [name, values] of Object.entries(columns)) {
        this.scores[part][name] = [...(this.scores[part][name] ?? []), ...values];
      }
    }
    this.draw();
  }

  // The buttons and the sentences.
  #write(data) {
    const wording = JSON.stringify(data);
    if (this.#wording !== wording) this.#build(data);
    this.#wording = wording;
    const [...choices] = this.buttons.children;
    const more = choices.pop();
    for (const [i, button] of choices.entries()) {
      const isChosen = button.dataset.name === this.#metric.name;
      button.setAttribute("aria-pressed", String(isChosen));
      button.hidden = i >= AT_ONCE && !isChosen && !this.#showsAll;
    }
    more.textContent = this.#showsAll ? data.labels.less : data.labels.more;
    more.setAttribute("aria-expanded", String(this.#showsAll));
    more.hidden = choices.length <= AT_ONCE;
  }

  /** @param {QualityData} data */
  #build({ labels, metrics }) {
    this.buttons.setAttribute("aria-label", labels.scores);
    const button = ({ name, label, arrow, better, help }) =>
      `<button type="button" data-name="${name}" title="${escapeHtml(help)}"
        aria-label="${escapeHtml(`${label}, ${better}`)}">${escapeHtml(label)} ${arrow}</button>`;
    const more = '<button type="button" class="gf-more"></button>';
    this.buttons.innerHTML = metrics.map(button).join("") + more;
    for (const made of this.buttons.children) {
      made.onclick = () => {
        this.#showsAll = !made.dataset.name && !this.#showsAll;
        this.#chosen = made.dataset.name ?? this.#chosen;
        this.#write(this.#data);
        this.draw();
      };
    }
    const sentences = [labels.meaning, `${labels.band} ${labels.several}`];
    const paragraphs = sentences.map((text) => `<p>${escapeHtml(text)}</p>`);
    this.meaning.innerHTML = `<b>${escapeHtml(labels.title)}</b>${paragraphs.join("")}`;
  }

  // The same axis: this chart shows the same part of the training as the losses.
  #listen() {
    const { losses } = this.view.parts;
    if (this.#isListening || !losses.on) return; // not a chart yet
    this.#isListening = true;
    losses.on("plotly_relayout", () => this.draw());
  }

  draw() {
    const { Plotly, root, moment } = this.view;
    if (!this.isShown || !Plotly || !this.#data) return;
    this.#listen();
    const metric = this.#metric;
    const scale = metric.out_of || 1;
    const scaled = (part) => (this.scores[part][metric.name] ?? []).map((v) => (v === null ? null : v * scale));
    const values = scaled("scores");
    const ends = [scaled("low"), scaled("high")];
    const floor = this.floors?.[metric.name]?.map((value) => value * scale);
    const t = theme(this.root);
    const shape = this.#layout(t, [...values, ...ends[1]], floor);
    const traces = [...(ends[1].length ? this.#band(t, ends) : []), this.#trace(t, values)];
    Plotly.react(this.chart, traces, shape, WITHOUT_TOOLS);
    this.chart.setAttribute("role", "img"); // not before it has a label
    this.chart.setAttribute("aria-label", this.#alt(values, floor));
    Object.assign(root.dataset, { score: metric.name, scored: values.length });
    moment.drawCursor();
  }

  get #x() {
    const unit = this.view.curves.unitOf("scores");
    return this.steps.map((step) => step / unit);
  }

  // From the 10 % to the 90 % quantile of several seeds.
  #band(t, ends) {
    return edges(this.#x, ends, t.generated);
  }

  #trace(t, y) {
    const metric = this.#metric;
    const x = this.#x;
    const line = { color: t.generated, width: 1.4 };
    const marker = { color: t.generated, size: 4 };
    const hovertemplate = metric.out_of ? `%{y:.0f} / ${metric.out_of}` : "%{y:.3f}";
    const name = escapeHtml(metric.label);
    return { type: "scatter", mode: "lines+markers", x, y, name, line, marker, hovertemplate };
  }

  #layout(t, values, floor) {
    const { parts, data, curves } = this.view;
    const { labels } = this.#data;
    const metric = this.#metric;
    const top = metric.top && metric.top * (metric.out_of || 1) * 1.06; // null: set by the scores
    const range = top ? { range: [0, top] } : { rangemode: "tozero" };
    const span = top ?? Math.max(floor?.[2] ?? 0, ...values);
    const lines = floor ? [band(t, floor, span, top !== null, labels.floor)] : [];
    const shape = curves.layout("scores", t, lines, {
      height: HEIGHT,
      showlegend: false,
      uirevision: `${data.run}/${metric.name}`,
      datarevision: `${metric.name}/${values.length}/${this.left}`,
      yaxis: axis(t, { title: title(t, escapeHtml(metric.axis)), nticks: 5, ...range }),
    });
    Object.assign(shape.margin, { t: 8 });
    const shown = parts.losses._fullLayout?.xaxis.range ?? shape.xaxis.range;
    Object.assign(shape.xaxis, { fixedrange: true, range: shown });
    const write = (text, place) =>
      shape.annotations.push(note(t, escapeHtml(text), { xref: "x domain", yref: "y domain", ...place }));
    if (!values.length) write(labels.none, { x: 0.5, y: 0.5, font: { color: t.muted } });
    const corner = { x: 1, y: 0, xanchor: "right", yanchor: "bottom" };
    if (this.left) write(fill(labels.left, { n: this.left }), corner);
    return shape;
  }

  #alt(values, floor) {
    const { labels } = this.#data;
    if (!values.length) return labels.none;
    const { label: score, better } = this.#metric;
    const last = values.at(-1) ?? null;
    const value = last === null ? "–" : three(last);
    const facts = fill(labels.alt, { score, n: values.length, value, better });
    if (!floor) return facts;
    return `${facts}; ${fill(labels.alt_floor, { low: three(floor[0]), high: three(floor[2]) })}`;
  }

  end() {
    this.#asker.cancel();
    clearTimeout(this.#timer);
    this.root.hidden = true;
  }
}

// The noise floor from its low to its high end, with its name at the left, where a run's scores are
// still far from it: inside if it fits, else on its good side if there is room, which the curve
// does not cross. Without height it is a line.
function band(t, [low, , high], span, up, name) {
  const isRoom = (height) => (height / span) * HEIGHT > 16;
  const fits = isRoom(high - low);
  const isAbove = up === isRoom(up ? span - high : low);
  const [y, yanchor] = fits ? [(low + high) / 2, "middle"] : isAbove ? [high, "bottom"] : [low, "top"];
  const grey = (alpha) => `rgba(128,136,155,${alpha})`;
  const place = { xref: "x domain", yref: "y" };
  const line = { color: grey(0.6), width: fits ? 0 : 1.4 };
  const ends = { x0: 0, x1: 1, y0: low, y1: high };
  const words = { ...place, x: 0, xshift: 8, y, yanchor, xanchor: "left" };
  return {
    shape: { type: "rect", ...place, ...ends, layer: "below", fillcolor: grey(0.28), line },
    annotation: note(t, escapeHtml(name), words),
  };
}
