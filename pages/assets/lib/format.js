// Formatting of numbers and text.

/** A whole number with thousands separators; a missing one is 0.
 * @param {number | null} [number] */
export function whole(number) {
  return Math.round(number ?? 0).toLocaleString("en-US");
}

/** Three significant digits, without trailing zeros. @param {number} value */
export function three(value) {
  return Number(value.toPrecision(3)).toString();
}

/** @param {number} seconds */
export function duration(seconds) {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  const min = Math.round(seconds / 60);
  return `${Math.floor(min / 60)} h ${min % 60} min`;
}

/** A template with its placeholders filled in: `fill("step {n}", { n: 3 })`. One without a value
 * stays as it is.
 * @param {string} template @param {Record<string, string | number>} values */
export function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (all, name) => String(values[name] ?? all));
}

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text that is safe inside HTML. @param {unknown} text */
export function escapeHtml(text) {
  return String(text).replace(/[&<>"]/g, (c) => ENTITIES[c]);
}
