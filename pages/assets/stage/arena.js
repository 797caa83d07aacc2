// The arena and the density view of a run: the latest state while it trains, or the moment of the
// film that the timeline selects. They are drawn by field.js and density.js.

import { theme } from "../charts/theme.js";
import { Asker } from "../lib/ask.js";
import { clockOf } from "../lib/clock.js";
import { blank, component, find, onceAFrame } from "../lib/component.js";
import { escapeHtml, fill, whole } from "../lib/format.js";
import { DensityPicture } from "./density.js";
import { ACTIVE } from "./feed.js";
import { FieldPicture } from "./field.js";

/** @import { ArenaData, ArenaUpdate, DensityFacts, FieldFacts, ViewFilm } from "../lib/types.js" */
/** @import { Clock } from "../lib/clock.js" */

const PERIOD = 100; // milliseconds from a request to the next, as often as a run publishes its networks
const PAUSE = 30; // at least, after an answer
const RETRY = 1000; // after no answer
const GLIDE = 140; // for the transition from one live frame to the next

class Arena {
  /** @type {ArenaData} */
  data;
  /** @type {Clock} */
  clock;
  picture = null; // a FieldPicture or a DensityPicture
  hidden = new Set(); // names of layers
  status = "";
  live = new Asker();
  snapshots = new Asker();
  timer = 0;
  isVisible = false;
  isOver = false;

