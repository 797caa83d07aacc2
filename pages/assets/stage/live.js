// The live view of a run. It asks the server for what is new and draws it; no page script runs for
// that. Zoom and legend choices survive, because Plotly is told that it is still the same chart.

import { bandTraces, unpackBand } from "../charts/band.js";
import { Moment } from "./moment.js";
import { Narrator } from "./narrate.js";
import { unpack } from "../lib/numbers.js";
import { Quality } from "../charts/quality.js";
import { Stepper } from "./stepper.js";
import { CONFIG, WITHOUT_TOOLS, axis, escape, histograms, layout, plotly, reference, theme } from "../charts/theme.js";

const CURVES = ["d_loss", "g_loss", "d_real", "d_fake"];
const MOST_POINTS = 4000; // beyond that the curves are thinned out to half
const HISTOGRAMS_AT_ONCE = 8;
const PATIENCE = 300; // milliseconds that a new run's empty charts wait for its first numbers
const EARLY = 0.02; // of the run: a rest before that is looked at more closely
const ACTIVE = ["queued", "running"];
const CHARTS = ["losses", "outputs", "scores", "histograms"];
const views = new WeakMap();

export function render({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".gf-live");
  let view = views.get(root);
  if (!view) views.set(root, (view = new View(root)));
  view.show(data, setTriggerValue);
}

export function destroy(parentElement) {
  const root = parentElement.querySelector(".gf-live");
  if (root) views.get(root)?.end();
}

class View {
  constructor(root) {
    this.root = root;
    root.innerHTML = `<div class="gf-line" aria-live="off"></div>
      <div class="gf-progress" role="progressbar" aria-valuemin="0" aria-valuemax="100"><div></div></div>
      <div class="gf-narrator" hidden></div>
      <div class="gf-curves"><div class="gf-losses"></div><div class="gf-outputs"></div><div class="gf-quality" hidden></div></div>
      <div class="gf-histograms"></div>
      <div class="gf-pager"><button type="button" data-by="-1">‹</button><span></span><button type="button" data-by="1">›</button></div>`;
    const find = (name) => root.querySelector(`.gf-${name}`);
    this.parts = Object.fromEntries(["line", "progress", "curves", "losses", "outputs", "histograms", "pager"].map((n) => [n, find(n)]));
    for (const button of this.parts.pager.querySelectorAll("button")) {
      button.onclick = () => this.turn(Number(button.dataset.by));
    }
    this.narrator = new Narrator(find("narrator"));
    this.stepper = new Stepper(() => this.soon(30));
    this.quality = new Quality(this, find("quality"));
    this.parts.scores = this.quality.chart;
    this.moment = new Moment(this);
    this.onVisible = () => { if (!document.hidden) this.soon(0); };
    document.addEventListener("visibilitychange", this.onVisible);
    this.width = 0;
    this.observer = new ResizeObserver(() => {
      if (Math.abs(root.clientWidth - this.width) < 2) return;
      this.width = root.clientWidth;
      if (this.data) this.draw();
      for (const part of CHARTS) { // the arena came, or went: they have other room now
        if (this.parts[part]._fullLayout && !this.parts[part].hidden) this.Plotly.Plots.resize(this.parts[part]);
      }
      this.moment.drawCursor();
    });
    this.observer.observe(root);
  }

  show(data, setTriggerValue) {
    const another = !this.data || this.data.run !== data.run;
    this.data = data;
    this.tell = setTriggerValue;
    if (another) {
      this.question = (this.question ?? 0) + 1; // an answer about the other run comes too late now
      this.forget();
      this.told = data.seen;
      this.known = data.step; // what came before the page was drawn is not told
      this.untold = null;
      this.page = 0;
      this.generated = null;
      this.update = { status: data.status, epochs_done: data.epochs_done, place: 0 };
      this.started = performance.now();
    } else {
      this.told = data.seen;
    }
    this.narrator.show(data.narrated, data.pace);
    this.narrate();
    this.stepper.play(data.run, data.speed);
    const none = !data.run;
    for (const part of ["line", "progress"]) this.parts[part].style.display = none ? "none" : "";
    this.parts.curves.classList.toggle("gf-unseen", none);
    this.root.dataset.run = data.run ?? "";
    this.moment.follow(data.run);
    this.quality.show(data);
    // Ask first and draw then: empty charts would keep the browser from hearing the answer.
    const answered = data.run ? this.ask() : Promise.resolve();
    const patience = new Promise((resolve) => setTimeout(resolve, another ? PATIENCE : 0));
    // A script run that changes nothing here draws nothing; another theme has other colours.
    const wording = JSON.stringify([data, theme(this.root)]);
    this.drawn &&= wording === this.wording;
    this.wording = wording;
    Promise.all([plotly(data.plotly), Promise.race([answered, patience])]).then(([Plotly]) => {
      this.Plotly = Plotly;
      if (!this.drawn) this.draw();
    }, (error) => this.say(String(error.message)));
    this.write();
    if (data.ghost !== this.haunted) this.haunt(data.ghost);
  }

