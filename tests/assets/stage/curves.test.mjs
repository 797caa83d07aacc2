import assert from "node:assert/strict";
import { test } from "node:test";
import { horizon } from "../../../pages/assets/stage/curves.js";

test("the axis ends with the run, but is short for one that rests after a few epochs", () => {
  const ends = (status, ...epochs) => epochs.map((done) => horizon(10_000, { status, epochs_done: done }));
  assert.deepEqual(ends("running", 0, 5, 5000), [10_000, 10_000, 10_000]);
  assert.deepEqual(ends("paused", 0, 7, 8, 200, 201), [8, 8, 16, 256, 10_000]);
  assert.equal(horizon(5, { status: "paused", epochs_done: 0 }), 5);
});
