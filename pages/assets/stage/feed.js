// Polls the server for updates of a run for as long as there may be more.

import { Asker } from "../lib/ask.js";

/** @import { LiveUpdate } from "../lib/types.js" */
/** @typedef {object} Listener
 * @property {() => string} query what is already known
 * @property {(update: LiveUpdate) => boolean} onAnswer returns false to request everything again
 * @property {(message?: string) => void} onError without a message: no answer
 * @property {() => boolean} isStepping whether the run does single steps */

export const ACTIVE = ["queued", "running"];
const FIRST = 1000; // milliseconds in which a run without a step is polled for its first
const EAGER = 5000; // and a new run more often than later
// Milliseconds.
const PAUSE = { hidden: 2000, stepping: 60, first: 40, eager: 150, usual: 350, error: 1000 };
const PAUSED = 2000; // somebody else may go on with it

export class Feed {
  #asker = new Asker();
  #run = null;
  #began = 0;
  #timer = 0;
  #cost = 0; // milliseconds that the last update took to draw

  /** @param {Listener} listener */
  constructor(listener) {
    this.listener = listener;
  }

  /** Follow a run from now on; answers about another one are dropped. */
  follow(run) {
    this.#asker.cancel();
    clearTimeout(this.#timer);
    this.#run = run;
    this.#began = performance.now();
  }

  /** @param {number} delay milliseconds until the next request */
  soon(delay) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.ask(), delay);
  }

  async ask() {
    clearTimeout(this.#timer);
    if (!this.#run) return;
    const answer = await this.#asker.ask(`api/runs/${this.#run}/live?${this.listener.query()}`);
    if (!answer) return; // superseded by another request
    const { ok, status, body } = answer;
    if (!ok) {
      this.listener.onError(body?.error);
      if (status !== 404) this.soon(PAUSE.error);
      return;
    }
    const began = performance.now();
    const fits = this.listener.onAnswer(body);
    this.#cost = performance.now() - began;
    const isMoving = ACTIVE.includes(body.status) || body.moving || this.listener.isStepping();
    if (!fits || isMoving) this.soon(this.#pause(body));
    else if (body.status === "paused") this.soon(PAUSED);
  }

  /** Whether the first numbers of a run may be there in a moment. @param {Partial<LiveUpdate>} update */
  isEarly({ status, step }) {
    return ACTIVE.includes(status) && !step && performance.now() - this.#began < FIRST;
  }

  /** @param {LiveUpdate} update */
  #pause(update) {
    if (document.hidden) return PAUSE.hidden;
    if (this.listener.isStepping()) return PAUSE.stepping;
    if (this.isEarly(update)) return PAUSE.first;
    const pause = performance.now() - this.#began < EAGER ? PAUSE.eager : PAUSE.usual;
    return Math.max(pause, 3 * this.#cost); // the browser may share its processor with the training
  }

  end() {
    this.follow(null);
  }
}
