// The scores of the snapshots, one at a time, under the losses and on their axis. It asks for what
// is new whenever the live view hears something, and for as long as there is more.

import { WITHOUT_TOOLS, axis, escape, theme } from "./theme.js";

const PAUSE = 1000; // milliseconds between two questions about a run that trains
const HEIGHT = 175;

export class Quality {
  constructor(view, root) {
    [this.view, this.root] = [view, root];
    root.innerHTML = `<div class="gf-metrics" role="group"></div><div class="gf-scores" role="img"></div><div class="gf-meaning"></div>`;
    [this.buttons, this.chart, this.meaning] = root.children;
    this.forget();
  }

  get isShown() {
    return !this.root.hidden;
  }

  get metric() {
    return this.data.metrics.find(({ name }) => name === this.chosen) ?? this.data.metrics[0];
  }

  // Whether the scores are to be seen, and of which run.
  show({ run, quality }) {
    if (this.run !== run) {
      this.run = run;
      this.question = (this.question ?? 0) + 1; // an answer about the other run comes too late now
      this.forget();
    }
    this.root.hidden = this.chart.hidden = !quality;
    this.data = quality;
    if (!quality) return;
    this.write();
    this.listen();
    this.soon(0);
  }

  forget() {
    [this.attempt, this.steps, this.scores, this.floors, this.left] = [-1, [], {}, null, 0];
    this.isAsking = false;
  }