  // The run before: its curves once, thinned out by the server, and its rows.
  async haunt(run) {
    this.haunted = run;
    this.ghost = null;
    if (run) {
      const answer = await fetch(new URL(`api/runs/${run}/live?attempt=0&since=0&shown=0`, document.baseURI)).catch(() => null);
      if (this.haunted !== run || !answer?.ok) return;
      const update = await answer.json();
      this.ghost = Object.fromEntries(["x", ...CURVES].map((name) => [name, unpack(update[name])]));
      this.ghost.densities = update.densities;
    }
    this.draw();
  }

  forget() {
    this.band = null;
    this.spread = null;
    this.attempt = 0;
    this.step = 0;
    this.shown = 0;
    this.curves = { x: [], d_loss: [], g_loss: [], d_real: [], d_fake: [] };
  }

  soon(delay) {
    clearTimeout(this.timer);
    if (!this.ended) this.timer = setTimeout(() => this.ask(), delay);
  }

  // Each question takes the place of the one before: a late answer to that is not heard any more.
  async ask() {
    clearTimeout(this.timer);
    if (this.ended || !this.data.run) return;
    const question = (this.question = (this.question ?? 0) + 1);
    const query = `attempt=${this.attempt}&since=${this.step}&shown=${this.shown}`;
    let answer, update;
    try {
      answer = await fetch(new URL(`api/runs/${this.data.run}/live?${query}`, document.baseURI));
      update = await answer.json();
    } catch {
      update = { error: this.data.labels.lost };
    }
    if (question !== this.question || this.ended) return;
    if (answer?.ok) this.take(update);
    else this.say(update.error);
    if (answer?.status === 404) return;
    if (!answer?.ok) this.soon(1000);
    else if (ACTIVE.includes(this.update.status) || this.update.stepping || this.stepper.waits) this.soon(this.delay());
  }

  delay() {
    if (document.hidden) return 2000;
    if (this.update.stepping || this.stepper.waits) return 60;
    return performance.now() - this.started < 5000 ? 150 : 350;
  }

  take(update) {
    if (update.band) this.band = unpackBand(update.band);
    if (update.attempt !== this.attempt || update.after !== this.step) {
      this.forget();
      if (update.after !== 0) return; // begin again with the next question
    }
    if (update.step > this.known) this.hear(update);
    this.known = update.step;
    this.narrate();
    const marks = JSON.stringify(update.edits);
    const marked = marks !== this.marks;
    this.marks = marks;
    this.update = update;
    this.stepper.heard(update);
    this.quality.wake();
    this.attempt = update.attempt;
    this.step = update.step;
    this.moment.clock?.hear(update.step);
    const fresh = { x: unpack(update.x ?? "") };
    for (const name of CURVES) fresh[name] = unpack(update[name] ?? "");
    if (fresh.x.length) {
      for (const name of Object.keys(fresh)) this.curves[name].push(...fresh[name]);
      if (this.curves.x.length > MOST_POINTS) this.curves = thin(this.curves);
    }
    if (update.densities) {
      this.generated = update.densities;
      this.spread = update.low && [update.low, update.high];
      this.shown = update.shown;
    }
    if (!this.drawn) this.draw();
    else {
      if (fresh.x.length || update.band || marked) this.drawCurves();
      if (update.densities && this.moment.isLive) this.drawHistograms();
    }
    this.write();
    if (update.seen !== this.told) { // the buttons and badges are the page's: let it draw them anew
      this.told = update.seen;
      this.root.dataset.pending = "yes";
      painted(() => {
        delete this.root.dataset.pending;
        this.tell("status", update.seen);
      });
    }
  }

  // Keep what is to be told. A step by hand may be done before the page says that there is one.
  hear(update) {
    const single = update.step === this.known + 1;
    this.untold = !ACTIVE.includes(update.status) && (this.data.pace || single) ? update : null;
  }

  // Tell the last of the new steps, with its own numbers.
  narrate() {
    const update = this.untold;
    if (!update || !this.data.pace) return;
    this.untold = null;
    const [number, per] = [update.step, this.data.steps_per_epoch];
    const values = Object.fromEntries(CURVES.map((name) => [name, unpack(update[name]).at(-1)]));
    let players = this.data.players; // who learned in it: the last change before it says so
    for (const [at, set] of update.edits) if (at * per < number - 0.5) players = set["training.players"] ?? players;
    this.narrator.tell({ number, players, ...values });
  }

