// One feature's axis: densities of real and generated rows, D's output over them and, if z is
// low-dimensional, where each z is mapped to.

import { fill, three } from "../lib/format.js";
import { across, arrow, bottomAxis, faded, line, sideAxis, text, upward } from "../lib/ink.js";
import { blend, extent, unpackAs } from "../lib/numbers.js";

/** @import { DensityFacts, DensityFrame, DensityWire, Labels } from "../lib/types.js" */
/** @import { Box, Canvas, Span } from "../lib/ink.js" */
/** @import { Theme } from "../charts/theme.js" */

const NOISE = { low: -2.4, high: 2.4 }; // the axis of z
const THREADS = 84; // pixels between the axis of x and that of z
const ARRAYS = ["generated", "output", "threads"];
const NUMBERS = ["level", "on_fake"];

export class DensityPicture {
  /** @param {DensityFacts} facts @param {Labels} labels */
  constructor(facts, labels) {
    this.facts = facts;
    this.labels = labels;
    this.real = unpackAs(facts.real, Float32Array);
    this.z = unpackAs(facts.z, Float32Array);
    this.highest = Math.max(...this.real);
  }

  /** @param {DensityWire} frame @returns {DensityFrame} */
  decode(frame) {
    const arrays = ARRAYS.map((name) => [name, unpackAs(frame[name], Float32Array)]);
    return { ...frame, ...Object.fromEntries(arrays) };
  }

  mix(a, b, share) {
    return blend(a, b, share, ARRAYS, NUMBERS);
  }

  layers() {
    const { labels } = this;
    const found = [
      { name: "real", label: labels.real, mark: "▬", role: "real" },
      { name: "generated", label: labels.generated, mark: "▬", role: "generated" },
      { name: "output", label: labels.output, mark: "╍", role: "discriminator" },
    ];
    if (this.z.length) {
      found.push({ name: "threads", label: labels.threads, mark: "➚", role: "generator" });
    }
    return found;
  }

  note() {
    return fill(this.labels.bandwidth, { width: three(this.facts.bandwidth) });
  }

  counts(frame) {
    const { generated, threads } = frame;
    return { points: generated.length, real: this.real.length, threads: threads.length };
  }

  alt(moment, value) {
    const { axes, bandwidth } = this.facts;
    const words = { x: axes[0].name, moment, value, bandwidth: three(bandwidth) };
    return fill(this.labels.alt_density, words);
  }

  /** @param {Canvas} g @param {Theme} t @param {DensityFrame} frame @param {number} w
   * @param {number} h @param {Set<string>} hidden names of layers */
  draw(g, t, frame, w, h, hidden) {
    const withThreads = this.z.length > 0 && !hidden.has("threads");
    const box = { x: 56, y: 8, w: w - 112, h: h - 50 - (withThreads ? THREADS : 0) };
    const up = densityAxis(this.highest, frame.generated);
    const output = outputAxis(this.facts.probability, frame);
    g.save();
    g.beginPath();
    g.rect(box.x, box.y, box.w, box.h);
    g.clip();
    if (!hidden.has("real")) this.drawCurve(g, this.real, up, box, t.real);
    if (!hidden.has("generated")) this.drawCurve(g, frame.generated, up, box, t.generated);
    if (!hidden.has("output")) this.drawOutput(g, t, frame, output, box);
    g.restore();
    this.drawAxes(g, t, box, up, hidden.has("output") ? null : output, withThreads);
    if (withThreads) this.drawThreads(g, t, frame, box);
  }

  drawOutput(g, t, frame, axis, box) {
    const y = upward(box, axis)(frame.level);
    g.setLineDash([2, 3]);
    line(g, t.muted, box.x, y, box.x + box.w, y);
    g.setLineDash([7, 4]);
    this.trace(g, frame.output, axis, box);
    g.strokeStyle = t.discriminator;
    g.lineWidth = 2.2;
    g.stroke();
    g.setLineDash([]);
    g.font = `11px ${t.font}`;
    const look = { colour: t.muted, ground: faded(t.background, 0.8), align: "right" };
    text(g, this.labels.decision, box.x + box.w - 4, y - 4, look);
  }

  /** @param {Canvas} g @param {Theme} t @param {Box} box @param {Span} up of the densities
   * @param {Span} output of D's output, null if that is hidden @param {boolean} withThreads */
  drawAxes(g, t, box, up, output, withThreads) {
    const { labels, facts } = this;
    const [axis] = facts.axes;
    const ground = t.background;
    line(g, t.border, box.x, box.y + box.h, box.x + box.w, box.y + box.h);
    bottomAxis(g, t, box, axis, withThreads ? "" : axis.name, ground);
    if (withThreads) {
      const [x, y] = [box.x + box.w / 2, box.y + box.h + 29];
      text(g, axis.name, x, y, { colour: t.text, ground, base: "middle" });
    }
    sideAxis(g, t, box, up, labels.density);
    if (!output) return;
    sideAxis(g, t, box, output, labels.output, { right: true, colour: t.discriminator });
  }

  trace(g, values, axis, box) {
    const [x, y] = [across(box, { low: 0, high: values.length - 1 }), upward(box, axis)];
    g.beginPath();
    for (let k = 0; k < values.length; k++) g.lineTo(x(k), y(values[k])); // the first one moves there
  }

  drawCurve(g, values, axis, box, colour) {
    this.trace(g, values, axis, box);
    g.strokeStyle = colour;
    g.lineWidth = 2;
    g.stroke();
    g.lineTo(box.x + box.w, box.y + box.h);
    g.lineTo(box.x, box.y + box.h);
    g.fillStyle = faded(colour, 0.22);
    g.fill();
  }

  drawThreads(g, t, frame, box) {
    const [top, bottom] = [box.y + box.h, box.y + box.h + THREADS];
    const [x, z] = [across(box, this.facts.axes[0]), across(box, NOISE)];
    g.beginPath();
    this.z.forEach((from, k) => {
      const [x0, x1] = [z(from), x(frame.threads[k])];
      arrow(g, x0, bottom, x1 - x0, top + 1 - bottom);
    });
    g.strokeStyle = faded(t.generator, 0.75);
    g.lineWidth = 1.2;
    g.stroke();
    const below = { ...box, h: box.h + THREADS };
    line(g, t.border, box.x, bottom, box.x + box.w, bottom);
    const name = this.labels.noise + (this.facts.latent_dim > 1 ? "₁" : "");
    bottomAxis(g, t, below, NOISE, name);
  }
}

/** The axis of the densities. The peak of a collapsed generator may be clipped, so that the
 * real rows, whose highest density is given, keep their shape. @returns {Span} */
export function densityAxis(highest, generated) {
  const peak = Math.max(...generated);
  return { low: 0, high: 1.12 * Math.max(highest, Math.min(2.5 * highest, peak)) };
}

/** The axis of D's output: all probabilities, or the range of the scores with a margin.
 * @returns {Span} */
export function outputAxis(probability, { level, output }) {
  if (probability) return { low: 0, high: 1 };
  const [low, high] = extent([level, ...output]);
  const margin = 0.1 * (high - low) || 1;
  return { low: low - margin, high: high + margin };
}
