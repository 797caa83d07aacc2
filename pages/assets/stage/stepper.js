// Slow motion: the run stands still in the store, and this browser asks for the next few steps when
// it is their time. So a class that reads and thinks holds no slot of the server.

import { ask } from "../lib/ask.js";

const SHORTEST = 0.25; // seconds between two requests

export class Stepper {
  /** Whether news are to be looked for although the run rests. */
  isWaiting = false;
  #run = null;
  #speed = 0;
  #rests = false; // the run stands, as far as the server has said
  #credit = 1; // steps that it is time for
  #before = 0; // when the credit was last counted
  #timer = 0;

  /** @param {() => void} look asks the live view to look for news now */
  constructor(look) {
    this.look = look;
  }

  /** Play a run at so many updates a second; 0 stands still.
   * @param {string | null} run @param {number} speed */
  play(run, speed) {
    if (run === this.#run && speed === this.#speed) return;
    [this.#run, this.#speed, this.#credit] = [run, speed, 1];
    this.#before = performance.now();
    clearTimeout(this.#timer);
    if (speed) this.#tick();
  }

  /** @param {{ stepping: boolean, status: string }} update what the server says of the run */
  onAnswer(update) {
    this.#rests = !update.stepping && ["paused", "stopped"].includes(update.status);
    if (this.#rests) this.isWaiting = false;
  }

  #tick() {
    clearTimeout(this.#timer);
    if (!this.#speed) return;
    const pause = Math.max(1 / this.#speed, SHORTEST);
    const now = performance.now();
    // What was missed while the server was busy or the page was hidden is not made up for.
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