  // Changes of settings as dotted lines across a chart; with their names where there is room.
  marks_of(t) {
    const { labels } = this.data;
    let free = -Infinity;
    return (this.update.edits ?? []).map(([x, set]) => {
      const text = Object.entries(set).map(([path, value]) => labels.marks[path].replace("{value}", labels.players[value] ?? value)).join(", ");
      const named = x >= free;
      if (named) free = x + 0.06 * this.horizon() * Math.max(1, text.length / 8);
      return { shape: { type: "line", xref: "x", yref: "y domain", x0: x, x1: x, y0: 0, y1: 1, line: { color: t.muted, width: 1, dash: "dot" } },
        annotation: { xref: "x", yref: "y domain", x, y: 0, text: named ? escape(text) : "", showarrow: false, xanchor: "left", yanchor: "bottom",
          font: { color: t.muted, size: 10 } } };
    });
  }

  write() {
    const { labels, epochs } = this.data;
    const { status, epochs_done: done, rate, seconds_left: left, place } = this.update;
    if (!this.data.run) return;
    const parts = [];
    if (status === "queued") parts.push(labels.queued.replace("{place}", place || "…"));
    parts.push(`${escape(labels.epoch)} <b>${whole(done)}</b> / ${whole(epochs)}`);
    if (this.band) parts.push(labels.seeds.replace("{done}", this.band.finished).replace("{all}", this.band.members));
    if (["paused", "stopped"].includes(status) && !this.band) parts.push(`${escape(labels.step)} <b>${whole(this.step)}</b>`);
    if (status === "running" && rate) parts.push(`${whole(rate)} ${escape(labels.rate)}`);
    if (status === "running" && left != null) parts.push(labels.left.replace("{time}", duration(left)));
    this.say(parts.join(" · "), true);
    const share = Math.min(100, (100 * done) / epochs);
    this.parts.progress.firstElementChild.style.width = `${share}%`;
    this.parts.progress.setAttribute("aria-valuenow", share.toFixed(0));
    this.parts.progress.setAttribute("aria-label", labels.progress);
    this.root.dataset.status = status;
    this.root.dataset.step = this.step;
  }

  say(text, html = false) {
    if (html) this.parts.line.innerHTML = text;
    else this.parts.line.textContent = text;
  }

  draw() {
    if (!this.Plotly) return;
    this.drawn = true;
    // The losses first, the rest when they are on the screen. Without a run they are drawn unseen, after what is
    // seen: a chart that is there already shows its first point much sooner.
    const steps = [() => this.drawLosses(), () => this.drawOutputs(), () => this.quality.draw(), () => this.drawHistograms()];
    if (!this.data.run) steps.reverse();
    steps[0]();
    painted(() => steps.slice(1).forEach((step) => step()));
  }

  drawCurves() {
    this.drawLosses();
    this.drawOutputs();
  }

  drawLosses() {
    if (!this.Plotly || this.ended) return;
    const t = theme(this.root);
    const { labels, equilibria } = this.data;
    const references = equilibria.map(([value, name]) => reference(t, value, name));
    this.Plotly.react(this.parts.losses,
      [...this.faint("d_loss", t.discriminator), ...this.faint("g_loss", t.generator),
        ...this.curve("d_loss", labels.d_loss, t.discriminator), ...this.curve("g_loss", labels.g_loss, t.generator)],
      this.shape(t, { yaxis: axis(t, { title: { text: labels.loss, font: { color: t.muted }, standoff: 4 }, nticks: 6 }) }, references), CONFIG);
  }

  drawOutputs() {
    if (!this.Plotly || this.ended) return;
    const t = theme(this.root);
    const { labels, probability } = this.data;
    const title = { text: labels.output, font: { color: t.muted }, standoff: 4 };
    this.parts.outputs.hidden = this.isNarrow(); // beside the arena there is room for the losses alone
    if (!this.isNarrow()) this.Plotly.react(this.parts.outputs,
      [...this.faint("d_real", t.real), ...this.faint("d_fake", t.generated),
        ...this.curve("d_real", labels.on_real, t.real), ...this.curve("d_fake", labels.on_fake, t.generated, "dot")],
      this.shape(t, { yaxis: axis(t, { range: probability ? [0, 1] : undefined, title, nticks: 6 }) },
        probability ? [reference(t, 0.5, labels.undecided)] : []), CONFIG);
    this.moment.drawCursor();
  }

