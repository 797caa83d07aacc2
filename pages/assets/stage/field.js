// D's output over a plane as a heat map, with real and generated points, the pull on G's points and
// everything that G can make. Coordinates come as whole numbers of 16 bits: see packing.py.

import { arrow, between, bottomAxis, channels, disc, faded, sideAxis, three, triangle } from "../lib/ink.js";
import { unpackAs } from "../lib/numbers.js";

const LOWEST = 1, HIGHEST = 65534;
const REACH = 0.13; // of the picture, for the longest arrow
const MIDDLE = 32767.5; // of the heat's numbers
const GAMMA = 0.7; // of the colours: a slight leaning of D should be seen too
const FLAT = 200; // of 65,535: where D's output differs by less, a line of decision would be noise

export class FieldPicture {
  constructor(facts, labels) {
    this.facts = facts;
    this.labels = labels;
    this.real = unpackAs(facts.real, Uint16Array);
    this.heat = document.createElement("canvas");
    this.heat.width = this.heat.height = facts.grid;
  }

  decode(frame) {
    const arrows = Float32Array.from(unpackAs(frame.arrows, Int8Array), (v) => (v * frame.pull) / 127);
    return { ...frame, arrows, heat: unpackAs(frame.heat, Uint16Array), points: unpackAs(frame.points, Uint16Array), manifold: unpackAs(frame.manifold, Uint16Array) };
  }

  mix(a, b, share) {
    if (share >= 1 || a === b) return b;
    if (share <= 0) return a;
    const mixed = { step: a.step };
    for (const name of ["heat", "points", "arrows", "manifold"]) mixed[name] = between(a[name], b[name], share);
    for (const name of ["level", "span", "pull", "on_fake"]) mixed[name] = a[name] + (b[name] - a[name]) * share;
    return mixed;
  }

  name(i) {
    const axis = this.facts.axes[i];
    if (axis.name) return axis.name;
    return this.labels.component.replace("{n}", i + 1).replace("{share}", (100 * axis.share).toFixed(0));
  }

  layers() {
    const { labels, facts } = this;
    const found = [
      { name: "real", label: labels.real, mark: "●", role: "real" },
      { name: "generated", label: labels.generated, mark: "▲", role: "generated" },
      { name: "output", label: facts.probability ? labels.output : labels.score, mark: "▩", role: "muted" },
      { name: "decision", label: labels.decision, mark: "━", role: "discriminator" },
      { name: "arrows", label: labels.pull, mark: "➚", role: "discriminator" },
    ];
    if (facts.latent_dim <= 2) found.push({ name: "manifold", label: labels.manifold, mark: "▦", role: "generator" });
    return found;
  }

  note() {
    return "";
  }

  // Where the colours of the heat map end, in words.
  scale(frame) {
    const { labels, facts } = this;
    if (facts.probability) return [`0 ${labels.fake_end}`, `${labels.real_end} 1`];
    return [`${three(frame.level - frame.span)} ${labels.fake_end}`, `${labels.real_end} ${three(frame.level + frame.span)}`];
  }

  counts(frame) {
    return { points: frame.points.length / 2, real: this.real.length / 2, arrows: frame.arrows.length / 2, manifold: frame.manifold.length / 2 };
  }

