// Which moment of a run the page shows: its latest state, or a snapshot. Whoever asks for the clock
// of a run gets the same one, because the browser loads this module once a page.

const clocks = new Map();

export function clockOf(run) {
  if (!clocks.has(run)) clocks.set(run, new Clock());
  return clocks.get(run);
}

class Clock extends EventTarget {
  steps = []; // of the snapshots, ascending
  counts = new Map(); // step -> how many generated rows lie in each bin, one feature after another
  rows = 1; // generated rows that were counted
  bins = 1; // of a feature
  now = null; // the step that the run has come to, as far as this page has heard
  position = null; // in the film: a snapshot's number, a fraction on the way to the next; null is live

  get isLive() {
    return this.position === null || !this.steps.length;
  }

  // The snapshot that stands for the position, and how far it is to the next, 0 to 1.
  get index() {
    return Math.min(this.steps.length - 1, Math.max(0, Math.floor(this.position ?? 0)));
  }

  get share() {
    return this.index < this.steps.length - 1 ? this.position - this.index : 0;
  }

  get step() {
    return this.steps[this.index];
  }

  get next() {
    return this.steps[Math.min(this.steps.length - 1, this.index + 1)];
  }

  hear(step) {
    if (step === this.now) return;
    this.now = step;
    this.dispatchEvent(new Event("now"));
  }

  show(position) {
    if (position === this.position) return;
    this.position = position;
    this.dispatchEvent(new Event("change"));
  }
}

// Calls back at most once a frame of the screen, however often it is asked to.
export function onceAFrame(callback) {
  let asked = 0;
  return () => {
    asked ||= requestAnimationFrame(() => {
      asked = 0;
      callback();
    });
  };
}
