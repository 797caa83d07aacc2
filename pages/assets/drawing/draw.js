// A surface for drawing a data set: points are sprayed with mouse, pen or finger, or set
// with the keyboard. A point is two bytes, its cell on a 256 x 256 grid, as in gan_core's drawing.py.

import { theme } from "../charts/theme.js";
import { blank, component, find } from "../lib/component.js";
import { fill } from "../lib/format.js";
import { disc, line } from "../lib/ink.js";
import { unpackAs } from "../lib/numbers.js";

/** @import { DrawData } from "../lib/types.js" */
/** @import { Trigger } from "../lib/component.js" */

const SPRAYED = 3; // points where the brush is put down, and again after each stride
const STRIDE = 10; // grid cells
const BRUSH = 9; // radius, in grid cells
const MARGIN = 10; // pixels around the grid, so that points at its edge are not clipped
const UNDONE_AT_ONCE = 10; // points from an earlier visit, whose strokes are not known
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const KEY_STEP = 4;
const KEY_STEP_WITH_SHIFT = 20;
const PATIENCE = 300; // milliseconds without a key until the points set with it are sent

class Surface {
  points = [];
  strokes = []; // the first point of each
  known = new Set(); // drawings that were loaded or sent: the page only echoes them
  cross = [128, 128];
  brush = null; // its position while it is down
  most = 0; // maximum points of a drawing
  waiting = 0; // timer for sending what the keyboard set