  alt(moment, value) {
    const { labels } = this;
    return labels.alt_field.replace("{x}", this.name(0)).replace("{y}", this.name(1)).replace("{moment}", moment)
      .replace("{real}", this.real.length / 2).replace("{points}", this.points ?? 300).replace("{value}", value);
  }

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
    if (!hidden.has("real")) this.drawPoints(g, t.real, t.background, this.real, box, disc);
    if (!hidden.has("generated")) this.drawPoints(g, t.generated, t.background, frame.points, box, triangle);
    if (!hidden.has("arrows")) this.drawArrows(g, t, frame, box);
    g.restore();
    g.strokeStyle = t.border;
    g.lineWidth = 1;
    g.strokeRect(box.x + 0.5, box.y + 0.5, box.w - 1, box.h - 1);
    bottomAxis(g, t, box, this.facts.axes[0], this.name(0));
    sideAxis(g, t, box, this.facts.axes[1], this.name(1));
  }

  drawHeat(g, t, frame, box) {
    const n = this.facts.grid;
    const heat = this.heat.getContext("2d");
    const image = (this.image ??= heat.createImageData(n, n));
    const [real, fake] = [channels(t.real), channels(t.generated)];
    const strongest = t.dark ? 165 : 150;
    for (let k = 0; k < n * n; k++) {
      const side = frame.heat[k] / MIDDLE - 1; // -1 fake, 1 real
      const p = 4 * ((n - 1 - Math.floor(k / n)) * n + (k % n)); // the first row is the lowest
      const colour = side > 0 ? real : fake;
      image.data[p] = colour[0];
      image.data[p + 1] = colour[1];
      image.data[p + 2] = colour[2];
      image.data[p + 3] = strongest * Math.abs(side) ** GAMMA;
    }
    heat.putImageData(image, 0, 0);
    g.imageSmoothingEnabled = true;
    g.imageSmoothingQuality = "high";
    g.drawImage(this.heat, box.x, box.y, box.w, box.h);
  }

  // The line on which D cannot tell: marching squares over the grid.
  drawDecision(g, t, { heat }, box) {
    const n = this.facts.grid;
    let [low, high] = [Infinity, -Infinity];
    for (const v of heat) {
      if (v < low) low = v;
      if (v > high) high = v;
    }
    if (high - low < FLAT || low > MIDDLE || high < MIDDLE) return;
    const at = (i, j) => heat[j * n + i] - MIDDLE;
    const [dx, dy] = [box.w / n, box.h / n];
    const px = (i) => box.x + (i + 0.5) * dx;
    const py = (j) => box.y + box.h - (j + 0.5) * dy;
    g.beginPath();
    for (let j = 0; j < n - 1; j++) {
      for (let i = 0; i < n - 1; i++) {
        const [a, b, c, d] = [at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)];
        const crossed = [];
        if (a > 0 !== b > 0) crossed.push(px(i + a / (a - b)), py(j));
        if (b > 0 !== c > 0) crossed.push(px(i + 1), py(j + b / (b - c)));
        if (d > 0 !== c > 0) crossed.push(px(i + d / (d - c)), py(j + 1));
        if (a > 0 !== d > 0) crossed.push(px(i), py(j + a / (a - d)));
        for (let k = 0; k + 3 < crossed.length; k += 4) {
          g.moveTo(crossed[k], crossed[k + 1]);
          g.lineTo(crossed[k + 2], crossed[k + 3]);
        }
      }
    }
    g.strokeStyle = t.discriminator;
    g.lineWidth = 1.8;
    g.lineCap = "round";
    g.stroke();
  }

  // A curve for one dimension of noise, a net for two; a net's cells hold equally many fakes each.
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
          path(k, 1, 3), g.lineTo(x(k + 2 + 2 * m), y(k + 2 + 2 * m)), g.lineTo(x(k + 2 * m), y(k + 2 * m));
          g.fill();
        }
      }
    }
    g.beginPath();
    if (this.facts.latent_dim === 1) path(0, 1, manifold.length / 2);
    else for (let k = 0; k < m; k += 2) path(k * m, 1, m), path(k, m, m);
    g.strokeStyle = faded(t.generator, this.facts.latent_dim === 1 ? 0.95 : 0.6);
    g.lineWidth = this.facts.latent_dim === 1 ? 2 : 1;
    g.lineJoin = "round";
    g.stroke();
  }

  drawPoints(g, colour, edge, points, box, shape) {
    const size = points.length > 300 ? 3.2 : 4;
    g.beginPath();
    for (let k = 0; k < points.length; k += 2) {
      if (isInside(points[k]) && isInside(points[k + 1])) {
        shape(g, place(points[k], box.x, box.w), place(points[k + 1], box.y + box.h, -box.h), size);
      }
    }
    g.lineWidth = 1.6;
    g.lineJoin = "round";
    g.strokeStyle = faded(edge, 0.85);
    g.stroke();
    g.fillStyle = faded(colour, 0.9);
    g.fill();
    g.beginPath(); // what lies beyond the picture: hollow, at its edge
    for (let k = 0; k < points.length; k += 2) {
      if (isInside(points[k]) && isInside(points[k + 1])) continue;
      const x = Math.min(box.x + box.w - 5, Math.max(box.x + 5, place(points[k], box.x, box.w)));
      const y = Math.min(box.y + box.h - 5, Math.max(box.y + 5, place(points[k + 1], box.y + box.h, -box.h)));
      shape(g, x, y, 3);
    }
    g.lineWidth = 1;
    g.strokeStyle = colour;
    g.stroke();
  }

  drawArrows(g, t, { arrows, points, pull }, box) {
    if (!(pull > 0)) return;
    g.beginPath();
    for (let k = 0; k < arrows.length; k += 2) {
      const [dx, dy] = [(arrows[k] / pull) * REACH * box.w, (-arrows[k + 1] / pull) * REACH * box.h];
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

function isInside(q) {
  return q >= LOWEST && q <= HIGHEST;
}

function place(q, from, length) {
  return from + (length * (q - LOWEST)) / (HIGHEST - LOWEST);
}