  curve(name, title, colour, dash) {
    if (this.band) return bandTraces(this.band, name, title, colour, dash);
    return [{ type: "scatter", mode: "lines", x: this.curves.x, y: this.curves[name], name: title,
      line: { color: colour, width: 1.4, dash }, hovertemplate: "%{y:.4f}" }];
  }

  faint(name, colour) {
    if (!this.ghost) return [];
    return [{ type: "scatter", mode: "lines", x: this.ghost.x, y: this.ghost[name], name: this.data.labels.before,
      line: { color: colour, width: 1 }, opacity: 0.3, hoverinfo: "skip", showlegend: false }];
  }

  // Where the curves' axis ends: with the run, but single steps would be too small to see there.
  horizon() {
    const { epochs } = this.data;
    const { epochs_done: done, status } = this.update;
    if (ACTIVE.includes(status) || done > EARLY * epochs) return epochs;
    return Math.min(epochs, Math.max(8, 2 ** Math.ceil(Math.log2(done + 1))));
  }

  shape(t, more, references) {
    const { labels, run } = this.data;
    const margin = { l: 44, r: 10, t: 26, b: 36 };
    references = [...references, ...this.marks_of(t)];
    return layout(t, { margin, height: this.quality.isShown ? 185 : 250, uirevision: run, datarevision: this.step, hovermode: "x unified",
      xaxis: axis(t, { range: [0, this.horizon()], title: { text: labels.epoch, font: { color: t.muted }, standoff: 4 }, showgrid: false,
        hoverformat: ",.1f", nticks: 8 }),
      shapes: references.map((r) => r.shape), annotations: references.map((r) => r.annotation), ...more });
  }

  isNarrow() {
    return Boolean(this.root.closest(".st-key-stage")?.querySelector(".gf-arena")) && innerWidth > 640;
  }

  get atOnce() {
    return this.isNarrow() ? 4 : HISTOGRAMS_AT_ONCE;
  }

  drawHistograms() {
    if (!this.Plotly || this.ended) return;
    const { features, edges, real, labels } = this.data;
    const from = this.page * this.atOnce;
    const part = (values) => values?.slice(from, from + this.atOnce);
    const columns = Math.max(1, Math.min(4, Math.floor((this.root.clientWidth || 800) / (this.isNarrow() ? 110 : 150))));
    const drawn = histograms(theme(this.root), part(features), part(edges), part(real), part(this.generated), labels, columns, part(this.ghost?.densities),
      this.spread?.map(part));
    if (this.isNarrow()) for (const [name, axis] of Object.entries(drawn.layout)) if (name.startsWith("xaxis")) Object.assign(axis, { nticks: 3, tickangle: 0 });
    this.parts.histograms.style.minHeight = `${drawn.layout.height}px`;
    this.Plotly.react(this.parts.histograms, drawn.traces, { ...drawn.layout, uirevision: `${this.data.run}/${this.page}` }, WITHOUT_TOOLS);
    const pages = Math.ceil(features.length / this.atOnce);
    this.parts.pager.style.display = pages > 1 ? "" : "none";
    const to = Math.min(features.length, from + this.atOnce);
    this.parts.pager.querySelector("span").textContent = `${from + 1}–${to} / ${features.length}`;
    this.root.dataset.shown = this.shown;
    this.moment.drawBars();
  }

  turn(by) {
    const pages = Math.ceil(this.data.features.length / this.atOnce);
    this.page = (this.page + by + pages) % pages;
    this.drawHistograms();
  }

  end() {
    this.ended = true;
    this.stepper.end();
    this.quality.end();
    this.narrator.rest();
    clearTimeout(this.timer);
    this.observer.disconnect();
    this.moment.end();
    document.removeEventListener("visibilitychange", this.onVisible);
    for (const part of CHARTS) this.Plotly?.purge(this.parts[part]);
    views.delete(this.root);
  }
}

// Call when what is drawn now is on the screen: in the frame after the next one.
function painted(then) {
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(then)));
}

// Half the points: of each four neighbours the smallest and the largest, in the order they came.
function thin(curves) {
  const n = curves.x.length;
  const thinned = Object.fromEntries(Object.keys(curves).map((name) => [name, []]));
  for (let i = 0; i < n; i += 4) {
    const to = Math.min(n, i + 4);
    thinned.x.push(curves.x[i], curves.x[to - 1]);
    for (const name of CURVES) {
      const stretch = curves[name].slice(i, to);
      const [low, high] = [Math.min(...stretch), Math.max(...stretch)];
      thinned[name].push(...(stretch[0] <= stretch.at(-1) ? [low, high] : [high, low]));
    }
  }
  return thinned;
}

function whole(number) {
  return Math.round(number ?? 0).toLocaleString("en-US");
}

function duration(seconds) {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
}
