// A run's numbers as received by the browser: its curves, or the band of several seeds, and the
// densities of its generated rows.

import { unpack } from "../lib/numbers.js";
import { thin } from "../lib/thin.js";

/** @import { LiveUpdate, Packed, PackedBand } from "../lib/types.js" */
/** @typedef {{ x: number[], columns: { [name: string]: number[] } }} Curves x: steps */
/** @typedef {{ x: number[], columns: { [name: string]: number[][] } }} BandCurves
 * median, low and high end of each column over several seeds */
/** @typedef {BandCurves & { finished: number, members: number }} Band */

const DRAWN = 2048; // points of a curve at most, as many as the server sends of a whole one
const KEPT = 100_000; // points; beyond that the whole curve is requested again

export class Received {
  attempt = 0; // the attempt these steps belong to
  step = 0; // the last one received
  shown = 0; // the step of the densities
  /** @type {Curves} */
  curves = { x: [], columns: {} }; // as the server sent them
  /** @type {Curves} */
  #drawn = null;
  /** @type {Band} */
  band = null;
  densities = null; // of the generated rows, one list a feature
  spread = null; // of the densities over several seeds: low and high end

  /** @param {string[]} names of the history's columns @param {number} perEpoch steps */
  constructor(names, perEpoch = 1) {
    this.names = names;
    this.perEpoch = perEpoch;
    this.#forget();
  }

  /** What the server needs to know to send only what is new. */
  get query() {
    const since = this.curves.x.length > KEPT ? 0 : this.step;
    return `attempt=${this.attempt}&since=${since}&shown=${this.shown}`;
  }

  /** The curves, always thinned from everything that was sent, never from a thinned curve. */
  get drawn() {
    this.#drawn ??= this.#thinned();
    return this.#drawn;
  }

  /** @param {LiveUpdate} update
   * @returns {boolean} false if it does not continue what is known: request it again */
  take(update) {
    const isWhole = update.mode === "replace" || update.after === 0;
    const follows = () => isWhole || update.after === this.step;
    if (update.attempt !== this.attempt || !follows()) this.#forget();
    if (!follows()) return false;
    this.attempt = update.attempt;
    this.step = update.step;
    this.#takeCurves(update, isWhole);
    if (update.band) this.band = unpackBand(update.band, this.names, this.perEpoch);
    if (update.densities) {
      this.densities = update.densities;
      this.spread = update.low && update.high ? [update.low, update.high] : null;
      this.shown = update.shown ?? 0;
    }
    return true;
  }

  #takeCurves(update, isWhole) {
    if (isWhole) this.#clear();
    const x = steps(update.x ?? "", this.perEpoch);
    if (!x.length) return;
    this.#drawn = null;
    push(this.curves.x, x);
    for (const name of this.names) {
      // A column that an older server, or a run of an older version, does not have.
      const values = update[name] === undefined ? x.map(() => NaN) : unpack(update[name]);
      push(this.curves.columns[name], values);
    }
  }

  #thinned() {
    const { x, columns } = this.curves;
    const thinned = thin(x, Object.values(columns), DRAWN);
    const named = Object.keys(columns).map((name, i) => [name, thinned.columns[i]]);
    return { x: thinned.steps, columns: Object.fromEntries(named) };
  }

  #forget() {
    this.attempt = this.step = this.shown = 0;
    this.band = this.spread = null;
    this.#clear();
  }

  #clear() {
    this.curves = { x: [], columns: Object.fromEntries(this.names.map((name) => [name, []])) };
    this.#drawn = null;
  }
}

// Without spreading them into arguments, whose number browsers limit.
function push(values, more) {
  for (const value of more) values.push(value);
}

// The server sends epochs, as float32.
function steps(packed, perEpoch) {
  return unpack(packed).map((epoch) => Math.round(epoch * perEpoch));
}

/** @param {PackedBand} packed @param {string[]} names @param {number} perEpoch @returns {Band} */
function unpackBand(packed, names, perEpoch) {
  const { x, finished, members, ...all } = packed;
  const three = (name) => /** @type {Packed[]} */ (all[name]).map(unpack);
  const known = names.filter((name) => all[name]).map((name) => [name, three(name)]);
  return { x: steps(x, perEpoch), columns: Object.fromEntries(known), finished, members };
}
