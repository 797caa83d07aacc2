// Which moment of a run the page shows: its latest state, or a snapshot. All views of a run get the
// same clock, because the browser loads this module once per page.

/** @type {Map<string, Clock>} */
const clocks = new Map();

/** @param {string} run */
export function clockOf(run) {
  const clock = clocks.get(run) ?? new Clock();
  clocks.set(run, clock);
  return clock;
}

/** Its events: `now` (the run advanced), `change` (another position), `film` (more snapshots). */
export class Clock extends EventTarget {
  steps = []; // of the snapshots, ascending
  counts = new Map(); // step -> number of generated rows in each bin, one feature after another
  rows = 1; // generated rows that were counted
  bins = 1; // of a feature
  attempt = null; // of the snapshots
  now = null; // the step the run has reached, as far as this page knows
  position = null; // in the film: a snapshot's index, fractional between two; null: live

  get isLive() {
    return this.position === null || !this.steps.length;
  }

  // The snapshot at or before the position, and how far it is to the next, 0 to 1.
  get index() {
    return Math.min(this.steps.length - 1, Math.max(0, Math.floor(this.position ?? 0)));
  }

  get share() {
    return this.index < this.steps.length - 1 ? (this.position ?? 0) - this.index : 0;
  }

  get step() {
    return this.steps[this.index];
  }

  get next() {
    return this.steps[Math.min(this.steps.length - 1, this.index + 1)];
  }

  /** @param {number} step */
  setNow(step) {
    if (step === this.now) return;
    this.now = step;
    this.dispatchEvent(new Event("now"));
  }

  /** @param {number | null} position */
  show(position) {
    if (position === this.position) return;
    this.position = position;
    this.dispatchEvent(new Event("change"));
  }
}
