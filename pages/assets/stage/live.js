// The live view of a run: it polls the server for updates and draws them without running the page's
// script. Zoom and legend choices survive, because Plotly treats it as the same chart.

import { Quality } from "../charts/quality.js";
import { plotly, theme } from "../charts/theme.js";
import { ask } from "../lib/ask.js";
import { component, find, painted } from "../lib/component.js";
import { Curves } from "./curves.js";
import { Feed } from "./feed.js";
import { Histograms } from "./histograms.js";
import { Moment } from "./moment.js";
import { Narrator } from "./narrate.js";
import { Received } from "./received.js";
import { Status } from "./status.js";
import { Stepper } from "./stepper.js";

/** @import { ChartElement, LiveData, LiveUpdate, Plotly } from "../lib/types.js" */
/** @import { Trigger } from "../lib/component.js" */
/** @typedef {Record<"line" | "progress" | "curves" | "pager" | ChartName, ChartElement>} Parts */
/** @typedef {"losses" | "outputs" | "scores" | "histograms"} ChartName */

const PATIENCE = 300; // milliseconds for which a new run's empty charts wait for its first numbers
/** @type {ChartName[]} */
const CHARTS = ["losses", "outputs", "scores", "histograms"];
const HTML = `<div class="gf-line" aria-live="off"></div>
  <div class="gf-progress" role="progressbar" aria-valuemin="0" aria-valuemax="100"><div></div></div>
  <div class="gf-narrator" hidden></div>
  <div class="gf-curves">
    <div class="gf-losses"></div><div class="gf-outputs"></div><div class="gf-quality" hidden></div>
  </div>
  <div class="gf-histograms"></div>
  <div class="gf-pager"><button type="button" data-by="-1">‹</button><span></span><button
    type="button" data-by="1">›</button></div>`;

export class View {
  /** @type {LiveData} */
  data;
  /** @type {Partial<LiveUpdate>} */
  update = {}; // the last answer
  received = new Received([]);
  /** @type {Received} */
  ghost = null; // another run, drawn faintly behind
  #ghostRun = null;
  /** @type {Plotly} */
  Plotly = null; // until it is loaded
  #trigger = null;
  #seen = ""; // what the page's script knew of the run when it drew badges and buttons
  #wording = ""; // what was drawn last
  #isDrawn = false;
  #isOver = false;
  #width = 0;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    root.innerHTML = HTML;
    this.narrator = new Narrator(find(root, ".gf-narrator"));
    this.quality = new Quality(this, find(root, ".gf-quality"));
    const names = /** @type {const} */ (["line", "progress", "curves", "pager", ...CHARTS]);
    const parts = names.map((name) => [name, find(root, `.gf-${name}`)]);
    this.parts = /** @type {Parts} */ (Object.fromEntries(parts));
    this.status = new Status(this.parts.line, this.parts.progress);
    this.curves = new Curves(this);
    this.histograms = new Histograms(this);
    this.feed = new Feed({
      query: () => this.received.query,
      onAnswer: (update) => this.#onAnswer(update),
      onError: (message) => this.status.say(message ?? this.data.labels.lost),
      isStepping: () => Boolean(this.update.stepping) || this.stepper.isWaiting,
    });
    this.stepper = new Stepper(() => this.feed.soon(30));
    this.moment = new Moment(this);
    this.onVisible = () => {
      if (!document.hidden) this.feed.soon(0);
    };
    document.addEventListener("visibilitychange", this.onVisible);
    this.observer = new ResizeObserver(() => this.#onResize());
    this.observer.observe(root);
    for (const name of CHARTS) this.observer.observe(this.parts[name]);
  }

  /** Beside the arena. */
  get isNarrow() {
    const arena = this.root.closest(".st-key-stage")?.querySelector(".gf-arena");
    return Boolean(arena) && innerWidth > 640;
  }

