// Where a field on a grid crosses a level.

/** Marching squares with linear interpolation along the edges of the cells.
 * @param {ArrayLike<number>} values row by row from the lowest, n * n
 * @param {number} n points along each side @param {number} level
 * @returns {number[]} segments, as x0, y0, x1, y1 in grid coordinates: 0 to n - 1 */
export function contour(values, n, level) {
  const segments = [];
  const at = (i, j) => values[j * n + i] - level;
  for (let j = 0; j < n - 1; j++) {
    for (let i = 0; i < n - 1; i++) {
      const [a, b, c, d] = [at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)];
      const crossed = [];
      if (a > 0 !== b > 0) crossed.push(i + a / (a - b), j);
      if (b > 0 !== c > 0) crossed.push(i + 1, j + b / (b - c));
      if (d > 0 !== c > 0) crossed.push(i + d / (d - c), j + 1);
      if (a > 0 !== d > 0) crossed.push(i, j + a / (a - d));
      segments.push(...crossed);
    }
  }
  return segments;
}
