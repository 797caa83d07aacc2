// The timeline: a scrubber over a run's snapshots. Once the film is loaded, no more requests go to
// the server; the views follow the run's clock.

import { Asker } from "../lib/ask.js";
import { clockOf } from "../lib/clock.js";
import { component, everyFrame, find } from "../lib/component.js";
import { fill, whole } from "../lib/format.js";
import { unpackAs } from "../lib/numbers.js";

/** @import { Clock } from "../lib/clock.js" */
/** @import { CountsFilm, TimelineData } from "../lib/types.js" */
/** @import { Trigger } from "../lib/component.js" */

const SECONDS = 9; // for the whole film
const EVENTS = ["change", "now"];
const KEYS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 };
const HTML = `<button type="button" class="gf-play"></button>
  <input type="range" min="0" max="1000" step="1" value="1000"><span class="gf-when"></span>
  <button type="button" class="gf-live-button"></button>
  <button type="button" class="gf-fork"></button>`;

class Timeline {
  /** @type {TimelineData} */
  data;
  /** @type {Clock} */
  clock;
  film = new Asker();
  loaded = null; // which version of the run's film
  /** @type {Promise<void>} */
  loading;
  /** @type {(() => void) | null} */
  halt = null; // while it plays

  constructor(root) {
    this.root = root;
    root.innerHTML = HTML;
    this.playButton = find(root, ".gf-play");
    this.range = find(root, "input");
    this.when = find(root, ".gf-when");
    this.liveButton = find(root, ".gf-live-button");
    this.forkButton = find(root, ".gf-fork");
    this.forkButton.onclick = () => {
      this.trigger("fork", { step: this.clock.isLive ? null : this.clock.step });
    };
    this.onChange = () => this.write();
    this.playButton.onclick = () => this.toggle();
    this.liveButton.onclick = () => this.goLive();
    this.range.oninput = () => this.drag();
    root.onkeydown = (event) => this.key(event);
    for (const event of ["pointerdown", "focus"]) {
      this.range.addEventListener(event, () => this.load());
    }
  }

  /** @param {TimelineData} data @param {Trigger} trigger */
  show(data, trigger) {
    const isAnother = this.data?.run !== data.run;
    this.data = data;
    this.trigger = trigger;
    if (isAnother) {
      this.pause();
      this.leave();
      this.clock = clockOf(data.run);
      for (const event of EVENTS) this.clock.addEventListener(event, this.onChange);
      this.loaded = null;
      this.root.dataset.run = data.run;
    }
    this.range.setAttribute("aria-label", data.labels.name);
    this.liveButton.textContent = `● ${data.labels.live}`;
    this.liveButton.title = data.labels.to_live;
    this.forkButton.textContent = data.labels.fork;
    this.forkButton.title = data.labels.why_fork;
    this.write();
    if (!data.active) this.load();
  }

  // The film as it is now; loaded again if the run has advanced since.
  load() {
    const { run, attempt, active } = this.data;
    const state = `${run}/${attempt}/${active ? Math.floor(performance.now() / 2000) : "rest"}`;
    if (this.loaded !== state) {
      this.loaded = state;
      this.loading = this.fetch(run);
    }
    return this.loading;
  }

  async fetch(run) {
    const clock = this.clock;
    const known = clock.attempt === this.data.attempt ? (clock.steps.at(-1) ?? -1) : -1;
    const answer = await this.film.insist(`api/runs/${run}/film${known >= 0 ? `?after=${known}` : ""}`);
    if (!answer) return;
    if (!answer.ok) {
      this.loaded = null;
      return;
    }
    /** @type {CountsFilm} */
    const film = answer.body;
    const at = clock.isLive ? null : clock.step;
    if (known < 0) clock.counts.clear();
    for (const { step, counts } of film.frames) {
      clock.counts.set(step, unpackAs(counts, Uint16Array));
    }
    const steps = film.steps.filter((step) => clock.counts.has(step));
    Object.assign(clock, { attempt: film.attempt, rows: film.rows, bins: film.bins, steps });
    if (at !== null) clock.position = Math.max(0, clock.steps.indexOf(at));
    clock.dispatchEvent(new Event("film"));
    this.write();
  }