  /** @param {LiveData} data @param {Trigger} trigger */
  show(data, trigger) {
    const isAnother = this.data?.run !== data.run;
    this.data = data;
    this.#trigger = trigger;
    this.#seen = data.seen;
    if (isAnother) this.#begin();
    this.narrator.show(data);
    this.stepper.play(data.run, data.speed);
    this.parts.curves.classList.toggle("gf-unseen", !data.run);
    this.root.dataset.run = data.run ?? "";
    this.moment.follow(data.run);
    this.quality.show(data);
    // Request first, then draw: while it draws empty charts, the browser handles no answers.
    const patience = new Promise((resolve) => setTimeout(resolve, isAnother ? PATIENCE : 0));
    const answered = this.feed.ask().then(() => this.feed.isEarly(this.update) && patience);
    // A script run that changes nothing here redraws nothing; a new theme has other colours.
    const wording = JSON.stringify([data, theme(this.root)]);
    this.#isDrawn &&= wording === this.#wording;
    this.#wording = wording;
    Promise.all([plotly(data.plotly), Promise.race([answered, patience])]).then(
      ([Plotly]) => {
        if (this.#isOver) return;
        this.Plotly = Plotly;
        if (!this.#isDrawn) this.#draw();
      },
      (error) => this.status.say(String(error.message)),
    );
    this.#write();
    if (data.ghost !== this.#ghostRun) this.#setGhost(data.ghost);
  }

  #begin() {
    const { run, status, epochs_done } = this.data;
    this.received = this.#received();
    this.update = { status, epochs_done, place: 0 };
    this.narrator.begin(this.data);
    this.histograms.page = 0;
    this.feed.follow(run);
  }

  #received() {
    const { columns, steps_per_epoch: perEpoch } = this.data;
    return new Received(
      columns.map(({ name }) => name),
      perEpoch,
    );
  }

  // The previous run: its curves once, thinned by the server, and its rows.
  async #setGhost(run) {
    this.#ghostRun = run;
    this.ghost = null;
    if (run) {
      const ghost = this.#received();
      const answer = await ask(`api/runs/${run}/live?${ghost.query}`);
      if (this.#ghostRun !== run || !answer.ok) return;
      ghost.take(answer.body);
      this.ghost = ghost;
    }
    this.#draw();
  }

  /** @param {LiveUpdate} update */
  #onAnswer(update) {
    const { received } = this;
    if (!received.take(update)) return false;
    const isMarked = JSON.stringify(update.edits) !== JSON.stringify(this.update.edits ?? []);
    this.update = update;
    this.narrator.onAnswer(update);
    this.stepper.onAnswer(update);
    this.quality.refresh();
    this.moment.clock?.setNow(update.step);
    const isEarly = this.feed.isEarly(update);
    if (!this.#isDrawn && !isEarly) this.#draw();
    else if (this.#isDrawn) {
      if (update.x || update.band || isMarked) this.curves.draw();
      if (update.densities && this.moment.isLive) this.histograms.draw();
    }
    this.#write();
    // Not now if a script run would keep the browser from drawing the first numbers.
    if (update.seen !== this.#seen && !isEarly) this.#redrawPage(update.seen);
    return true;
  }

  // Buttons and badges belong to the page: have its script redraw them.
  #redrawPage(seen) {
    this.#seen = seen;
    this.root.dataset.pending = "yes";
    painted(() => {
      delete this.root.dataset.pending;
      this.#trigger("status", seen);
    });
  }

  #write() {
    this.status.write(this.data, this.update, this.received);
    if (!this.data.run) return;
    this.root.dataset.status = this.update.status;
    this.root.dataset.step = String(this.received.step);
  }

  #draw() {
    if (!this.Plotly) return;
    this.#isDrawn = true;
    // The losses first, the rest once they are on the screen. Without a run they are drawn unseen,
    // after the visible parts: an existing chart shows its first point much sooner.
    const steps = [
      () => this.curves.drawLosses(),
      () => this.curves.drawOutputs(),
      () => this.quality.draw(),
      () => this.histograms.draw(),
    ];
    if (!this.data.run) steps.reverse();
    steps[0]();
    painted(() => {
      for (const step of steps.slice(1)) step();
    });
  }

  #onResize() {
    if (Math.abs(this.root.clientWidth - this.#width) >= 2) {
      this.#width = this.root.clientWidth;
      if (this.data) this.#draw();
    }
    // Whatever came or went beside a chart, which may be long after it was drawn.
    for (const name of CHARTS) {
      const chart = this.parts[name];
      const drawn = chart._fullLayout?.width;
      if (drawn && chart.clientWidth && Math.abs(chart.clientWidth - drawn) >= 1) {
        this.Plotly?.Plots.resize(chart);
      }
    }
    this.moment.drawCursor();
  }

  end() {
    this.#isOver = true;
    this.feed.end();
    this.stepper.end();
    this.quality.end();
    this.narrator.stop();
    this.observer.disconnect();
    this.moment.end();
    document.removeEventListener("visibilitychange", this.onVisible);
    for (const name of CHARTS) this.Plotly?.purge(this.parts[name]);
    this.Plotly = null;
  }
}

export const { render, destroy } = component("gf-live", (root) => new View(root));
