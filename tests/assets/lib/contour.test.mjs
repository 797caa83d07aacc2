import assert from "node:assert/strict";
import { test } from "node:test";
import { contour } from "../../../pages/assets/lib/contour.js";

const N = 24;
const grid = (f) => Float64Array.from({ length: N * N }, (_, k) => f(k % N, Math.floor(k / N)));

function ends(segments) {
  const found = [];
  for (let k = 0; k < segments.length; k += 2) found.push([segments[k], segments[k + 1]]);
  return found;
}

test("of a plane it is a straight line, exactly", () => {
  const found = ends(
    contour(
      grid((x, y) => 2 * x + y),
      N,
      20.5,
    ),
  );
  assert.ok(found.length > 0);
  for (const [x, y] of found) assert.ok(Math.abs(2 * x + y - 20.5) < 1e-9);
});

test("of a cone it is a circle, as long as a circle, and closed", () => {
  const radius = 7.3;
  const segments = contour(
    grid((x, y) => Math.hypot(x - 11.5, y - 11.5)),
    N,
    radius,
  );
  let length = 0;
  for (let k = 0; k < segments.length; k += 4) {
    length += Math.hypot(segments[k] - segments[k + 2], segments[k + 1] - segments[k + 3]);
  }
  assert.ok(Math.abs(length / (2 * Math.PI * radius) - 1) < 0.01);
  const meeting = new Map();
  for (const [x, y] of ends(segments)) {
    assert.ok(Math.abs(Math.hypot(x - 11.5, y - 11.5) - radius) < 0.05);
    const at = `${x.toFixed(6)} ${y.toFixed(6)}`;
    meeting.set(at, (meeting.get(at) ?? 0) + 1);
  }
  assert.ok([...meeting.values()].every((count) => count === 2));
});

test("a saddle is crossed by two lines", () => {
  assert.equal(contour([1, -1, -1, 1], 2, 0).length, 8);
});

test("where the level is not reached there is nothing", () => {
  assert.deepEqual(
    contour(
      grid(() => 1),
      N,
      2,
    ),
    [],
  );
});
