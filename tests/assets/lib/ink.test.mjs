import assert from "node:assert/strict";
import { test } from "node:test";
import { channels, faded, ticks } from "../../../pages/assets/lib/ink.js";

test("ticks are multiples of 1, 2 or 5, inside the axis, not too many", () => {
  assert.deepEqual(ticks(1, 2, 4), [
    [1, "1.0"],
    [1.5, "1.5"],
    [2, "2.0"],
  ]);
  assert.deepEqual(
    ticks(-1, 1, 5).map(([, text]) => text),
    ["-1.0", "-0.5", "0.0", "0.5", "1.0"],
  );
  assert.deepEqual(
    ticks(1, 230, 5).map(([value]) => value),
    [50, 100, 150, 200],
  );
  assert.deepEqual(
    ticks(0, 3e5, 3).map(([, text]) => text),
    ["0", "1.0e+5", "2.0e+5", "3.0e+5"],
  );
  for (const [low, high, most] of [
    [0.013, 0.91, 7],
    [-3e4, 7.7, 4],
    [5, 5.0001, 6],
  ]) {
    const values = ticks(low, high, most).map(([value]) => value);
    const step = (high - low) / most;
    assert.ok(values.length >= 1 && values.length <= most + 1);
    assert.ok(values.every((value) => value >= low - 1e-9 * step && value <= high + 1e-9 * step));
  }
});

test("colours as numbers", () => {
  assert.deepEqual(channels("#2F6FDE"), [47, 111, 222]);
  assert.deepEqual(channels("#fa0"), [255, 170, 0]);
  assert.deepEqual(channels("rgb(1, 2,3)"), [1, 2, 3]);
  assert.equal(faded("#2F6FDE", 0.22), "rgba(47,111,222,0.22)");
});
