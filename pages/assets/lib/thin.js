// Fewer points of a curve, without losing its peaks.

/** Thin out evenly: the range of steps is cut into buckets of equal length, and each
 * bucket keeps the points at which a column has its smallest or its largest value. Every point
 * kept is one of those given, at its own step, so thinning invents nothing. The buckets are those
 * of the server (gan_core/store/levels.py), which depend only on the range: so a curve received
 * in many parts has no more points where they were many.
 * @param {number[]} steps ascending
 * @param {number[][]} columns each as long as the steps; NaN: no value
 * @param {number} most points to keep beside both ends, at least two per column
 * @returns {{ steps: number[], columns: number[][] }} as given if the range is short enough */
export function thin(steps, columns, most) {
  const last = steps.length - 1;
  const range = last < 0 ? 0 : steps[last] - steps[0] + 1;
  if (range <= most) return { steps, columns };
  const buckets = Math.floor(most / (2 * columns.length));
  const length = 2 ** Math.ceil(Math.log2(range / buckets));
  const bucketOf = (i) => Math.floor((steps[i] - steps[0]) / length);
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
