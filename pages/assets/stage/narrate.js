// One step of the training, told: the data's way through both players, the line of the algorithm
// that runs, and the numbers of this very step.

import { escape, theme } from "../charts/theme.js";

const PHASES = ["real", "fake", "d_loss", "d_update", "g_pass", "g_loss", "g_update"];
const LIT = { // parts of the picture that light up in each phase
  real: ["real", "real-d", "d"],
  fake: ["z", "z-g", "g", "g-fake", "fake", "fake-d", "d"],
  d_loss: ["d", "d-loss", "loss"],
  d_update: ["loss", "back-d", "d"],
  g_pass: ["z", "z-g", "g", "g-fake", "fake", "fake-d", "d"],
  g_loss: ["d", "d-loss", "loss"],
  g_update: ["loss", "back-g", "g"],
};
const BY_HAND = 600; // milliseconds a phase, after a single step
const PLAYED = 125; // in slow motion: seven of them in a second

const box = (name, x, y, w, h, text) =>
  `<g data-part="${name}"><rect x="${x}" y="${y}" width="${w}" height="${h}" rx="6"/><text x="${x + w / 2}" y="${y + h / 2 + 4}">${escape(text)}</text></g>`;
const arrow = (name, path) => `<path data-part="${name}" d="${path}" marker-end="url(#gf-tip)"/>`;

function picture(labels) {
  return `<svg viewBox="0 0 372 168" role="img" aria-label="${escape(labels.picture)}">
    <defs><marker id="gf-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" orient="auto-start-reverse"><path d="M0 0L8 4L0 8z"/></marker></defs>
    ${arrow("z-g", "M62 46H76")}${arrow("g-fake", "M118 46H132")}${arrow("fake-d", "M190 50L216 72")}${arrow("real-d", "M190 122L216 96")}
    ${arrow("d-loss", "M262 84H278")}${arrow("back-d", "M326 104V150H239V106")}${arrow("back-g", "M326 64V14H97V26")}
    ${box("z", 4, 30, 58, 32, labels.noise)}${box("g", 78, 28, 38, 36, "G")}${box("fake", 134, 30, 56, 32, labels.fakes)}
    ${box("real", 134, 108, 56, 32, labels.real)}${box("d", 218, 64, 42, 40, "D")}${box("loss", 280, 66, 88, 36, labels.loss)}</svg>`;
}

export class Narrator {
  constructor(root) {
    this.root = root;
  }

  // Show or hide it. pace: "hand" or "played".
  show(labels, pace) {
    this.pace = pace;
    this.root.hidden = !pace;
    if (!pace) return this.rest();
    if (this.labels) return;
    this.labels = labels;
    this.root.innerHTML = `<div class="gf-picture">${picture(labels)}</div>
      <div class="gf-told"><ol>${PHASES.map((p) => `<li><button type="button" data-phase="${p}"><code>${escape(labels.lines[p])}</code></button></li>`).join("")}</ol>
      <p class="gf-caption"></p><p class="gf-heard" aria-live="polite"></p></div>`;
    const t = theme(this.root);
    for (const role of ["generator", "discriminator", "real", "generated"]) this.root.style.setProperty(`--gf-${role}`, t[role]);
    this.caption = this.root.querySelector(".gf-caption");
    this.heard = this.root.querySelector(".gf-heard");
    for (const button of this.root.querySelectorAll("button")) {
      button.onclick = () => {
        this.rest();
        this.light(PHASES.indexOf(button.dataset.phase), true);
      };
    }
    this.caption.textContent = labels.ready;
  }

  // Tell a step: its number, losses and D's outputs, who learned, and D's updates in it.
  tell(step) {
    if (!this.pace || !this.labels) return;
    this.rest();
    this.step = step;
    this.root.dataset.step = step.number;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.light(-1);
      return this.sum(true);
    }
    const by_hand = this.pace === "hand";
    const next = (i) => {
      if (i === PHASES.length) {
        if (!by_hand) this.sum(false);
        return;
      }
      this.light(i, by_hand);
      this.timer = setTimeout(() => next(i + 1), by_hand ? BY_HAND : PLAYED);
    };
    next(0);
  }

  // Light one phase; -1: all of them.
  light(i, aloud = false) {
    const lit = i < 0 ? PHASES.flatMap((p) => LIT[p]) : LIT[PHASES[i]];
    for (const part of this.root.querySelectorAll("[data-part]")) part.classList.toggle("gf-on", lit.includes(part.dataset.part));
    for (const button of this.root.querySelectorAll("button")) {
      const on = i < 0 || button.dataset.phase === PHASES[i];
      button.classList.toggle("gf-on", on);
      button.classList.toggle("gf-idle", this.idle(button.dataset.phase));
      if (on && i >= 0) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    }
    if (i < 0) return;
    this.root.dataset.phase = PHASES[i];
    const text = this.sentence(PHASES[i]);
    this.caption.textContent = text;
    if (aloud) this.heard.textContent = text;
  }

  // Whether nothing is learned in a phase, because that player stands still.
  idle(phase) {
    const players = this.step?.players ?? "both";
    return (phase === "d_update" && players === "g") || (phase === "g_update" && players === "d");
  }

  sentence(phase) {
    const { labels, step } = this;
    if (!step) return labels.captions[phase].replace(/[^.]*\{[^.]*\./g, "").trim() || labels.ready;
    const key = this.idle(phase) ? `${phase}_idle` : phase;
    const number = (value) => (value === undefined ? "" : value.toFixed(4));
    return labels.captions[key].replace(/\{(\w+)\}/g, (_, name) => (name === "number" ? step.number.toLocaleString("en-US") : number(step[name])));
  }

  // The whole step in a sentence, for those who hear it and for those who see no motion.
  sum(seen) {
    const text = this.sentence("sum");
    if (seen) this.caption.textContent = text;
    this.heard.textContent = text;
  }

  rest() {
    clearTimeout(this.timer);
  }
}
