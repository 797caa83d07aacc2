// Fewer points of a curve, without losing its peaks.

/** Thin out evenly: the range of steps is cut into buckets of equal length, and each
 * bucket keeps the points at which a column has its smallest or its largest value. Every point
 * kept is one of those given, at its own step, so thinning invents nothing.
 * @param {number[]} steps ascending
 * @param {number[][]} columns each as long as the steps; NaN: no value
 * @param {number} most points to keep, at least two plus two per column
 * @returns {{ steps: number[], columns: number[][] }} as given if they are few enough */
export function thin(steps, columns, most) {
  const last = steps.length - 1;
  if (last < most) return { steps, columns };
  const buckets = Math.floor((most - 2) / (2 * columns.length));
  const scale = buckets / (steps[last] - steps[0]);
  const bucketOf = (i) => Math.min(buckets - 1, Math.floor((steps[i] - steps[0]) * scale));
  const kept = new Set([0, last]);
  for (let from = 0, to = 0; from <= last; from = to) {
    const bucket = bucketOf(from);
    while (to <= last && bucketOf(to) === bucket) to++;
    for (const column of columns) for (const i of extremes(column, from, to)) kept.add(i);
  }
  const places = [...kept].sort((a, b) => a - b);
  const pick = (values) => places.map((i) => values[i]);
  return { steps: pick(steps), columns: columns.map(pick) };
}

/** The indices of a column's smallest and largest value in a range; none without any value.
 * @param {number[]} column @param {number} from @param {number} to after the last index */
function extremes(column, from, to) {
  let [low, high] = [-1, -1];
  for (let i = from; i < to; i++) {
    if (low < 0 ? !Number.isNaN(column[i]) : column[i] < column[low]) low = i;
    if (high < 0 ? !Number.isNaN(column[i]) : column[i] > column[high]) high = i;
  }
  return low < 0 ? [] : [low, high];
}