  soon(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), delay);
    this.due = performance.now() + delay;
  }

  // Something happened in the run: ask, but not more often than once in a while.
  wake() {
    if (!this.isShown || this.isAsking || this.due > performance.now()) return;
    this.soon(Math.max(0, (this.asked ?? 0) + PAUSE - performance.now()));
  }

  async ask() {
    if (!this.isShown || !this.run || document.hidden) return;
    const question = (this.question = (this.question ?? 0) + 1);
    const known = this.steps.length ? `?attempt=${this.attempt}&after=${this.steps.at(-1)}` : "";
    this.isAsking = true;
    this.asked = performance.now();
    const answer = await fetch(new URL(`api/runs/${this.run}/quality${known}`, document.baseURI)).catch(() => null);
    const update = answer?.ok ? await answer.json().catch(() => null) : null;
    if (question !== this.question) return;
    this.isAsking = false;
    if (update) this.take(update);
    if (update?.left) this.soon(0);
    else if (!update && answer?.status !== 404) this.soon(PAUSE); // the live view says that the server is away
  }

  take({ attempt, after, steps, scores, floors, left }) {
    if (after < 0) this.forget();
    this.left = left;
    this.attempt = attempt;
    this.floors = floors ?? this.floors;
    this.steps.push(...steps);
    for (const [name, values] of Object.entries(scores)) (this.scores[name] ??= []).push(...values);
    this.draw();
  }

  // The buttons and the sentences.
  write() {
    const { labels, metrics } = this.data;
    const wording = JSON.stringify(this.data);
    if (this.wording !== wording) {
      this.wording = wording;
      this.buttons.setAttribute("aria-label", labels.scores);
      this.buttons.innerHTML = metrics.map(({ name, label, arrow, better, help }) =>
        `<button type="button" data-name="${name}" title="${escape(help)}" aria-label="${escape(`${label}, ${better}`)}">${escape(label)} ${arrow}</button>`).join("");
      for (const button of this.buttons.children) button.onclick = () => this.choose(button.dataset.name);
      this.meaning.innerHTML = `<b>${escape(labels.title)}</b>${[...labels.meaning, `${labels.band} ${labels.whose}`].map((text) => `<p>${escape(text)}</p>`).join("")}`;
    }
    for (const button of this.buttons.children) button.setAttribute("aria-pressed", String(button.dataset.name === this.metric.name));
  }

  choose(name) {
    this.chosen = name;
    this.write();
    this.draw();
  }

  // The same axis: this chart shows the part of the training that the losses' does.
  listen() {
    const { losses } = this.view.parts;
    if (this.heard || !losses.on) return; // it is no chart yet
    this.heard = true;
    losses.on("plotly_relayout", () => this.draw());
  }

  draw() {
    const { Plotly, parts, data, root } = this.view;
    if (!this.isShown || !Plotly) return;
    this.listen();
    const { metric } = this;
    const t = theme(this.root);
    const scale = metric.out_of || 1;
    const top = metric.top && metric.top * scale * 1.06; // of the axis; null where the scores say it
    const values = (this.scores[metric.name] ?? []).map((value) => (value === null ? null : value * scale));
    const floor = this.floors?.[metric.name]?.map((value) => value * scale);
    const shape = this.view.shape(t, { height: HEIGHT, showlegend: false, uirevision: `${data.run}/${metric.name}`, datarevision: `${metric.name}/${values.length}/${this.left}`,
      yaxis: axis(t, { title: { text: escape(metric.axis), font: { color: t.muted }, standoff: 4 }, nticks: 5,
        ...(top ? { range: [0, top] } : { rangemode: "tozero" }) }) },
    floor ? [band(t, floor, top ?? Math.max(floor[2], ...values), top !== null, this.data.labels.floor)] : []);
    Object.assign(shape.margin, { t: 8 });
    Object.assign(shape.xaxis, { fixedrange: true, range: parts.losses._fullLayout?.xaxis.range ?? shape.xaxis.range });
    if (!values.length) shape.annotations.push({ text: escape(this.data.labels.none), showarrow: false, xref: "x domain", yref: "y domain", x: 0.5, y: 0.5, font: { color: t.muted } });
    if (this.left) shape.annotations.push({ text: escape(this.data.labels.left.replace("{n}", this.left)), showarrow: false, xref: "x domain", yref: "y domain", x: 1, y: 0, xanchor: "right", yanchor: "bottom", font: { color: t.muted, size: 11 } });
    Plotly.react(this.chart, [{ type: "scatter", mode: "lines+markers", x: this.steps.map((step) => step / data.steps_per_epoch), y: values, name: escape(metric.label),
      line: { color: t.generated, width: 1.4 }, marker: { color: t.generated, size: 4 }, hovertemplate: metric.out_of ? `%{y:.0f} / ${metric.out_of}` : "%{y:.3f}" }],
    shape, WITHOUT_TOOLS);
    this.chart.setAttribute("aria-label", this.alt(values, floor));
    Object.assign(root.dataset, { score: metric.name, scored: values.length });
    this.view.moment.drawCursor();
  }

  alt(values, floor) {
    const { labels } = this.data;
    if (!values.length) return labels.none;
    const short = (value) => (value === null ? "–" : String(Number(value.toPrecision(3))));
    const facts = labels.alt.replace("{score}", this.metric.label).replace("{n}", values.length).replace("{value}", short(values.at(-1)))
      .replace("{better}", this.metric.better);
    if (!floor) return facts;
    return `${facts}; ${labels.alt_floor.replace("{low}", short(floor[0])).replace("{high}", short(floor[2]))}`;
  }

  end() {
    this.question = (this.question ?? 0) + 1;
    clearTimeout(this.timer);
    this.root.hidden = true;
  }
}

// The noise floor from its low to its high end, with its name at the left, where a run's scores are
// still far from it: inside, where there is room, else on its bad side. Without height it is a line.
function band(t, [low, , high], span, up, name) {
  const roomy = ((high - low) / span) * HEIGHT > 16;
  const at = roomy ? [(low + high) / 2, "middle"] : up ? [low, "top"] : [high, "bottom"];
  return {
    shape: { type: "rect", xref: "x domain", yref: "y", x0: 0, x1: 1, y0: low, y1: high, layer: "below", fillcolor: "rgba(128,136,155,0.28)",
      line: { color: "rgba(128,136,155,0.6)", width: roomy ? 0 : 1.4 } },
    annotation: { xref: "x domain", yref: "y", x: 0, xshift: 8, y: at[0], yanchor: at[1], text: escape(name), showarrow: false, xanchor: "left",
      font: { color: t.muted, size: 11 } },
  };
}
