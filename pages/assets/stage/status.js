// The status line above the charts, and the progress bar.

import { duration, escapeHtml, fill, whole } from "../lib/format.js";

/** @import { LiveData, LiveUpdate } from "../lib/types.js" */
/** @import { Received } from "./received.js" */

export class Status {
  constructor(line, progress) {
    this.line = line;
    this.progress = progress;
  }

  write(data, update, received) {
    for (const part of [this.line, this.progress]) part.style.display = data.run ? "" : "none";
    if (!data.run) return;
    const why = data.draw ? `<span class="gf-why"> · ${escapeHtml(data.draw)}</span>` : "";
    this.line.innerHTML = words(data, update, received).join(" · ") + why;
    const share = Math.min(100, (100 * (update.epochs_done ?? 0)) / data.epochs);
    this.progress.firstElementChild.style.width = `${share}%`;
    this.progress.setAttribute("aria-valuenow", share.toFixed(0));
    this.progress.setAttribute("aria-label", data.labels.progress);
  }

  say(message) {
    this.line.textContent = message;
  }
}

/** @param {LiveData} data @param {Partial<LiveUpdate>} update @param {Received} received */
function words({ labels, epochs }, update, { band, step }) {
  const { status = "", epochs_done: done, rate, seconds_left: left, place } = update;
  const found = [`${escapeHtml(labels.epoch)} <b>${whole(done)}</b> / ${whole(epochs)}`];
  if (status === "queued") {
    found.unshift(update.unattended ? escapeHtml(labels.unattended) : fill(labels.queued, { place: place || "…" }));
  }
  if (band) found.push(fill(labels.seeds, { done: band.finished, all: band.members }));
  else if (["paused", "stopped"].includes(status)) {
    found.push(`${escapeHtml(labels.step)} <b>${whole(step)}</b>`);
  }
  if (status === "running") {
    if (rate) found.push(`${whole(rate)} ${escapeHtml(labels.rate)}`);
    if (left != null) found.push(fill(labels.left, { time: duration(left) }));
  }
  return found;
}
