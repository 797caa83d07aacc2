// The timeline: a scrubber over a run's snapshots. Once the film is loaded nothing is asked of the
// server any more; the views follow the run's clock.

import { clockOf } from "../lib/clock.js";
import { unpackAs } from "../lib/numbers.js";

const SECONDS = 9; // for the whole film
const SIGNS = ["change", "now"];
const views = new WeakMap();

export function render({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".gf-timeline");
  let view = views.get(root);
  if (!view) views.set(root, (view = new Timeline(root)));
  view.show(data, setTriggerValue);
}

export function destroy(parentElement) {
  const root = parentElement.querySelector(".gf-timeline");
  if (root) views.get(root)?.end();
}

class Timeline {
  constructor(root) {
    this.root = root;
    root.innerHTML = `<button type="button" class="gf-play"></button><input type="range" min="0" max="1000" step="1" value="1000">
      <span class="gf-when"></span><button type="button" class="gf-live-button"></button><button type="button" class="gf-fork"></button>`;
    [this.playButton, this.range, this.when, this.liveButton, this.forkButton] = root.children;
    this.forkButton.onclick = () => this.tell("fork", { step: this.clock.isLive ? null : this.clock.step });
    this.onChange = () => this.write();
    this.playButton.onclick = () => (this.request ? this.pause() : this.play());
    this.liveButton.onclick = () => this.goLive();
    this.range.oninput = () => this.drag();
    root.onkeydown = (event) => this.key(event);
    for (const sign of ["pointerdown", "focus"]) this.range.addEventListener(sign, () => this.load());
  }

  show(data, setTriggerValue) {
    const another = this.data?.run !== data.run;
    this.data = data;
    this.tell = setTriggerValue;
    if (another) {
      this.pause();
      this.leave();
      this.clock = clockOf(data.run);
      for (const sign of SIGNS) this.clock.addEventListener(sign, this.onChange);
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

  // The film as it is now: again when the run has gone on since.
  load() {
    const { run, attempt, active } = this.data;
    const state = `${run}/${attempt}/${active ? Math.floor(performance.now() / 2000) : "rest"}`;
    if (this.loaded !== state) {
      this.loaded = state;
      this.loading = this.fetch(run).catch(() => (this.loaded = null));
    }
    return this.loading;
  }

  async fetch(run) {
    const clock = this.clock;
    const known = clock.attempt === this.data.attempt && clock.steps.length ? clock.steps.at(-1) : -1;
    const answer = await fetch(new URL(`api/runs/${run}/film${known >= 0 ? `?after=${known}` : ""}`, document.baseURI));
    if (!answer.ok) throw new Error(answer.status);
    const film = await answer.json();
    if (run !== this.data.run) return;
    const at = clock.isLive ? null : clock.step;
    if (known < 0) clock.counts.clear();
    for (const { step, counts } of film.frames) clock.counts.set(step, unpackAs(counts, Uint16Array));
    Object.assign(clock, { attempt: film.attempt, rows: film.rows, bins: film.bins, steps: film.steps.filter((step) => clock.counts.has(step)) });
    if (at !== null) clock.position = Math.max(0, clock.steps.indexOf(at));
    clock.dispatchEvent(new Event("film"));
    this.write();
  }

  get last() {
    return Math.max(0, this.clock.steps.length - 1);
  }

  // Before the film is there the range has a scale of its own.
  drag() {
    const value = Number(this.range.value); // before the pause writes where the film is
    const max = Number(this.range.max);
    const share = value / max;
    this.pause();
    if (this.clock.steps.length && max === this.last) this.clock.show(value);
    else this.load().then(() => this.clock.show(Math.round(share * this.last)));
  }

  key(event) {
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 };
    if (event.key === " " && event.target === this.range) {
      event.preventDefault();
      if (this.request) this.pause();
      else this.play();
    } else if (event.key in steps || event.key === "Home" || event.key === "End") {
      event.preventDefault();
      this.pause();
      this.load().then(() => {
        const from = this.clock.isLive ? this.last : Math.round(this.clock.position);
        const to = event.key === "Home" ? 0 : event.key === "End" ? this.last : from + steps[event.key];
        this.clock.show(Math.max(0, Math.min(this.last, to)));
      });
    }
  }

  async play() {
    this.request = -1; // playing, though there is no frame yet
    this.write();
    await this.load();
    if (!this.request || !this.clock.steps.length) return this.pause();
    const { clock } = this;
    const smooth = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    let at = clock.isLive || clock.position >= this.last ? 0 : clock.position;
    let before = performance.now();
    const tick = (now) => {
      const passed = Math.min(100, Math.max(0, now - before)); // a tab that slept goes on where it was
      before = now;
      at = Math.min(this.last, at + (passed / 1000) * (this.last / SECONDS));
      clock.show(smooth ? at : Math.floor(at));
      if (at >= this.last) return this.pause();
      this.request = requestAnimationFrame(tick);
    };
    clock.show(at);
    this.request = requestAnimationFrame(tick);
  }

  pause() {
    if (this.request > 0) cancelAnimationFrame(this.request);
    this.request = 0;
    if (this.clock) this.write();
  }

  goLive() {
    this.pause();
    this.clock.show(null);
  }

  write() {
    const { data, clock, range } = this;
    const { labels } = data;
    const playing = Boolean(this.request);
    this.root.hidden = !data.active && this.loaded && !clock.steps.length; // a run from before there were films
    this.playButton.textContent = playing ? "❚❚" : "▶";
    this.playButton.setAttribute("aria-label", playing ? labels.pause : labels.play);
    if (clock.steps.length) {
      range.max = this.last;
      range.value = clock.isLive ? this.last : Math.floor(clock.position);
    }
    const step = (clock.isLive ? clock.now : clock.step) ?? clock.steps.at(-1) ?? 0;
    const epoch = Math.ceil(step / data.steps_per_epoch);
    const put = (text) => text.replace("{epoch}", whole(epoch)).replace("{step}", whole(step))
      .replace("{n}", whole(Number(range.value) + 1)).replace("{all}", whole(clock.steps.length));
    const live = data.active && clock.isLive;
    this.when.textContent = live ? "" : put(labels.moment);
    range.setAttribute("aria-valuetext", live ? labels.live : put(labels.value));
    this.liveButton.hidden = !data.active;
    this.forkButton.hidden = !data.can_fork || live || !clock.steps.length; // where it stands while it trains is no moment
    this.liveButton.classList.toggle("gf-on", live);
    this.liveButton.setAttribute("aria-pressed", String(live));
    range.style.setProperty("--share", `${(100 * range.value) / (range.max || 1)}%`);
    Object.assign(this.root.dataset, { step: clock.isLive ? "" : clock.step, snapshots: clock.steps.length, playing });
  }

  leave() {
    for (const sign of SIGNS) this.clock?.removeEventListener(sign, this.onChange);
  }

  end() {
    this.pause();
    this.leave();
    views.delete(this.root);
  }
}

function whole(number) {
  return Math.round(number).toLocaleString("en-US");
}
