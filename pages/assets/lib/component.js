// The life of a component on the page: Streamlit calls `render` with new data whenever the page's
// script has run, and `destroy` once.

import { oneEntryAPage } from "./address.js";

/** @typedef {(name: string, value: unknown) => void} Trigger lets the page's script run */
/** @typedef {{ show: (data: any, trigger: Trigger) => void, end: () => void }} Mounted */

if (globalThis.history) oneEntryAPage(window);

/** @param {string} name class of the root element @param {(root: HTMLElement) => Mounted} make */
export function component(name, make) {
  const views = new WeakMap();
  return {
    render({ data, parentElement, setTriggerValue }) {
      const root = find(parentElement, `.${name}`);
      if (!views.has(root)) views.set(root, make(root));
      views.get(root).show(data, setTriggerValue);
    },
    destroy(parentElement) {
      const root = parentElement.querySelector(`.${name}`);
      if (!root) return;
      views.get(root)?.end();
      views.delete(root);
    },
  };
}

/** An element that must exist; the caller knows its kind. @returns {any} */
export function find(root, selector) {
  const found = root.querySelector(selector);
  if (!found) throw new Error(`there is no ${selector}`);
  return found;
}

/** A function that calls back at most once per screen frame, however often it is called.
 * @param {() => void} callback */
export function onceAFrame(callback) {
  let isAsked = false;
  return () => {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(() => {
      isAsked = false;
      callback();
    });
  };
}

/** Call back at every screen frame with the seconds since the one before, at most 0.1: a tab that
 * slept continues where it was. @param {(passed: number) => void} callback
 * @returns {() => void} ends it */
export function everyFrame(callback) {
  let before = performance.now();
  const tick = (now) => {
    request = requestAnimationFrame(tick);
    const passed = Math.max(0, Math.min(0.1, (now - before) / 1000));
    before = now;
    callback(passed);
  };
  let request = requestAnimationFrame(tick);
  return () => cancelAnimationFrame(request);
}

/** Call once what is drawn now is on the screen: in the frame after the next one.
 * @param {() => void} then */
export function painted(then) {
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(then)));
}

/** A blank canvas at the screen's full resolution, scaled to CSS pixels.
 * @param {HTMLCanvasElement} canvas @param {number} w width in CSS pixels @param {number} h */
export function blank(canvas, w, h) {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [Math.round(w * ratio), Math.round(h * ratio)];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const g = canvas.getContext("2d");
  g.setTransform(ratio, 0, 0, ratio, 0, 0);
  g.clearRect(0, 0, w, h);
  return g;
}
