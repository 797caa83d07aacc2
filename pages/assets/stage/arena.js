// The arena and the density view of a run: the latest state while it trains, a moment of the film
// when the timeline says so. The drawing is in field.js and density.js.

import { clockOf, onceAFrame } from "../lib/clock.js";
import { DensityPicture } from "./density.js";
import { FieldPicture } from "./field.js";
import { escape, theme } from "../charts/theme.js";

const ACTIVE = ["queued", "running"];
const PERIOD = 100; // milliseconds from a question to the next, as often as a run shows its networks
const PAUSE = 30; // at least, after an answer
const GLIDE = 140; // for the way from one live frame to the next
const views = new WeakMap();

export function render({ data, parentElement }) {
  const root = parentElement.querySelector(".gf-arena");
  let view = views.get(root);
  if (!view) views.set(root, (view = new Arena(root)));
  view.show(data);
}

export function destroy(parentElement) {
  const root = parentElement.querySelector(".gf-arena");
  if (root) views.get(root)?.end();
}

class Arena {
  constructor(root) {
    this.root = root;
    root.innerHTML = `<canvas role="img"></canvas><div class="gf-legend"></div><div class="gf-facts"></div>`;
    [this.canvas, this.legend, this.facts] = root.children;
    this.hidden = new Set();
    this.draw = onceAFrame(() => this.drawNow());
    this.onChange = () => this.changed();
    this.onWake = () => this.soon(0);
    this.onNow = () => { // a step by hand, or in slow motion: while it trains it is asked anyway
      if (!ACTIVE.includes(this.status)) this.soon(0);
    };
    this.heard = { change: this.onChange, film: this.onChange, now: this.onNow };
    document.addEventListener("visibilitychange", this.onWake);
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(this.canvas);
    this.sight = new IntersectionObserver(([entry]) => {
      this.visible = entry.isIntersecting;
      this.onWake();
    });
    this.sight.observe(root);
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    this.dark.addEventListener("change", this.draw);
    this.still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  show(data) {
    const before = this.data;
    this.data = data;
    if (before?.run !== data.run) {
      this.leave();
      this.clock = clockOf(data.run);
      for (const [sign, react] of Object.entries(this.heard)) this.clock.addEventListener(sign, react);
    }
    if (before?.run !== data.run || before.query !== data.query) {
      this.question = (this.question ?? 0) + 1; // an answer about another picture comes too late now
      this.picture = this.from = this.to = null;
      this.film = new Map();
      this.filmOf = null;
      this.answered = false;
      this.attempt = this.shown = -1;
      this.times = [];
      Object.assign(this.root.dataset, { run: data.run, view: data.query, step: "", fps: "", points: "" });
    }
    this.status = data.status;
    this.soon(0);
    this.changed();
  }

  soon(delay) {
    clearTimeout(this.timer);
    if (!this.ended) this.timer = setTimeout(() => this.ask(), delay);
  }

  // Nothing is asked while nobody can see the answer.
  async ask() {
    if (this.ended || !this.visible || document.hidden || !this.data) return;
    if (!this.clock.isLive && this.picture) return;
    const question = (this.question = (this.question ?? 0) + 1);
    const asked = performance.now();
    const known = this.attempt >= 0 ? `&attempt=${this.attempt}&shown=${this.shown}` : "";
    const update = await this.fetch(`arena?${this.data.query}${known}`);
    if (question !== this.question || this.ended) return;
    if (update) this.take(update);
    if (update?.gone) return;
    if (!update) this.soon(1000);
    else if (ACTIVE.includes(this.status) || !this.picture) this.soon(Math.max(PAUSE, asked + PERIOD - performance.now()));
  }

  async fetch(path) {
    try {
      const answer = await fetch(new URL(`api/runs/${this.data.run}/${path}`, document.baseURI));
      if (answer.status === 404) return { gone: true };
      if (answer.ok) return await answer.json();
    } catch {
      // said below
    }
    this.facts.textContent = this.data.labels.lost;
    return null;
  }

  take(update) {
    if (update.gone) return;
    this.answered = true;
    this.status = update.status;
    this.attempt = update.attempt;
    if (update.facts) this.prepare(update.facts);
    if (update.frame && this.picture) {
      this.shown = update.frame.step;
      this.from = this.to;
      this.to = this.picture.decode(update.frame);
      this.arrived = performance.now();
      this.times = [...this.times.filter((t) => this.arrived - t < 3000), this.arrived];
      const span = this.arrived - this.times[0];
      this.root.dataset.fps = span > 500 ? ((1000 * (this.times.length - 1)) / span).toFixed(1) : "";
      this.root.dataset.frames = Number(this.root.dataset.frames ?? 0) + 1;
    }
    this.draw();
  }

  prepare(facts) {
    if (this.picture) return;
    this.picture = facts.kind === "field" ? new FieldPicture(facts, this.data.labels) : new DensityPicture(facts, this.data.labels);
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
    const { query, run } = this.data;
    const wanted = `${this.clock.attempt}/${this.clock.steps.length}/${this.clock.steps.at(-1)}`;
    if (this.filmOf === wanted) return;
    this.filmOf = wanted;
    const known = this.film.size ? `&after=${Math.max(...this.film.keys())}` : "";
    const film = await this.fetch(`film?${query}${known}`);
    if (this.ended || !film || film.gone || this.data.query !== query || this.data.run !== run) return;
    this.prepare(film.facts);
    for (const frame of film.frames) this.film.set(frame.step, this.picture.decode(frame));
    this.root.dataset.film = this.film.size;
    this.draw();
  }

  // The two frames between which the picture is, and how far along.
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
    if (this.ended) return;
    const began = performance.now();
    const { canvas, data, root, picture } = this;
    const moment = picture && this.moment();
    const [w, h] = [canvas.clientWidth, canvas.clientHeight];
    if (!w || !h) return;
    const ratio = window.devicePixelRatio || 1;
    if (canvas.width !== Math.round(w * ratio) || canvas.height !== Math.round(h * ratio)) {
      [canvas.width, canvas.height] = [Math.round(w * ratio), Math.round(h * ratio)];
    }
    const g = canvas.getContext("2d");
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.clearRect(0, 0, w, h);
    if (!moment) {
      this.facts.textContent = this.clock.isLive && this.answered ? data.labels.waiting : data.labels.loading;
      return;
    }
    const frame = picture.mix(moment.a, moment.b, moment.share);
    picture.draw(g, theme(root), frame, w, h, this.hidden);
    this.say(frame, moment.share < 1 ? moment.a.step : moment.b.step);
    if (this.clock.isLive && moment.share < 1) this.draw();
    root.dataset.ms = (performance.now() - began).toFixed(1);
  }

