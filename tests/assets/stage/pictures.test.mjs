import assert from "node:assert/strict";
import { test } from "node:test";
import { densityAxis, outputAxis } from "../../../pages/assets/stage/density.js";
import { isFlat, isInside, place } from "../../../pages/assets/stage/field.js";
import { densities } from "../../../pages/assets/stage/moment.js";

test("densities of counted rows have an area of 1", () => {
  const edges = [
    [0, 1, 3],
    [-1, 0, 0.5],
  ];
  const counts = new Map([[40, Uint16Array.of(30, 10, 4, 36)]]);
  const found = densities({ counts, rows: 40, bins: 2, step: 40 }, edges);
  assert.deepEqual(found, [
    [0.75, 0.125],
    [0.1, 1.8],
  ]);
  found.forEach((values, i) => {
    const area = values.reduce((sum, v, k) => sum + v * (edges[i][k + 1] - edges[i][k]), 0);
    assert.ok(Math.abs(area - 1) < 1e-12);
  });
  assert.equal(densities({ counts, rows: 40, bins: 2, step: 41 }, edges), null);
});

test("a collapsed generator's peak leaves the picture, the real rows keep their shape", () => {
  assert.deepEqual(densityAxis(2, [1, 0.5]), { low: 0, high: 2.24 });
  assert.deepEqual(densityAxis(2, [4]), { low: 0, high: 4.48 });
  assert.deepEqual(densityAxis(2, [400]), { low: 0, high: 5.6000000000000005 });
});

test("the axis of D's output: all probabilities, or the scores with some room", () => {
  const frame = { level: 5, output: Float32Array.of(-10, 0) };
  assert.deepEqual(outputAxis(true, frame), { low: 0, high: 1 });
  assert.deepEqual(outputAxis(false, frame), { low: -11.5, high: 6.5 });
  assert.deepEqual(outputAxis(false, { level: 3, output: [3] }), { low: 2, high: 4 });
});

test("no line of decision where D hardly differs, or never crosses the level", () => {
  assert.ok(isFlat([32700, 32800]));
  assert.ok(isFlat([40000, 60000]));
  assert.ok(isFlat([0, 30000]));
  assert.ok(!isFlat([32000, 33500]));
});

test("coordinates of 16 bits: the ends stand for beyond the picture", () => {
  assert.deepEqual([0, 1, 65534, 65535].map(isInside), [false, true, true, false]);
  assert.equal(place(1, 10, 100), 10);
  assert.equal(place(65534, 10, 100), 110);
  assert.equal(place(32767.5, 10, -100), -40);
});
