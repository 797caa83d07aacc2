// Home's picture: the game as a row of words, and a recorded run of the tutorial as a film.

import { theme } from "../charts/theme.js";
import { ask } from "../lib/ask.js";
import { blank, component, everyFrame, find } from "../lib/component.js";
import { escapeHtml, fill, whole } from "../lib/format.js";
import { channels, disc, heatMap, leaning, triangle } from "../lib/ink.js";
import { extent, unpackAs } from "../lib/numbers.js";

/** @import { FilmData, Labels, RecordedFilm } from "../lib/types.js" */

const SECONDS = 9;
const REST = 2; // seconds on the last frame before it starts again
const SIZE = 5; // pixels, of a point
const UNDECIDED = 127.5; // of D's outputs as bytes

class Film {
  at = 0; // seconds
  /** @type {(() => void) | null} */
  halt = null; // while it plays
  isOver = false;

  constructor(root) {
    this.root = root;
    this.heat = document.createElement("canvas");
    this.observer = new ResizeObserver(() => this.draw());
  }

  /** @param {FilmData} data */
  async show({ film, labels }) {
    this.labels = labels;
    if (this.film) return;
    const answer = await ask(film);
    if (this.film || this.isOver || !answer.ok) return;
    this.read(answer.body);
    this.build(labels);
    this.observer.observe(this.canvas);
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.at = SECONDS;
      this.pause();
    } else this.play();
  }

  /** @param {RecordedFilm} film */
  read(film) {
    this.film = film;
    this.heat.width = this.heat.height = film.grid;
    this.real = places(film.real);
    this.frames = film.frames.map(({ epoch, points, output }) => {
      return { epoch, points: places(points), output: unpackAs(output, Uint8Array) };
    });
    this.ends = extent(this.frames.flatMap(({ output }) => extent(output)));
  }

  /** @param {Labels} labels */
  build(labels) {
    const { root } = this;
    const t = theme(root);
    const player = (name, role) => `<b style="background:${t[role]}">${name}</b>`;
    const rows = (mark, role) => `<span><i style="color:${t[role]}">${mark}</i> ${escapeHtml(labels[role])}</span>`;
    root.innerHTML = `<div class="gf-game"><span>${escapeHtml(labels.noise)}</span>
        <i>→</i>${player("G", "generator")}<i>→</i>${rows("▲", "generated")}
        <i>→</i>${player("D", "discriminator")}<i>←</i>${rows("●", "real")}</div>
      <canvas role="img" aria-label="${escapeHtml(labels.alt)}"></canvas>
      <div class="gf-film-line"><button type="button"></button><span></span></div>`;
    this.canvas = find(root, "canvas");
    this.button = find(root, "button");
    this.line = find(root, ".gf-film-line span");
    this.button.onclick = () => (this.halt ? this.pause() : this.play());
  }

  play() {
    if (this.at >= SECONDS) this.at = 0;
    this.button.textContent = "❚❚";
    this.button.setAttribute("aria-label", this.labels.pause);
    this.halt = everyFrame((passed) => {
      this.at += passed;
      if (this.at > SECONDS + REST) this.at = 0;
      this.draw();
    });
  }

  pause() {
    this.halt?.();
    this.halt = null;
    this.button.textContent = "▶";
    this.button.setAttribute("aria-label", this.labels.play);
    this.draw();
  }

  end() {
    this.isOver = true;
    this.halt?.();
    this.observer.disconnect();
  }

  draw() {
    const { canvas, frames, film } = this;
    const [w, h] = [canvas.clientWidth, canvas.clientHeight];
    if (!w) return;
    const g = blank(canvas, w, h);
    const t = theme(this.root);
    const position = Math.min(1, this.at / SECONDS) * (frames.length - 1);
    const [i, share] = [Math.floor(position), position % 1];
    const [now, next] = [frames[i], frames[Math.min(i + 1, frames.length - 1)]];
    this.drawHeat(g, t, now, next, share, w, h);
    g.globalAlpha = 0.9;
    for (const [x, y] of this.real) drawPoint(g, t, t.real, disc, x * w, (1 - y) * h);
    now.points.forEach(([x, y], k) => {
      const [x1, y1] = next.points[k];
      const [left, up] = [x + (x1 - x) * share, y + (y1 - y) * share];
      drawPoint(g, t, t.generated, triangle, left * w, (1 - up) * h);
    });
    g.globalAlpha = 1;
    g.fillStyle = t.muted;
    g.font = `12px ${t.font}`;
    g.textAlign = "right";
    g.fillText(`${film.features[0]} →`, w - 8, h - 8);
    g.save();
    g.translate(16, 8);
    g.rotate(-Math.PI / 2);
    g.fillText(`${film.features[1]} →`, 0, 0);
    g.restore();
    const epoch = whole(now.epoch + (next.epoch - now.epoch) * share);
    this.line.textContent = fill(this.labels.line, { epoch, epochs: whole(film.epochs) });
  }

  drawHeat(g, t, now, next, share, w, h) {
    const colours = [t.real, t.generated].map(channels); // as in the arena
    const reach = Math.max(...this.ends.map((end) => Math.abs(end - UNDECIDED))) || 1;
    heatMap(g, this.heat, { x: 0, y: 0, w, h }, colours, (k) => {
      const output = now.output[k] + (next.output[k] - now.output[k]) * share;
      return leaning(t, (output - UNDECIDED) / reach);
    });
  }
}

/** Points of the unit square. @param {string} text two bytes each, in base64 */
function places(text) {
  const all = unpackAs(text, Uint8Array);
  return Array.from({ length: all.length / 2 }, (_, i) => [all[2 * i] / 255, all[2 * i + 1] / 255]);
}

function drawPoint(g, t, colour, shape, x, y) {
  g.beginPath();
  shape(g, x, y, SIZE);
  g.fillStyle = colour;
  g.fill();
  g.strokeStyle = t.background;
  g.lineWidth = 1;
  g.stroke();
}

export const { render, destroy } = component("gf-film", (root) => new Film(root));
