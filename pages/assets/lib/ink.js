// What all pictures on a canvas share: marks, axes, colours as numbers.

/** @import { Theme } from "../charts/theme.js" */
/** @typedef {CanvasRenderingContext2D} Canvas */
/** @typedef {{ x: number, y: number, w: number, h: number }} Box */
/** @typedef {{ low: number, high: number }} Span */

/** Red, green and blue, 0 to 255, of "#rrggbb", "#rgb" or "rgb(...)". @param {string} colour */
export function channels(colour) {
  if (!colour.startsWith("#")) return (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
  const full = colour.length === 4 ? colour.replace(/[0-9a-f]/gi, "$&$&") : colour;
  return [1, 3, 5].map((i) => parseInt(full.slice(i, i + 2), 16));
}

export function faded(colour, alpha) {
  return `rgba(${channels(colour).join(",")},${alpha})`;
}

/** How strong the colour is where D leans to a side: even a slight leaning should be visible.
 * @param {Theme} t @param {number} side from -1, generated, to 1, real */
export function leaning(t, side) {
  return (t.dark ? 165 : 150) * Math.sign(side) * Math.abs(side) ** 0.7;
}

/** Values on a grid as colours, blurred over a box.
 * @param {Canvas} g @param {HTMLCanvasElement} small a pixel for each value, n * n
 * @param {Box} box @param {number[][]} colours of values above 0, and of others
 * @param {(k: number) => number} value from -255 to 255, row by row from the lowest */
export function heatMap(g, small, box, [above, below], value) {
  const n = small.width;
  const heat = small.getContext("2d");
  const image = heat.createImageData(n, n);
  for (let k = 0; k < n * n; k++) {
    const strength = value(k);
    const colour = strength > 0 ? above : below;
    const p = 4 * ((n - 1 - Math.floor(k / n)) * n + (k % n));
    image.data[p] = colour[0];
    image.data[p + 1] = colour[1];
    image.data[p + 2] = colour[2];
    image.data[p + 3] = Math.abs(strength);
  }
  heat.putImageData(image, 0, 0);
  g.imageSmoothingEnabled = true;
  g.imageSmoothingQuality = "high";
  g.drawImage(small, box.x, box.y, box.w, box.h);
}

export function disc(g, x, y, r) {
  g.moveTo(x + r, y);
  g.arc(x, y, r, 0, 2 * Math.PI);
}

export function triangle(g, x, y, r) {
  g.moveTo(x, y - 1.15 * r);
  g.lineTo(x + 1.1 * r, y + 0.85 * r);
  g.lineTo(x - 1.1 * r, y + 0.85 * r);
  g.closePath();
}

// An arrow as a path; a line if too short for a head.
export function arrow(g, x, y, dx, dy) {
  const length = Math.hypot(dx, dy);
  g.moveTo(x, y);
  g.lineTo(x + dx, y + dy);
  if (length < 5) return;
  const [ux, uy] = [dx / length, dy / length];
  const head = Math.min(6, 0.45 * length);
  for (const side of [-1, 1]) {
    g.moveTo(x + dx, y + dy);
    g.lineTo(x + dx - head * (ux - side * 0.55 * uy), y + dy - head * (uy + side * 0.55 * ux));
  }
}

/** Round numbers along an axis, at most `most` + 1 of them, each with its text.
 * @param {number} low @param {number} high @param {number} most @returns {[number, string][]} */
export function ticks(low, high, most) {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((m) => m * power >= rough) * power;
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++)
    found.push([k * step, short(k * step, digits)]);
  return found;
}

function short(value, digits) {
  if (Math.abs(value) >= 1e5) return value.toExponential(1);
  return (Math.abs(value) < 1e-12 ? 0 : value).toFixed(Math.min(8, digits));
}

// Text that is legible on any background.
export function text(g, words, x, y, look) {
  const { colour, ground, align = "center", base = "alphabetic" } = look;
  g.textAlign = align;
  g.textBaseline = base;
  if (ground) {
    g.strokeStyle = ground;
    g.lineWidth = 3;
    g.lineJoin = "round";
    g.strokeText(words, x, y);
  }
  g.fillStyle = colour;
  g.fillText(words, x, y);
}

/** Where a value lies along the lower side of a box. @param {Box} box @param {Span} axis */
export function across(box, axis) {
  return (value) => box.x + (box.w * (value - axis.low)) / (axis.high - axis.low);
}

/** Where a value lies along the left side of a box. @param {Box} box @param {Span} axis */
export function upward(box, axis) {
  return (value) => box.y + box.h - (box.h * (value - axis.low)) / (axis.high - axis.low);
}

// Numbers and name of the axis below a box, and of the one on its left.
export function bottomAxis(g, t, box, axis, name, ground = null) {
  g.font = `12px ${t.font}`;
  const at = across(box, axis);
  for (const [value, words] of ticks(axis.low, axis.high, Math.max(2, Math.floor(box.w / 70)))) {
    const x = at(value);
    line(g, t.border, x, box.y + box.h, x, box.y + box.h + 4);
    text(g, words, x, box.y + box.h + 6, { colour: t.muted, ground, base: "top" });
  }
  if (name) text(g, name, box.x + box.w / 2, box.y + box.h + 30, { colour: t.text, base: "middle" });
}

export function sideAxis(g, t, box, axis, name, { right = false, colour = t.text } = {}) {
  g.font = `12px ${t.font}`;
  const edge = right ? box.x + box.w : box.x;
  const out = right ? 1 : -1;
  const at = upward(box, axis);
  for (const [value, words] of ticks(axis.low, axis.high, Math.max(2, Math.floor(box.h / 60)))) {
    const y = at(value);
    line(g, t.border, edge, y, edge + 4 * out, y);
    text(g, words, edge + 7 * out, y, {
      colour: t.muted,
      align: right ? "left" : "right",
      base: "middle",
    });
  }
  g.save();
  g.translate(right ? edge + 40 : 9, box.y + box.h / 2);
  g.rotate(-Math.PI / 2);
  text(g, name, 0, 0, { colour, base: "middle" });
  g.restore();
}

export function line(g, colour, x0, y0, x1, y1) {
  g.strokeStyle = colour;
  g.lineWidth = 1;
  g.beginPath();
  g.moveTo(x0, y0);
  g.lineTo(x1, y1);
  g.stroke();
}
