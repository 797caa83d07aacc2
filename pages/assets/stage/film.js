// Home's picture: the game as a row of words, and a recorded run of the tutorial as a film.

import { escape, theme } from "../charts/theme.js";

const SECONDS = 9;
const REST = 2; // seconds on the last frame before it begins again
const films = new WeakMap();

export async function render({ data, parentElement }) {
  const root = parentElement.querySelector(".gf-film");
  films.get(root)?.stop();
  const film = await (await fetch(new URL(data.film, document.baseURI))).json();
  films.get(root)?.stop();
  const player = new Player(root, film, data.labels);
  films.set(root, player);
}

export function destroy(parentElement) {
  const root = parentElement.querySelector(".gf-film");
  if (root) films.get(root)?.stop();
}

class Player {
  constructor(root, film, labels) {
    this.film = film;
    this.labels = labels;
    this.real = points(film.real);
    this.frames = film.frames.map((f) => ({ epoch: f.epoch, points: points(f.points), output: bytes(f.output) }));
    const outputs = this.frames.flatMap((f) => [Math.min(...f.output), Math.max(...f.output)]);
    [this.low, this.high] = [Math.min(...outputs), Math.max(...outputs)];
    root.innerHTML = `<div class="gf-game">
        <span>${escape(labels.noise)}</span><i>→</i><b class="gf-g">G</b><i>→</i><span class="gf-fake">▲ ${escape(labels.generated)}</span>
        <i>→</i><b class="gf-d">D</b><i>←</i><span class="gf-real">● ${escape(labels.real)}</span></div>
      <canvas role="img" aria-label="${escape(labels.alt)}"></canvas>
      <div class="gf-film-line"><button type="button"></button><span></span></div>`;
    const t = theme(root);
    for (const [name, colour] of [["g", t.generator], ["d", t.discriminator]]) root.querySelector(`.gf-${name}`).style.background = colour;
    for (const [name, colour] of [["fake", t.generated], ["real", t.real]]) root.querySelector(`.gf-${name}`).style.color = colour;
    this.root = root;
    this.canvas = root.querySelector("canvas");
    this.button = root.querySelector("button");
    this.line = root.querySelector(".gf-film-line span");
    this.heat = document.createElement("canvas");
    this.heat.width = this.heat.height = film.grid;
    this.button.onclick = () => (this.playing ? this.pause() : this.play());
    this.at = 0;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.at = SECONDS;
      this.pause();
    } else this.play();
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.canvas);
  }

  play() {
    this.playing = true;
    if (this.at >= SECONDS) this.at = 0;
    this.button.textContent = "❚❚";
    this.button.setAttribute("aria-label", this.labels.pause);
    let before = performance.now();
    const tick = (now) => {
      if (!this.playing) return;
      this.at += Math.max(0, Math.min(0.1, (now - before) / 1000));
      before = now;
      if (this.at > SECONDS + REST) this.at = 0;
      this.draw();
      this.request = requestAnimationFrame(tick);
    };
    this.request = requestAnimationFrame(tick);
  }

  pause() {
    this.playing = false;
    this.button.textContent = "▶";
    this.button.setAttribute("aria-label", this.labels.play);
    this.draw();
  }

  stop() {
    this.playing = false;
    cancelAnimationFrame(this.request);
    this.observer?.disconnect();
  }

  draw() {
    const { canvas, frames } = this;
    const ratio = window.devicePixelRatio || 1;
    const [w, h] = [canvas.clientWidth, canvas.clientHeight];
    if (!w) return;
    if (canvas.width !== Math.round(w * ratio)) [canvas.width, canvas.height] = [Math.round(w * ratio), Math.round(h * ratio)];
    const g = canvas.getContext("2d");
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    const t = theme(this.root);
    const position = Math.min(1, this.at / SECONDS) * (frames.length - 1);
    const [i, share] = [Math.floor(position), position % 1];
    const [now, next] = [frames[i], frames[Math.min(i + 1, frames.length - 1)]];
    this.drawHeat(g, t, now, next, share, w, h);
    g.globalAlpha = 0.9;
    for (const [x, y] of this.real) disc(g, x * w, (1 - y) * h, t.real, t.background);
    now.points.forEach(([x, y], k) => {
      const [x1, y1] = next.points[k];
      triangle(g, (x + (x1 - x) * share) * w, (1 - (y + (y1 - y) * share)) * h, t.generated, t.background);
    });
    g.globalAlpha = 1;
    g.fillStyle = t.muted;
    g.font = `12px ${t.font}`;
    g.textAlign = "right";
    g.fillText(this.film.features[0] + " →", w - 8, h - 8);
    g.save();
    g.translate(16, 8);
    g.rotate(-Math.PI / 2);
    g.fillText(this.film.features[1] + " →", 0, 0);
    g.restore();
    const epoch = Math.round(now.epoch + (next.epoch - now.epoch) * share);
    this.line.textContent = this.labels.line.replace("{epoch}", epoch.toLocaleString("en-US"))
      .replace("{epochs}", this.film.epochs.toLocaleString("en-US"));
  }

  drawHeat(g, t, now, next, share, w, h) {
    const n = this.film.grid;
    const heat = this.heat.getContext("2d");
    const image = heat.createImageData(n, n);
    const colour = t.dark ? [169, 139, 240] : [122, 79, 208];
    for (let k = 0; k < n * n; k++) {
      const output = now.output[k] + (next.output[k] - now.output[k]) * share;
      const p = 4 * ((n - 1 - Math.floor(k / n)) * n + (k % n)); // the first row is the lowest
      image.data.set(colour, p);
      image.data[p + 3] = 120 * ((output - this.low) / (this.high - this.low || 1));
    }
    heat.putImageData(image, 0, 0);
    g.clearRect(0, 0, w, h);
    g.imageSmoothingEnabled = true;
    g.drawImage(this.heat, 0, 0, w, h);
  }
}

function bytes(text) {
  return Array.from(atob(text), (c) => c.charCodeAt(0));
}

function points(text) {
  const all = bytes(text);
  return Array.from({ length: all.length / 2 }, (_, i) => [all[2 * i] / 255, all[2 * i + 1] / 255]);
}

function disc(g, x, y, colour, edge) {
  g.beginPath();
  g.arc(x, y, 5, 0, 2 * Math.PI);
  paint(g, colour, edge);
}

function triangle(g, x, y, colour, edge) {
  g.beginPath();
  g.moveTo(x, y - 6);
  g.lineTo(x + 6, y + 5);
  g.lineTo(x - 6, y + 5);
  g.closePath();
  paint(g, colour, edge);
}

function paint(g, colour, edge) {
  g.fillStyle = colour;
  g.fill();
  g.strokeStyle = edge;
  g.lineWidth = 1;
  g.stroke();
}
