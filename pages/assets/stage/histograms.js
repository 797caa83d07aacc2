// The histograms of a run's features; if there are many, in pages.

import { histograms } from "../charts/histograms.js";
import { theme, WITHOUT_TOOLS } from "../charts/theme.js";

/** @import { View } from "./live.js" */

const AT_ONCE = { narrow: 4, wide: 8 };
const WIDTH = { narrow: 110, wide: 150 }; // pixels of one, at least

export class Histograms {
  page = 0;

  /** @param {View} view */
  constructor(view) {
    this.view = view;
    for (const button of view.parts.pager.querySelectorAll("button")) {
      button.onclick = () => this.#turn(Number(button.dataset.by));
    }
  }

  get atOnce() {
    return this.view.isNarrow ? AT_ONCE.narrow : AT_ONCE.wide;
  }

  get #pages() {
    return Math.ceil(this.view.data.features.length / this.atOnce);
  }

  /** The first feature on this page. */
  get from() {
    return this.page * this.atOnce;
  }

  draw() {
    const { Plotly, parts, root, data, received, moment, isNarrow } = this.view;
    if (!Plotly) return;
    const { traces, layout } = this.#panel();
    if (isNarrow) {
      const axes = Object.keys(layout).filter((name) => name.startsWith("xaxis"));
      for (const name of axes) Object.assign(layout[name], { nticks: 3, tickangle: 0 });
    }
    parts.histograms.style.minHeight = `${layout.height}px`;
    layout.uirevision = `${data.run}/${this.page}`;
    Plotly.react(parts.histograms, traces, layout, WITHOUT_TOOLS);
    this.#writePager();
    root.dataset.shown = String(received.shown);
    moment.drawBars();
  }

  #panel() {
    const { root, data, received, ghost, isNarrow } = this.view;
    /** @type {<T>(values: T[]) => T[]} */
    const part = (values) => values.slice(this.from, this.from + this.atOnce);
    const rows = {
      real: part(data.real),
      generated: received.densities && part(received.densities),
      ghost: ghost?.densities && part(ghost.densities),
      spread: received.spread?.map((end) => part(end)),
    };
    const fitting = (root.clientWidth || 800) / (isNarrow ? WIDTH.narrow : WIDTH.wide);
    const columns = Math.max(1, Math.min(4, Math.floor(fitting)));
    return histograms(theme(root), part(data.features), part(data.edges), rows, data.labels, columns);
  }

  #writePager() {
    const { pager } = this.view.parts;
    const all = this.view.data.features.length;
    pager.style.display = this.#pages > 1 ? "" : "none";
    const to = Math.min(all, this.from + this.atOnce);
    pager.children[1].textContent = `${this.from + 1}–${to} / ${all}`;
  }

  #turn(by) {
    this.page = (this.page + by + this.#pages) % this.#pages;
    this.draw();
  }
}
