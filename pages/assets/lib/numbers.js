// Numbers as they come from the server, and interpolation between two frames.

/** base64 of little-endian float32, the byte order of every machine with a browser.
 * @param {string} text @returns {number[]} */
export function unpack(text) {
  return Array.from(unpackAs(text, Float32Array));
}

/** base64 of little-endian numbers of a kind: Uint16Array, Float32Array, ...
 * @template T @param {string} text @param {new (buffer: ArrayBuffer) => T} Kind @returns {T} */
export function unpackAs(text, Kind) {
  return new Kind(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
}

/** The smallest and the largest of any number of values. @param {ArrayLike<number>} values */
export function extent(values) {
  let [low, high] = [Infinity, -Infinity];
  for (let k = 0; k < values.length; k++) {
    low = Math.min(low, values[k]);
    high = Math.max(high, values[k]);
  }
  return [low, high];
}

/** Interpolate between two arrays; if their lengths differ, take the second.
 * @template {ArrayLike<number>} T @param {T} a @param {T} b
 * @param {number} share 0 for a, 1 for b @returns {T | Float32Array} */
export function between(a, b, share) {
  if (share >= 1 || a.length !== b.length) return b;
  if (share <= 0) return a;
  const mixed = new Float32Array(a.length);
  for (let i = 0; i < a.length; i++) mixed[i] = a[i] + (b[i] - a[i]) * share;
  return mixed;
}

/** Interpolate between two frames of a picture.
 * @template {{ step: number }} T @param {T} a @param {T} b
 * @param {number} share 0 for a, 1 for b
 * @param {string[]} arrays names of arrays blended value by value
 * @param {string[]} numbers names of single numbers @returns {T} */
export function blend(a, b, share, arrays, numbers) {
  if (share >= 1 || a === b) return b;
  if (share <= 0) return a;
  const mixed = { ...a };
  for (const name of arrays) mixed[name] = between(a[name], b[name], share);
  for (const name of numbers) mixed[name] = a[name] + (b[name] - a[name]) * share;
  return mixed;
}
