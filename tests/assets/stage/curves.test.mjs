import assert from "node:assert/strict";
import { test } from "node:test";
import { span } from "../../../pages/assets/stage/curves.js";

const tutorial = { epochs: 10_000, steps_per_epoch: 2 };
const long = { epochs: 300, steps_per_epoch: 32 };

test("the axis grows with the run, to round numbers, and ends with it", () => {
  const ends = [300, 564, 5001, 20_000].map((step) => span(tutorial, step, false).end);
  assert.deepEqual(ends, [150, 300, 3000, 10_000]);
  for (const step of [0, 564, 20_000]) {
    assert.deepEqual(span(tutorial, step, true), { unit: 2, end: 10_000 });
  }
});

test("while steps are few the axis counts them", () => {
  assert.deepEqual(span(tutorial, 0, false), { unit: 1, end: 20 });
  assert.deepEqual(span(tutorial, 21, false), { unit: 1, end: 25 });
  assert.deepEqual(span(tutorial, 101, false), { unit: 2, end: 60 });
  assert.deepEqual(span(long, 70, false), { unit: 1, end: 80 });
  assert.deepEqual(span(long, 121, false), { unit: 32, end: 4 }); // once a curve has some epochs
  assert.deepEqual(span({ epochs: 5, steps_per_epoch: 2 }, 3, false), { unit: 1, end: 10 });
});
