// One feature's line: densities of real and generated rows, D's output over them, and, where z is
// low-dimensional, which z goes where.

import { arrow, between, bottomAxis, faded, line, sideAxis, text, three } from "../lib/ink.js";
import { unpackAs } from "../lib/numbers.js";

const Z_LIMIT = 2.4;
const THREADS = 84; // pixels between the line of x and that of z
const NAMES = ["generated", "output", "threads"];

export class DensityPicture {
  constructor(facts, labels) {
    this.facts = facts;
    this.labels = labels;
    this.real = unpackAs(facts.real, Float32Array);
    this.z = unpackAs(facts.z, Float32Array);
    this.highest = Math.max(...this.real);
  }

  decode(frame) {
    return { ...frame, ...Object.fromEntries(NAMES.map((name) => [name, unpackAs(frame[name], Float32Array)])) };
  }

  mix(a, b, share) {
    if (share >= 1 || a === b) return b;
    if (share <= 0) return a;
    const mixed = { step: a.step };
    for (const name of NAMES) mixed[name] = between(a[name], b[name], share);
    for (const name of ["level", "on_fake"]) mixed[name] = a[name] + (b[name] - a[name]) * share;
    return mixed;
  }

  layers() {
    const { labels, facts } = this;
    const found = [
      { name: "real", label: labels.real, mark: "▬", role: "real" },
      { name: "generated", label: labels.generated, mark: "▬", role: "generated" },
      { name: "output", label: facts.probability ? labels.output : labels.score, mark: "╍", role: "discriminator" },
    ];
    if (this.z.length) found.push({ name: "threads", label: labels.threads, mark: "➚", role: "generator" });
    return found;
  }

  note() {
    return this.labels.bandwidth.replace("{width}", three(this.facts.bandwidth));
  }

  counts(frame) {
    return { points: frame.generated.length, real: this.real.length, threads: frame.threads.length };
  }

  alt(moment, value) {
    return this.labels.alt_density.replace("{x}", this.facts.axes[0].name).replace("{moment}", moment)
      .replace("{value}", value).replace("{bandwidth}", three(this.facts.bandwidth));
  }

  draw(g, t, frame, w, h, hidden) {
    const { facts, labels } = this;
    const [axis] = facts.axes;
    const withThreads = this.z.length > 0 && !hidden.has("threads");
    const box = { x: 56, y: 8, w: w - 112, h: h - 50 - (withThreads ? THREADS : 0) };
    // A peak of a collapsed generator may leave the picture; the real rows keep their shape.
    const top = 1.12 * Math.max(this.highest, Math.min(2.5 * this.highest, Math.max(...frame.generated)));
    const up = { low: 0, high: top };
    const d = this.outputAxis(frame);
    g.save();
    g.beginPath();
    g.rect(box.x, box.y, box.w, box.h);
    g.clip();
    if (!hidden.has("real")) this.drawCurve(g, this.real, up, box, t.real);
    if (!hidden.has("generated")) this.drawCurve(g, frame.generated, up, box, t.generated);
    if (!hidden.has("output")) {
      const y = box.y + box.h - (box.h * (frame.level - d.low)) / (d.high - d.low);
      g.setLineDash([2, 3]);
      line(g, t.muted, box.x, y, box.x + box.w, y);
      g.setLineDash([7, 4]);
      this.trace(g, frame.output, d, box);
      g.strokeStyle = t.discriminator;
      g.lineWidth = 2.2;
      g.stroke();
      g.setLineDash([]);
      g.font = `11px ${t.font}`;
      text(g, labels.decision, box.x + box.w - 4, y - 4, { colour: t.muted, ground: faded(t.background, 0.8), align: "right" });
    }
    g.restore();
    line(g, t.border, box.x, box.y + box.h, box.x + box.w, box.y + box.h);
    if (withThreads) this.drawThreads(g, t, frame, box);
    bottomAxis(g, t, box, axis, withThreads ? "" : axis.name, { ground: t.background });
    g.font = `12px ${t.font}`;
    if (withThreads) text(g, axis.name, box.x + box.w / 2, box.y + box.h + 29, { colour: t.text, ground: t.background, base: "middle" });
    sideAxis(g, t, box, up, labels.density);
    if (!hidden.has("output")) {
      sideAxis(g, t, box, d, facts.probability ? labels.output : labels.score, { right: true, colour: t.discriminator });
    }
  }

  outputAxis(frame) {
    if (this.facts.probability) return { low: 0, high: 1 };
    const [low, high] = [Math.min(frame.level, ...frame.output), Math.max(frame.level, ...frame.output)];
    const room = 0.1 * (high - low) || 1;
    return { low: low - room, high: high + room };
  }

  trace(g, values, axis, box) {
    g.beginPath();
    for (let k = 0; k < values.length; k++) {
      const x = box.x + (box.w * k) / (values.length - 1);
      const y = box.y + box.h - (box.h * (values[k] - axis.low)) / (axis.high - axis.low);
      if (k) g.lineTo(x, y);
      else g.moveTo(x, y);
    }
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
    const [axis] = this.facts.axes;
    const [top, bottom] = [box.y + box.h, box.y + box.h + THREADS];
    const x = (value) => box.x + (box.w * (value - axis.low)) / (axis.high - axis.low);
    const z = (value) => box.x + (box.w * (value + Z_LIMIT)) / (2 * Z_LIMIT);
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
    bottomAxis(g, t, below, { low: -Z_LIMIT, high: Z_LIMIT }, this.labels.noise + (this.facts.latent_dim > 1 ? "₁" : ""));
  }
}