  get last() {
    return Math.max(0, this.clock.steps.length - 1);
  }

  // Before the film is loaded, the range has a scale of its own.
  drag() {
    const value = Number(this.range.value); // read before the pause overwrites it with the film's position
    const max = Number(this.range.max);
    const share = value / max;
    this.pause();
    if (this.clock.steps.length && max === this.last) this.clock.show(value);
    else this.load().then(() => this.clock.show(Math.round(share * this.last)));
  }

  toggle() {
    if (this.halt) this.pause();
    else this.play();
  }

  key(event) {
    if (event.key === " " && event.target === this.range) {
      event.preventDefault();
      this.toggle();
    } else if (event.key in KEYS || event.key === "Home" || event.key === "End") {
      event.preventDefault();
      this.pause();
      this.load().then(() => {
        const from = this.clock.isLive ? this.last : Math.round(this.clock.position ?? 0);
        const ends = { Home: 0, End: this.last };
        const to = ends[event.key] ?? from + KEYS[event.key];
        this.clock.show(Math.max(0, Math.min(this.last, to)));
      });
    }
  }

  async play() {
    const begun = () => {}; // playing, though there is no frame yet
    this.halt = begun;
    this.write();
    await this.load();
    if (this.halt !== begun) return; // paused meanwhile
    if (!this.clock.steps.length) return this.pause();
    const { clock } = this;
    const smooth = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    let at = clock.isLive ? 0 : (clock.position ?? 0);
    if (at >= this.last) at = 0;
    clock.show(at);
    this.halt = everyFrame((passed) => {
      at = Math.min(this.last, at + passed * (this.last / SECONDS));
      clock.show(smooth ? at : Math.floor(at));
      if (at >= this.last) this.pause();
    });
  }

  pause() {
    this.halt?.();
    this.halt = null;
    if (this.clock) this.write();
  }

  goLive() {
    this.pause();
    this.clock.show(null);
  }

  write() {
    const { data, clock, range } = this;
    const { labels } = data;
    const playing = Boolean(this.halt);
    const isWithout = !data.active && Boolean(this.loaded) && !clock.steps.length;
    this.root.hidden = isWithout; // a run from before films existed
    this.playButton.textContent = playing ? "❚❚" : "▶";
    this.playButton.setAttribute("aria-label", playing ? labels.pause : labels.play);
    if (clock.steps.length) {
      range.max = this.last;
      range.value = clock.isLive ? this.last : Math.floor(clock.position ?? 0);
    }
    const step = (clock.isLive ? clock.now : clock.step) ?? clock.steps.at(-1) ?? 0;
    const words = {
      epoch: whole(Math.ceil(step / data.steps_per_epoch)),
      step: whole(step),
      n: whole(Number(range.value) + 1),
      all: whole(clock.steps.length),
    };
    const live = data.active && clock.isLive;
    this.when.textContent = live ? "" : fill(labels.moment, words);
    range.setAttribute("aria-valuetext", live ? labels.live : fill(labels.value, words));
    this.liveButton.hidden = !data.active;
    // The current state of a training run is not a moment to fork at.
    this.forkButton.hidden = !data.can_fork || live || !clock.steps.length;
    this.liveButton.classList.toggle("gf-on", live);
    this.liveButton.setAttribute("aria-pressed", String(live));
    range.style.setProperty("--share", `${(100 * range.value) / (range.max || 1)}%`);
    const at = clock.isLive ? "" : clock.step;
    Object.assign(this.root.dataset, { step: at, snapshots: clock.steps.length, playing });
  }

  leave() {
    this.film.cancel();
    for (const event of EVENTS) this.clock?.removeEventListener(event, this.onChange);
  }

  end() {
    this.pause();
    this.leave();
  }
}

export const { render, destroy } = component("gf-timeline", (root) => new Timeline(root));
