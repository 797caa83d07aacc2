// D's output over a plane as a heat map, with real and generated points, the pull on G's points and
// everything that G can generate. Coordinates come as 16-bit integers: see packing.py.

import { contour } from "../lib/contour.js";
import { fill, three } from "../lib/format.js";
import { arrow, bottomAxis, channels, disc, faded, heatMap, leaning, sideAxis, triangle } from "../lib/ink.js";
import { blend, extent, unpackAs } from "../lib/numbers.js";

/** @import { FieldFacts, FieldFrame, FieldWire, Labels } from "../lib/types.js" */
/** @import { Canvas } from "../lib/ink.js" */
/** @import { Theme } from "../charts/theme.js" */

const LOWEST = 1; // of the coordinates inside the picture
const HIGHEST = 65534;
const REACH = 0.13; // of the picture, for the longest arrow
const MIDDLE = 32767.5; // of the heat values
const FLAT = 200; // of 65,535: if D's output varies by less, a decision line would be noise
const ARRAYS = ["heat", "points", "arrows", "manifold"];
const NUMBERS = ["level", "span", "pull", "on_fake"];

export class FieldPicture {
  /** @param {FieldFacts} facts @param {Labels} labels */
  constructor(facts, labels) {
    this.facts = facts;
    this.labels = labels;
    this.real = unpackAs(facts.real, Uint16Array);
    this.points = 0; // generated points in the last frame
    this.heat = document.createElement("canvas");
    this.heat.width = this.heat.height = facts.grid;
  }

  /** @param {FieldWire} frame @returns {FieldFrame} */
  decode(frame) {
    const directions = unpackAs(frame.arrows, Int8Array);
    return {
      ...frame,
      arrows: Float32Array.from(directions, (v) => (v * frame.pull) / 127),
      heat: unpackAs(frame.heat, Uint16Array),
      points: unpackAs(frame.points, Uint16Array),
      manifold: unpackAs(frame.manifold, Uint16Array),
    };
  }

  mix(a, b, share) {
    return blend(a, b, share, ARRAYS, NUMBERS);
  }

  name(i) {
    const axis = this.facts.axes[i];
    if (axis.name) return axis.name;
    return fill(this.labels.component, { n: i + 1, share: (100 * (axis.share ?? 0)).toFixed(0) });
  }

  layers() {
    const { labels, facts } = this;
    const found = [
      { name: "real", label: labels.real, mark: "●", role: "real" },
      { name: "generated", label: labels.generated, mark: "▲", role: "generated" },
      { name: "output", label: labels.output, mark: "▩", role: "muted" },
      { name: "decision", label: labels.decision, mark: "━", role: "discriminator" },
      { name: "arrows", label: labels.pull, mark: "➚", role: "discriminator" },
    ];
    if (facts.latent_dim <= 2) {
      found.push({ name: "manifold", label: labels.manifold, mark: "▦", role: "generator" });
    }
    return found;
  }

  note() {
    return "";
  }

  // Labels for the ends of the heat map's colour scale.
  scale(frame) {
    const { labels, facts } = this;
    const { level, span } = frame;
    const [low, high] = facts.probability ? [0, 1] : [level - span, level + span];
    return [`${three(low)} ${labels.fake_end}`, `${labels.real_end} ${three(high)}`];
  }

  counts(frame) {
    const { points, arrows, manifold } = frame;
    const count = (values) => values.length / 2;
    const [made, real] = [count(points), count(this.real)];
    return { points: made, real, arrows: count(arrows), manifold: count(manifold) };
  }

  alt(moment, value) {
    const counts = { real: this.real.length / 2, points: this.points };
    const words = { x: this.name(0), y: this.name(1), moment, value, ...counts };
    return fill(this.labels.alt_field, words);
  }

  /** @param {Canvas} g @param {Theme} t @param {FieldFrame} frame @param {number} w
   * @param {number} h @param {Set<string>} hidden names of layers */
  draw(g, t, frame, w, h, hidden) {
    const box = { x: 56, y: 6, w: w - 64, h: h - 48 };
    this.points = frame.points.length / 2;
    g.save();
    g.beginPath();
    g.rect(box.x, box.y, box.w, box.h);
    g.clip();
    if (!hidden.has("output")) this.drawHeat(g, t, frame, box);
    if (!hidden.has("manifold")) this.drawManifold(g, t, frame, box);
    if (!hidden.has("decision")) this.drawDecision(g, t, frame, box);
    if (!hidden.has("real")) drawPoints(g, t, t.real, this.real, box, disc);
    if (!hidden.has("generated")) drawPoints(g, t, t.generated, frame.points, box, triangle);
    if (!hidden.has("arrows")) this.drawArrows(g, t, frame, box);
    g.restore();
    g.strokeStyle = t.border;
    g.lineWidth = 1;
    g.strokeRect(box.x + 0.5, box.y + 0.5, box.w - 1, box.h - 1);
    bottomAxis(g, t, box, this.facts.axes[0], this.name(0));
    sideAxis(g, t, box, this.facts.axes[1], this.name(1));
  }

