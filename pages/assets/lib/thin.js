// Fewer points of a curve, without losing its peaks.

/** Thin out evenly: the range of the steps is cut into stretches of equal length, and of each
 * stretch the points stay at which a column has its smallest or its largest value. Every point
 * that stays is one of those given, at its own step, so that thinning invents nothing.
 * @param {number[]} steps ascending
 * @param {number[][]} columns each as long as the steps; NaN is no value
 * @param {number} most points that may stay, at least two and two for each column
 * @returns {{ steps: number[], columns: number[][] }} as given if they are few enough */
export function thin(steps, columns, most) {
  const last = steps.length - 1;
  if (last < most) return { steps, columns };
  const stretches = Math.floor((most - 2) / (2 * columns.length));
  const scale = stretches / (steps[last] - steps[0]);
  const stretchOf = (i) => Math.min(stretches - 1, Math.floor((steps[i] - steps[0]) * scale));
  const kept = new Set([0, last]);
  for (let from = 0, to = 0; from <= last; from = to) {
    const stretch = stretchOf(from);
    while (to <= last && stretchOf(to) === stretch) to++;
    for (const column of columns) for (const i of extremes(column, from, to)) kept.add(i);
  }
  const places = [...kept].sort((a, b) => a - b);
  const pick = (values) => places.map((i) => values[i]);
  return { steps: pick(steps), columns: columns.map(pick) };
}

/** Where a column is smallest and largest between two places; nowhere without any value.
 * @param {number[]} column @param {number} from @param {number} to behind the last place */
function extremes(column, from, to) {
  let [low, high] = [-1, -1];
  for (let i = from; i < to; i++) {
    if (low < 0 ? !Number.isNaN(column[i]) : column[i] < column[low]) low = i;
    if (high < 0 ? !Number.isNaN(column[i]) : column[i] > column[high]) high = i;
  }
  return low < 0 ? [] : [low, high];
}
