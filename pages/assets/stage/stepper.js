// Slow motion: the run is paused in the store, and this browser requests the next few steps when
// they are due. So a class that reads and thinks occupies no worker slot.

import { ask } from "../lib/ask.js";

const SHORTEST = 0.25; // seconds between two requests

export class Stepper {
  /** Whether to poll for updates although the run is paused. */
  isWaiting = false;
  #run = null;
  #speed = 0;
  #rests = false; // the run is paused, according to the server
  #credit = 1; // steps that are due
  #before = 0; // when the credit was last updated
  #timer = 0;

  /** @param {() => void} look makes the live view poll now */
  constructor(look) {
    this.look = look;
  }

  /** Play a run at so many updates per second; 0 pauses it.
   * @param {string | null} run @param {number} speed */
  play(run, speed) {
    if (run === this.#run && speed === this.#speed) return;
    [this.#run, this.#speed, this.#credit] = [run, speed, 1];
    this.#before = performance.now();
    clearTimeout(this.#timer);
    if (speed) this.#tick();
  }

  /** @param {{ stepping: boolean, status: string }} update the run according to the server */
  onAnswer(update) {
    this.#rests = !update.stepping && ["paused", "stopped"].includes(update.status);
    if (this.#rests) this.isWaiting = false;
  }

  #tick() {
    clearTimeout(this.#timer);
    if (!this.#speed) return;
    const pause = Math.max(1 / this.#speed, SHORTEST);
    const now = performance.now();
    // Steps missed while the server was busy or the page was hidden are not made up for.
    const most = Math.max(1, 1.5 * this.#speed * pause);
    this.#credit = Math.min(most, this.#credit + (this.#speed * (now - this.#before)) / 1000);
    this.#before = now;
    const steps = Math.floor(this.#credit);
    if (!document.hidden && this.#rests && steps >= 1) {
      this.#credit -= steps;
      this.#advance(steps);
    }
    const next = this.#rests ? pause : Math.min(pause, 0.05);
    this.#timer = setTimeout(() => this.#tick(), 1000 * next);
  }

  async #advance(steps) {
    this.#rests = false;
    this.isWaiting = true;
    const answer = await ask(`api/runs/${this.#run}/advance?steps=${steps}`, { method: "POST" });
    if (!answer.ok) {
      this.isWaiting = false;
      if (answer.status) this.#speed = 0; // refused: it would be refused again
    }
    this.look();
  }

  end() {
    this.#speed = 0;
    clearTimeout(this.#timer);
  }
}
