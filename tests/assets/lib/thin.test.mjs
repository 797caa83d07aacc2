import assert from "node:assert/strict";
import { test } from "node:test";
import { thin } from "../../../pages/assets/lib/thin.js";

// Numbers that look random, the same in every run (Lehmer's generator, 1951).
function* noise(seed) {
  for (let state = seed; ; ) {
    state = (48271 * state) % 2147483647;
    yield state / 2147483647;
  }
}

const steps = Array.from({ length: 10_000 }, (_, i) => i + 1);
const columns = [7, 8].map((seed) => {
  const numbers = noise(seed);
  return steps.map(() => numbers.next().value);
});

test("few points stay as they are", () => {
  const few = { steps: [1, 2, 3], columns: [[3, 1, 2]] };
  assert.deepEqual(thin(few.steps, few.columns, 3), few);
  assert.deepEqual(thin([], [[]], 10), { steps: [], columns: [[]] });
});

test("every point that stays is one of those given, at its own step", () => {
  const thinned = thin(steps, columns, 400);
  assert.ok(thinned.steps.length <= 400);
  thinned.steps.forEach((step, k) => {
    columns.forEach((column, c) => {
      assert.equal(thinned.columns[c][k], column[step - 1]);
    });
  });
  assert.deepEqual(
    thinned.steps,
    [...new Set(thinned.steps)].sort((a, b) => a - b),
  );
});

test("the peaks and both ends stay", () => {
  const flat = steps.map(() => 0);
  flat[1233] = 5;
  flat[7000] = -5;
  const {
    steps: at,
    columns: [values],
  } = thin(steps, [flat], 100);
  assert.equal(values[at.indexOf(1234)], 5);
  assert.equal(values[at.indexOf(7001)], -5);
  assert.deepEqual([at[0], at.at(-1)], [1, 10_000]);
});

test("of each bucket the smallest and the largest value stay", () => {
  const thinned = thin(steps, columns, 400); // 79 buckets of 128 steps, the shortest of which 100 do
  columns.forEach((column, c) => {
    for (let bucket = 0; bucket < 79; bucket++) {
      const isIn = (step) => Math.floor((step - 1) / 128) === bucket;
      const all = column.filter((_, i) => isIn(i + 1));
      const kept = thinned.columns[c].filter((_, k) => isIn(thinned.steps[k]));
      assert.equal(Math.min(...kept), Math.min(...all));
      assert.equal(Math.max(...kept), Math.max(...all));
    }
  });
});

test("thinning is even over the steps, however dense the points came", () => {
  const dense = steps.slice(0, 5000); // half of the points in a hundredth of the steps
  const sparse = steps.slice(5000).map((step) => 5000 + 99 * (step - 5000));
  const uneven = thin([...dense, ...sparse], [columns[0]], 202).steps;
  const inHalf = uneven.filter((step) => step < 250_000).length;
  assert.ok(Math.abs(inHalf - uneven.length / 2) <= 2, `${inHalf} of ${uneven.length}`);
});

test("what has no value is no extreme, and a column without any loses nothing of the others", () => {
  const gaps = steps.map((step) => (step % 3 ? Number.NaN : step));
  const none = steps.map(() => Number.NaN);
  const thinned = thin(steps, [gaps, none], 102);
  const values = thinned.columns[0].filter((value) => !Number.isNaN(value));
  assert.ok(values.length >= 38);
  assert.equal(Math.max(...values), 9999);
  assert.ok(thinned.columns[1].every(Number.isNaN));
});