  constructor(root) {
    this.root = root;
    root.innerHTML = `<canvas tabindex="0" role="application"></canvas>
      <div class="gf-draw-line"><span role="status"></span>
        <button type="button"></button><button type="button"></button></div>
      <div class="gf-draw-hint"></div>`;
    this.canvas = find(root, "canvas");
    this.line = find(root, "span");
    this.undoButton = root.querySelectorAll("button")[0];
    this.clearButton = root.querySelectorAll("button")[1];
    this.undoButton.onclick = () => this.undo();
    this.clearButton.onclick = () => this.clear();
    this.listen();
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.canvas);
  }

  listen() {
    const { canvas } = this;
    canvas.onpointerdown = (event) => {
      if (!event.isPrimary || event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      this.stroke();
      this.brush = this.place(event);
      this.spray(this.brush);
      this.draw();
    };
    canvas.onpointermove = (event) => {
      if (!event.isPrimary || !this.brush) return;
      const events = event.getCoalescedEvents?.() ?? [];
      for (const moved of events.length ? events : [event]) this.drag(this.place(moved));
      this.draw();
    };
    canvas.onpointerup = canvas.onpointercancel = (event) => {
      if (!event.isPrimary || !this.brush) return;
      this.brush = null;
      this.send();
    };
    canvas.onkeydown = (event) => this.key(event);
    canvas.onfocus = () => this.draw();
    canvas.onblur = () => {
      if (this.waiting) this.send();
      this.draw();
    };
  }

  /** @param {DrawData} data @param {Trigger} trigger */
  show(data, trigger) {
    this.trigger = trigger;
    this.most = data.most;
    this.labels = data.labels;
    if (!this.known.has(data.drawing)) {
      this.known.add(data.drawing);
      this.points = unpackDrawing(data.drawing);
      this.strokes = this.points.map((_, i) => i).filter((i) => i % UNDONE_AT_ONCE === 0);
    }
    this.canvas.setAttribute("aria-label", data.labels.surface);
    this.undoButton.textContent = data.labels.undo;
    this.clearButton.textContent = data.labels.clear;
    find(this.root, ".gf-draw-hint").textContent = data.labels.hint;
    this.draw();
  }

  // The grid position of a pointer event; may lie outside.
  place(event) {
    const box = this.canvas.getBoundingClientRect();
    const span = box.width - 2 * MARGIN;
    const [x, y] = [event.clientX - box.left - MARGIN, event.clientY - box.top - MARGIN];
    return [(255 * x) / span, 255 * (1 - y / span)];
  }

  stroke() {
    this.strokes.push(this.points.length);
  }

  drag(to) {
    const [dx, dy] = [to[0] - this.brush[0], to[1] - this.brush[1]];
    const strides = Math.floor(Math.hypot(dx, dy) / STRIDE);
    if (!strides) return;
    const [x, y] = this.brush;
    for (let i = 1; i <= strides; i++) this.spray([x + (dx * i) / strides, y + (dy * i) / strides]);
    this.brush = to;
  }

  spray([x, y]) {
    for (let i = 0; i < SPRAYED; i++) {
      const [angle, radius] = [2 * Math.PI * Math.random(), BRUSH * Math.sqrt(Math.random())];
      this.add([x + radius * Math.cos(angle), y + radius * Math.sin(angle)]);
    }
  }

  add(place) {
    if (this.points.length < this.most) this.points.push(place.map((v) => onGrid(Math.round(v))));
  }

  key(event) {
    const way = KEYS[event.key];
    if ((event.ctrlKey || event.metaKey) && event.key === "z") this.undo();
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (way) {
      const step = event.shiftKey ? KEY_STEP_WITH_SHIFT : KEY_STEP;
      this.cross = this.cross.map((v, i) => onGrid(v + step * way[i]));
    } else if (event.key === " ") {
      this.stroke();
      this.add(this.cross);
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.send(), PATIENCE);
    } else return;
    event.preventDefault();
    this.draw();
  }

  undo() {
    if (!this.strokes.length) return;
    this.points.length = this.strokes.pop() ?? 0;
    this.send();
  }

  clear() {
    this.points = [];
    this.strokes = [];
    this.send();
  }

  send() {
    clearTimeout(this.waiting);
    this.waiting = 0;
    const text = pack(this.points);
    this.known.add(text);
    this.trigger("drawing", { text });
    this.draw();
  }

  draw() {
    const { canvas, labels, points } = this;
    const size = canvas.clientWidth;
    if (!size || !labels) return;
    const g = blank(canvas, size, size);
    const t = theme(this.root);
    const span = size - 2 * MARGIN;
    /** @type {(place: number[]) => number[]} */
    const at = ([x, y]) => [MARGIN + (span * x) / 255, MARGIN + span * (1 - y / 255)];
    this.drawAxes(g, t, size, at);
    g.fillStyle = t.real;
    g.globalAlpha = 0.7;
    for (const point of points) {
      const [x, y] = at(point);
      g.beginPath();
      disc(g, x, y, 3);
      g.fill();
    }
    g.globalAlpha = 1;
    const focused = /** @type {any} */ (document.activeElement);
    if (focused === canvas && canvas.matches(":focus-visible")) this.drawCross(g, t, at(this.cross));
    this.line.textContent = fill(labels.count, { n: points.length, most: this.most });
    this.undoButton.disabled = !this.strokes.length;
    this.clearButton.disabled = !points.length;
    if (focused?.disabled && this.root.contains(focused)) canvas.focus();
    this.root.dataset.points = String(points.length);
  }

  drawAxes(g, t, size, at) {
    g.fillStyle = t.muted;
    g.font = `11px ${t.font}`;
    g.textAlign = "left";
    for (const value of [-1, 0, 1]) {
      const [name, place] = [String(value), 127.5 * (value + 1)];
      const [x, y] = at([place, place]);
      line(g, t.border, x, 0, x, size);
      line(g, t.border, 0, y, size, y);
      if (place) g.fillText(name, 13, place === 255 ? y + 12 : y - 4);
      if (place < 255) g.fillText(name, x + 3, size - 13);
      else g.fillText(name, x - 9, size - 13);
    }
  }

  drawCross(g, t, place) {
    const [x, y] = place;
    line(g, t.text, x - 12, y, x + 12, y);
    line(g, t.text, x, y - 12, x, y + 12);
  }

  end() {
    clearTimeout(this.waiting);
    this.observer.disconnect();
  }
}

function onGrid(value) {
  return Math.max(0, Math.min(255, value));
}

/** Two bytes a point, in base64 for addresses. */
export function pack(points) {
  const text = btoa(String.fromCharCode(...points.flat()));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function unpackDrawing(text) {
  const bytes = unpackAs(text.replaceAll("-", "+").replaceAll("_", "/"), Uint8Array);
  return Array.from({ length: bytes.length / 2 }, (_, i) => [bytes[2 * i], bytes[2 * i + 1]]);
}

export const { render, destroy } = component("gf-draw", (root) => new Surface(root));
