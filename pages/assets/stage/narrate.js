// One step of the training, narrated: the data flow through both players, the line of the algorithm
// being run, and the numbers of this step.

import { theme } from "../charts/theme.js";
import { find } from "../lib/component.js";
import { escapeHtml, fill, whole } from "../lib/format.js";
import { unpack } from "../lib/numbers.js";
import { ACTIVE } from "./feed.js";

/** @import { LiveData, LiveUpdate, Narration } from "../lib/types.js" */
/** @typedef {{ number: number, players: string, values: Record<string, string> }} Step
 * players: which of them learn in it; values: of the history's columns, to four digits */

const PHASES = ["real", "fake", "d_loss", "d_update", "g_pass", "g_loss", "g_update"];
// Parts of the picture that light up in each phase.
const LIT = {
  real: ["real", "real-d", "d"],
  fake: ["z", "z-g", "g", "g-fake", "fake", "fake-d", "d"],
  d_loss: ["d", "d-loss", "loss"],
  d_update: ["loss", "back-d", "d"],
  g_pass: ["z", "z-g", "g", "g-fake", "fake", "fake-d", "d"],
  g_loss: ["d", "d-loss", "loss"],
  g_update: ["loss", "back-g", "g"],
};
const BY_HAND = 600; // milliseconds per phase, after a single step
const PLAYED = 125; // in slow motion: seven phases take about a second

const box = (name, x, y, w, h, text) =>
  `<g data-part="${name}"><rect x="${x}" y="${y}" width="${w}" height="${h}" rx="6"/>
    <text x="${x + w / 2}" y="${y + h / 2 + 4}">${escapeHtml(text)}</text></g>`;
const arrow = (name, path) => `<path data-part="${name}" d="${path}" marker-end="url(#gf-tip)"/>`;

function picture(labels) {
  return `<svg viewBox="0 0 372 168" role="img" aria-label="${escapeHtml(labels.picture)}">
    <defs><marker id="gf-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6"
      orient="auto-start-reverse"><path d="M0 0L8 4L0 8z"/></marker></defs>
    ${arrow("z-g", "M62 46H76")}${arrow("g-fake", "M118 46H132")}
    ${arrow("fake-d", "M190 50L216 72")}${arrow("real-d", "M190 122L216 96")}
    ${arrow("d-loss", "M262 84H278")}
    ${arrow("back-d", "M326 104V150H239V106")}${arrow("back-g", "M326 64V14H97V26")}
    ${box("z", 4, 30, 58, 32, labels.noise)}${box("g", 78, 28, 38, 36, "G")}
    ${box("fake", 134, 30, 56, 32, labels.fakes)}${box("real", 134, 108, 56, 32, labels.real)}
    ${box("d", 218, 64, 42, 40, "D")}${box("loss", 280, 66, 88, 36, labels.loss)}</svg>`;
}

function lines(labels) {
  const line = (phase) => `<li><button type="button" data-phase="${phase}">
    <code>${escapeHtml(labels.lines[phase])}</code></button></li>`;
  return `<ol>${PHASES.map(line).join("")}</ol>`;
}

/** The last step of an answer, with its own numbers.
 * @param {LiveUpdate} update @param {LiveData} data @returns {Step} */
export function lastStep(update, data) {
  const number = update.step;
  const values = {};
  for (const { name } of data.columns) {
    const value = unpack(String(update[name] ?? "")).at(-1);
    values[name] = value === undefined ? "" : value.toFixed(4);
  }
  /** @type {string} */
  let players = data.players; // which players learned: set by the last change before it
  for (const [epoch, set] of update.edits) {
    const isBefore = epoch * data.steps_per_epoch < number - 0.5;
    if (isBefore) players = String(set["training.players"] ?? players);
  }
  return { number, players, values };
}

export class Narrator {
  /** @type {LiveData} */
  #data;
  /** @type {Narration} */
  #labels = null; // null until it is first shown
  #known = 0; // the last step that the server has reported
  /** @type {LiveUpdate} */
  #waiting = null; // an answer to narrate as soon as the page has set the pace
  /** @type {Step} */
  #step = null; // being narrated
  #timer = 0;

  constructor(root) {
    this.root = root;
  }

  /** Another run: steps from before the page was drawn are not narrated. @param {LiveData} data */
  begin(data) {
    this.#known = data.step;
    this.#waiting = null;
  }

