// A surface on which people draw a data set: points are sprayed with mouse, pen or finger, or set
// with the keyboard. A point is two bytes, its place on a grid of 256 x 256, as in gan_core's drawing.py.

import { theme } from "../charts/theme.js";

const SPRAYED = 3; // points where the brush is put down, and again after each stride
const STRIDE = 10; // places of the grid
const BRUSH = 9; // radius, in places of the grid
const MARGIN = 10; // pixels around the grid, so that points at its edge are whole
const UNDONE_AT_ONCE = 10; // of points that an earlier visit drew, whose strokes nobody knows
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const KEY_STEP = 4;
const KEY_STEP_WITH_SHIFT = 20;
const PATIENCE = 300; // milliseconds without a key, then the points set with it are sent

const views = new WeakMap();

export function render({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".gf-draw");
  let view = views.get(root);
  if (!view) views.set(root, (view = new View(root)));
  view.show(data, setTriggerValue);
}

export function destroy(parentElement) {
  const root = parentElement.querySelector(".gf-draw");
  if (root) views.get(root)?.end();
}

class View {
  constructor(root) {
    this.root = root;
    root.innerHTML = `<canvas tabindex="0" role="application"></canvas>
      <div class="gf-draw-line"><span role="status"></span><button type="button"></button><button type="button"></button></div>
      <div class="gf-draw-hint"></div>`;
    this.canvas = root.querySelector("canvas");
    this.line = root.querySelector("span");
    [this.undoButton, this.clearButton] = root.querySelectorAll("button");
    this.undoButton.onclick = () => this.undo();
    this.clearButton.onclick = () => this.clear();
    this.points = [];
    this.strokes = []; // with which point each begins
    this.known = new Set(); // drawings that were begun with or sent: the page only echoes them
    this.cross = [128, 128];
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
      this.spray((this.brush = this.place(event)));
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

  show(data, setTriggerValue) {
    this.tell = setTriggerValue;
    this.most = data.most;
    this.labels = data.labels;
    if (!this.known.has(data.drawing)) {
      this.known.add(data.drawing);
      this.points = unpack(data.drawing);
      this.strokes = this.points.map((_, i) => i).filter((i) => i % UNDONE_AT_ONCE === 0);
    }
    this.canvas.setAttribute("aria-label", data.labels.surface);
    this.undoButton.textContent = data.labels.undo;
    this.clearButton.textContent = data.labels.clear;
    this.root.querySelector(".gf-draw-hint").textContent = data.labels.hint;
    this.draw();
  }

  // Where on the grid an event of the pointer is; may lie outside.
  place(event) {
    const box = this.canvas.getBoundingClientRect();
    const span = box.width - 2 * MARGIN;
    return [255 * ((event.clientX - box.left - MARGIN) / span), 255 * (1 - (event.clientY - box.top - MARGIN) / span)];
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
    if (this.points.length < this.most) this.points.push(place.map((v) => Math.max(0, Math.min(255, Math.round(v)))));
  }

  key(event) {
    const way = KEYS[event.key];
    if ((event.ctrlKey || event.metaKey) && event.key === "z") this.undo();
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (way) {
      const step = event.shiftKey ? KEY_STEP_WITH_SHIFT : KEY_STEP;
      this.cross = this.cross.map((v, i) => Math.max(0, Math.min(255, v + step * way[i])));
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
    this.points.length = this.strokes.pop();
    this.send();
  }

  clear() {
    this.points = [];
    this.strokes = [];
    this.send();
  }

  send() {
    clearTimeout(this.waiting);
    this.waiting = null;
    const text = pack(this.points);
    this.known.add(text);
    this.tell("drawing", { text });
    this.draw();
  }

  draw() {
    const { canvas, labels, points } = this;
    const size = canvas.clientWidth;
    if (!size || !labels) return;
    const ratio = window.devicePixelRatio || 1;
    if (canvas.width !== Math.round(size * ratio)) canvas.width = canvas.height = Math.round(size * ratio);
    const g = canvas.getContext("2d");
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.clearRect(0, 0, size, size);
    const t = theme(this.root);
    const at = ([x, y]) => [MARGIN + ((size - 2 * MARGIN) * x) / 255, MARGIN + (size - 2 * MARGIN) * (1 - y / 255)];
    this.drawAxes(g, t, size, at);
    g.fillStyle = t.real;
    g.globalAlpha = 0.7;
    for (const point of points) {
      g.beginPath();
      g.arc(...at(point), 3, 0, 2 * Math.PI);
      g.fill();
    }
    g.globalAlpha = 1;
    if (document.activeElement === canvas && canvas.matches(":focus-visible")) this.drawCross(g, t, at(this.cross));
    this.line.textContent = labels.count.replace("{n}", points.length).replace("{most}", this.most);
    this.undoButton.disabled = !this.strokes.length;
    this.clearButton.disabled = !points.length;
    if (document.activeElement?.disabled && this.root.contains(document.activeElement)) canvas.focus();
    this.root.dataset.points = points.length;
  }

  drawAxes(g, t, size, at) {
    g.strokeStyle = t.border;
    g.fillStyle = t.muted;
    g.font = `11px ${t.font}`;
    g.textAlign = "left";
    for (const [place, name] of [[0, "-1"], [127.5, "0"], [255, "1"]]) {
      const [x, y] = at([place, place]);
      g.beginPath();
      g.moveTo(x, 0);
      g.lineTo(x, size);
      g.moveTo(0, y);
      g.lineTo(size, y);
      g.stroke();
      if (place) g.fillText(name, 13, place === 255 ? y + 12 : y - 4);
      if (place < 255) g.fillText(name, x + 3, size - 13);
      else g.fillText(name, x - 9, size - 13);
    }
  }

  drawCross(g, t, [x, y]) {
    g.strokeStyle = t.text;
    g.lineWidth = 1.4;
    g.beginPath();
    g.moveTo(x - 12, y);
    g.lineTo(x + 12, y);
    g.moveTo(x, y - 12);
    g.lineTo(x, y + 12);
    g.stroke();
    g.lineWidth = 1;
  }

  end() {
    clearTimeout(this.waiting);
    this.observer.disconnect();
    views.delete(this.root);
  }
}

function pack(points) {
  const text = btoa(String.fromCharCode(...points.flat()));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function unpack(text) {
  const bytes = Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  return Array.from({ length: bytes.length / 2 }, (_, i) => [bytes[2 * i], bytes[2 * i + 1]]);
}