  constructor(root) {
    this.root = root;
    root.innerHTML = `<canvas></canvas>
      <div class="gf-legend"></div><div class="gf-facts"></div>`;
    this.canvas = find(root, "canvas");
    this.legend = find(root, ".gf-legend");
    this.facts = find(root, ".gf-facts");
    this.draw = onceAFrame(() => this.drawNow());
    this.onVisible = () => this.soon(0);
    const onChange = () => this.changed();
    const onNow = () => {
      // A single step, or slow motion: while it trains, it is polled anyway.
      if (!ACTIVE.includes(this.status)) this.soon(0);
    };
    this.listeners = { change: onChange, film: onChange, now: onNow };
    document.addEventListener("visibilitychange", this.onVisible);
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(this.canvas);
    this.sight = new IntersectionObserver(([entry]) => {
      this.isVisible = entry.isIntersecting;
      this.onVisible();
    });
    this.sight.observe(root);
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    this.dark.addEventListener("change", this.draw);
    this.still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  /** @param {ArenaData} data */
  show(data) {
    const before = this.data;
    this.data = data;
    if (before?.run !== data.run) {
      this.leave();
      this.clock = clockOf(data.run);
      for (const [event, react] of Object.entries(this.listeners)) {
        this.clock.addEventListener(event, react);
      }
    }
    if (before?.run !== data.run || before.query !== data.query) this.begin();
    this.status = data.status;
    this.soon(0);
    this.changed();
  }

  // Another picture: pending answers about the previous one are dropped.
  begin() {
    this.live.cancel();
    this.snapshots.cancel();
    this.picture = this.from = this.to = null;
    this.film = new Map(); // step -> frame
    this.filmOf = "";
    this.isAnswered = false;
    this.attempt = this.shown = -1;
    this.times = []; // arrival times of the last frames
    const { run, query: view } = this.data;
    Object.assign(this.root.dataset, { run, view, step: "", fps: "", points: "" });
  }

  soon(delay) {
    clearTimeout(this.timer);
    if (!this.isOver) this.timer = setTimeout(() => this.ask(), delay);
  }

  // No requests while the picture cannot be seen.
  async ask() {
    if (this.isOver || !this.isVisible || document.hidden || !this.data) return;
    if (!this.clock.isLive && this.picture) return;
    const asked = performance.now();
    const known = this.attempt >= 0 ? `&attempt=${this.attempt}&shown=${this.shown}` : "";
    const answer = await this.live.ask(this.address(`arena?${this.data.query}${known}`));
    if (!answer || answer.status === 404) return;
    if (answer.ok) this.take(answer.body);
    else this.facts.textContent = answer.status ? answer.body.error : this.data.labels.lost;
    if (!answer.ok) this.soon(RETRY);
    else if (ACTIVE.includes(this.status) || !this.picture) {
      this.soon(Math.max(PAUSE, asked + PERIOD - performance.now()));
    }
  }

  address(path) {
    return `api/runs/${this.data.run}/${path}`;
  }

  /** @param {ArenaUpdate} update */
  take(update) {
    this.isAnswered = true;
    this.status = update.status;
    this.attempt = update.attempt;
    if (update.facts) this.prepare(update.facts);
    if (update.frame && this.picture) {
      this.shown = update.frame.step;
      this.from = this.to;
      this.to = this.picture.decode(update.frame);
      this.count();
    }
    this.draw();
  }

  // Frames, and how many per second.
  count() {
    const now = performance.now();
    this.arrived = now;
    this.times = [...this.times.filter((time) => now - time < 3000), now];
    const span = now - this.times[0];
    const { dataset } = this.root;
    dataset.fps = span > 500 ? ((1000 * (this.times.length - 1)) / span).toFixed(1) : "";
    dataset.frames = String(Number(dataset.frames ?? 0) + 1);
  }

  /** @param {FieldFacts | DensityFacts} facts */
  prepare(facts) {
    if (this.picture) return;
    const { labels } = this.data;
    const isField = facts.kind === "field";
    this.picture = isField ? new FieldPicture(facts, labels) : new DensityPicture(facts, labels);
    this.drawLegend();
  }

  changed() {
    const atRest = !ACTIVE.includes(this.status) && this.clock.steps.length;
    if (!this.clock.isLive || atRest) this.loadFilm();
    if (this.clock.isLive) this.soon(0);
    this.draw();
  }

  // Every snapshot in this picture, once; after that the film needs no server.
  async loadFilm() {
    const wanted = `${this.clock.attempt}/${this.clock.steps.length}/${this.clock.steps.at(-1)}`;
    if (this.filmOf === wanted) return;
    this.filmOf = wanted;
    const known = this.film.size ? `&after=${Math.max(...this.film.keys())}` : "";
    const answer = await this.snapshots.insist(this.address(`film?${this.data.query}${known}`));
    if (!answer?.ok) return;
    /** @type {ViewFilm} */
    const film = answer.body;
    this.prepare(film.facts);
    for (const frame of film.frames) this.film.set(frame.step, this.picture.decode(frame));
    this.root.dataset.film = String(this.film.size);
    this.draw();
  }

  // The two frames to interpolate between, and how far along.
  moment() {
    if (!this.clock.isLive) {
      const [a, b] = [this.film.get(this.clock.step), this.film.get(this.clock.next)];
      return a ? { a, b: b ?? a, share: this.clock.share } : null;
    }
    if (!this.to) return null;
    const share = this.from && !this.still ? Math.min(1, (performance.now() - this.arrived) / GLIDE) : 1;
    return { a: this.from ?? this.to, b: this.to, share };
  }

  drawNow() {
    if (this.isOver) return;
    const began = performance.now();
    const { canvas, data, root, picture } = this;
    const moment = picture && this.moment();
    const [w, h] = [canvas.clientWidth, canvas.clientHeight];
    if (!w || !h) return;
    const g = blank(canvas, w, h);
    if (!moment) {
      const isWaiting = this.clock.isLive && this.isAnswered;
      this.facts.textContent = isWaiting ? data.labels.waiting : data.labels.loading;
      return;
    }
    const frame = picture.mix(moment.a, moment.b, moment.share);
    picture.draw(g, theme(root), frame, w, h, this.hidden);
    this.describe(frame, moment.share < 1 ? moment.a.step : moment.b.step);
    if (this.clock.isLive && moment.share < 1) this.draw();
    root.dataset.ms = (performance.now() - began).toFixed(1);
  }

  describe(frame, step) {
    const { labels, others, steps_per_epoch: perEpoch } = this.data;
    const epoch = fill(labels.epoch, { epoch: whole(Math.ceil(step / perEpoch)) });
    const value = frame.on_fake.toFixed(2);
    const facts = [epoch, fill(labels.on_fake, { value }), this.picture.note(), others];
    const text = facts.filter(Boolean).join(" · ");
    if (this.facts.textContent !== text) this.facts.textContent = text;
    const ends = this.picture.scale?.(frame);
    if (ends) {
      [this.scale.firstChild.textContent, this.scale.lastChild.textContent] = ends;
    }
    Object.assign(this.root.dataset, { step, ...this.picture.counts(frame) });
    this.canvas.setAttribute("role", "img"); // not before it has a label
    this.canvas.setAttribute("aria-label", this.picture.alt(epoch, value));
  }

  // The legend's entries are toggles.
  drawLegend() {
    const t = theme(this.root);
    this.root.style.setProperty("--gf-real", t.real);
    this.root.style.setProperty("--gf-generated", t.generated);
    const entry = ({ name, label, mark, role }) =>
      `<button type="button" data-layer="${name}" aria-pressed="${!this.hidden.has(name)}"
        title="${escapeHtml(fill(this.data.labels.toggle, { name: label }))}">
        <i style="color:${t[role] ?? t.text}">${mark}</i> ${escapeHtml(label)}</button>`;
    const scale = `<span class="gf-scale" hidden><span></span><i></i><span></span></span>`;
    this.legend.innerHTML = this.picture.layers().map(entry).join("") + scale;
    this.scale = this.legend.lastChild;
    this.scale.hidden = !this.picture.scale;
    for (const button of this.legend.querySelectorAll("button")) {
      button.onclick = () => {
        const name = button.dataset.layer;
        if (!this.hidden.delete(name)) this.hidden.add(name);
        button.setAttribute("aria-pressed", String(!this.hidden.has(name)));
        this.root.dataset.hidden = [...this.hidden].join(" ");
        this.draw();
      };
    }
  }

  leave() {
    for (const [event, react] of Object.entries(this.listeners)) {
      this.clock?.removeEventListener(event, react);
    }
  }

  end() {
    this.isOver = true;
    clearTimeout(this.timer);
    this.snapshots.cancel();
    this.sizes.disconnect();
    this.sight.disconnect();
    this.dark.removeEventListener("change", this.draw);
    document.removeEventListener("visibilitychange", this.onVisible);
    this.leave();
  }
}

export const { render, destroy } = component("gf-arena", (root) => new Arena(root));