  say(frame, step) {
    const { labels, others, steps_per_epoch: perEpoch } = this.data;
    const epoch = labels.epoch.replace("{epoch}", Math.ceil(step / perEpoch).toLocaleString("en-US"));
    const value = frame.on_fake.toFixed(2);
    const facts = [epoch, labels.on_fake.replace("{value}", value), this.picture.note(), others].filter(Boolean).join(" · ");
    if (this.facts.textContent !== facts) this.facts.textContent = facts;
    const ends = this.picture.scale?.(frame);
    if (ends) [this.scale.firstChild.textContent, this.scale.lastChild.textContent] = ends;
    Object.assign(this.root.dataset, { step, ...this.picture.counts(frame) });
    this.canvas.setAttribute("aria-label", this.picture.alt(epoch, value));
  }

  // The legend's entries are the switches.
  drawLegend() {
    const t = theme(this.root);
    this.root.style.setProperty("--gf-real", t.real);
    this.root.style.setProperty("--gf-generated", t.generated);
    this.legend.innerHTML = this.picture.layers().map(({ name, label, mark, role }) =>
      `<button type="button" data-layer="${name}" aria-pressed="${!this.hidden.has(name)}" title="${escape(this.data.labels.toggle.replace("{name}", label))}">
        <i style="color:${t[role] ?? t.text}">${mark}</i> ${escape(label)}</button>`).join("") + `<span class="gf-scale" hidden><span></span><i></i><span></span></span>`;
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
    for (const [sign, react] of Object.entries(this.heard)) this.clock?.removeEventListener(sign, react);
  }

  end() {
    this.ended = true;
    clearTimeout(this.timer);
    this.sizes.disconnect();
    this.sight.disconnect();
    this.dark.removeEventListener("change", this.draw);
    document.removeEventListener("visibilitychange", this.onWake);
    this.leave();
    views.delete(this.root);
  }
}