  /** Show or hide it. @param {LiveData} data */
  show(data) {
    this.#data = data;
    this.root.hidden = !data.pace;
    if (!data.pace) return this.stop();
    if (!this.#labels && data.narrated) this.#build(data.narrated);
    this.#narrateWaiting();
  }

  /** @param {Narration} labels */
  #build(labels) {
    this.#labels = labels;
    this.root.innerHTML = `<div class="gf-picture">${picture(labels)}</div><div class="gf-steps">
      ${lines(labels)}<p class="gf-caption"></p><p class="gf-spoken" aria-live="polite"></p></div>`;
    const t = theme(this.root);
    for (const role of ["generator", "discriminator", "real", "generated"]) {
      this.root.style.setProperty(`--gf-${role}`, t[role]);
    }
    this.caption = find(this.root, ".gf-caption");
    this.spoken = find(this.root, ".gf-spoken");
    for (const button of this.root.querySelectorAll("button")) {
      button.onclick = () => {
        this.stop();
        this.#light(PHASES.indexOf(button.dataset.phase), true);
      };
    }
    this.caption.textContent = labels.ready;
  }

  /** Keep an answer to narrate: a single step may be done before the page announces it.
   * @param {LiveUpdate} update */
  onAnswer(update) {
    if (update.step > this.#known) {
      const isSingle = update.step === this.#known + 1;
      const isWanted = !ACTIVE.includes(update.status) && (this.#data.pace || isSingle);
      this.#waiting = isWanted ? update : null;
    }
    this.#known = update.step;
    this.#narrateWaiting();
  }

  #narrateWaiting() {
    if (!this.#waiting || !this.#data.pace) return;
    const step = lastStep(this.#waiting, this.#data);
    this.#waiting = null;
    this.#narrate(step);
  }

  /** @param {Step} step */
  #narrate(step) {
    if (!this.#labels) return;
    this.stop();
    this.#step = step;
    this.root.dataset.step = String(step.number);
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.#light(-1);
      return this.#sum(true);
    }
    const isByHand = this.#data.pace === "hand";
    const next = (i) => {
      if (i === PHASES.length) {
        if (!isByHand) this.#sum(false);
        return;
      }
      this.#light(i, isByHand);
      this.#timer = setTimeout(() => next(i + 1), isByHand ? BY_HAND : PLAYED);
    };
    next(0);
  }

  // Light one phase; -1: all of them.
  #light(i, isSpoken = false) {
    const lit = i < 0 ? PHASES.flatMap((phase) => LIT[phase]) : LIT[PHASES[i]];
    for (const part of this.root.querySelectorAll("[data-part]")) {
      part.classList.toggle("gf-on", lit.includes(part.getAttribute("data-part")));
    }
    for (const button of this.root.querySelectorAll("button")) {
      const isOn = i < 0 || button.dataset.phase === PHASES[i];
      button.classList.toggle("gf-on", isOn);
      button.classList.toggle("gf-idle", this.#isIdle(button.dataset.phase));
      if (isOn && i >= 0) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    }
    if (i < 0) return;
    this.root.dataset.phase = PHASES[i];
    this.#write(this.#sentence(PHASES[i]), true, isSpoken);
  }

  // Whether nothing is learned in a phase, because that player is not updated.
  #isIdle(phase) {
    const players = this.#step?.players;
    return (phase === "d_update" && players === "g") || (phase === "g_update" && players === "d");
  }

  #sentence(phase) {
    const { captions, ready } = this.#labels;
    // Without a step, sentences that contain numbers are left out.
    if (!this.#step) return captions[phase].replace(/[^.]*\{[^.]*\./g, "").trim() || ready;
    const key = this.#isIdle(phase) ? `${phase}_idle` : phase;
    return fill(captions[key], { ...this.#step.values, number: whole(this.#step.number) });
  }

  // The whole step in one sentence, for screen readers and for reduced motion.
  #sum(isSeen) {
    this.#write(this.#sentence("sum"), isSeen, true);
  }

  #write(text, isSeen, isSpoken) {
    if (isSeen) this.caption.textContent = text;
    if (isSpoken) this.spoken.textContent = text;
  }

  stop() {
    clearTimeout(this.#timer);
  }
}