  drawHeat(g, t, frame, box) {
    heatMap(g, this.heat, box, [t.real, t.generated].map(channels), (k) => {
      return leaning(t, frame.heat[k] / MIDDLE - 1);
    });
  }

  // The line on which D is undecided.
  drawDecision(g, t, { heat }, box) {
    const n = this.facts.grid;
    if (isFlat(heat)) return;
    const [dx, dy] = [box.w / n, box.h / n];
    const segments = contour(heat, n, MIDDLE);
    const x = (k) => box.x + (segments[k] + 0.5) * dx;
    const y = (k) => box.y + box.h - (segments[k] + 0.5) * dy;
    g.beginPath();
    for (let k = 0; k < segments.length; k += 4) {
      g.moveTo(x(k), y(k + 1));
      g.lineTo(x(k + 2), y(k + 3));
    }
    g.strokeStyle = t.discriminator;
    g.lineWidth = 1.8;
    g.lineCap = "round";
    g.stroke();
  }

  // A curve for one dimension of noise, a grid for two, each cell of which holds equally many fakes.
  drawManifold(g, t, { manifold }, box) {
    const m = this.facts.mesh;
    const x = (k) => place(manifold[2 * k], box.x, box.w);
    const y = (k) => place(manifold[2 * k + 1], box.y + box.h, -box.h);
    const path = (from, step, count) => {
      g.moveTo(x(from), y(from));
      for (let k = 1; k < count; k++) g.lineTo(x(from + k * step), y(from + k * step));
    };
    if (!manifold.length) return;
    if (this.facts.latent_dim === 2) {
      g.fillStyle = faded(t.generator, 0.07);
      for (let j = 0; j + 2 < m; j += 2) {
        for (let i = 0; i + 2 < m; i += 2) {
          const k = j * m + i;
          g.beginPath();
          path(k, 1, 3);
          g.lineTo(x(k + 2 + 2 * m), y(k + 2 + 2 * m));
          g.lineTo(x(k + 2 * m), y(k + 2 * m));
          g.fill();
        }
      }
    }
    g.beginPath();
    if (this.facts.latent_dim === 1) path(0, 1, manifold.length / 2);
    else {
      for (let k = 0; k < m; k += 2) {
        path(k * m, 1, m);
        path(k, m, m);
      }
    }
    g.strokeStyle = faded(t.generator, this.facts.latent_dim === 1 ? 0.95 : 0.6);
    g.lineWidth = this.facts.latent_dim === 1 ? 2 : 1;
    g.lineJoin = "round";
    g.stroke();
  }

  drawArrows(g, t, { arrows, points, pull }, box) {
    if (!(pull > 0)) return;
    g.beginPath();
    for (let k = 0; k < arrows.length; k += 2) {
      const dx = (arrows[k] / pull) * REACH * box.w;
      const dy = (-arrows[k + 1] / pull) * REACH * box.h;
      if (Math.hypot(dx, dy) < 1.5) continue;
      arrow(g, place(points[k], box.x, box.w), place(points[k + 1], box.y + box.h, -box.h), dx, dy);
    }
    g.lineCap = "round";
    g.strokeStyle = faded(t.background, 0.8);
    g.lineWidth = 3.4;
    g.stroke();
    g.strokeStyle = t.discriminator;
    g.lineWidth = 1.6;
    g.stroke();
  }
}

function drawPoints(g, t, colour, points, box, shape) {
  const size = points.length > 300 ? 3.2 : 4;
  const x = (k) => place(points[k], box.x, box.w);
  const y = (k) => place(points[k + 1], box.y + box.h, -box.h);
  const isSeen = (k) => isInside(points[k]) && isInside(points[k + 1]);
  const inset = (at, from, length) => Math.min(from + length - 5, Math.max(from + 5, at));
  g.beginPath();
  for (let k = 0; k < points.length; k += 2) if (isSeen(k)) shape(g, x(k), y(k), size);
  g.lineWidth = 1.6;
  g.lineJoin = "round";
  g.strokeStyle = faded(t.background, 0.85);
  g.stroke();
  g.fillStyle = faded(colour, 0.9);
  g.fill();
  g.beginPath(); // points outside the picture: hollow, at its edge
  for (let k = 0; k < points.length; k += 2) {
    if (!isSeen(k)) shape(g, inset(x(k), box.x, box.w), inset(y(k), box.y, box.h), 3);
  }
  g.lineWidth = 1;
  g.strokeStyle = colour;
  g.stroke();
}

export function isInside(q) {
  return q >= LOWEST && q <= HIGHEST;
}

export function place(q, from, length) {
  return from + (length * (q - LOWEST)) / (HIGHEST - LOWEST);
}

/** Whether a decision line would be noise, or does not exist. @param {ArrayLike<number>} heat */
export function isFlat(heat) {
  const [low, high] = extent(heat);
  return high - low < FLAT || low > MIDDLE || high < MIDDLE;
}
