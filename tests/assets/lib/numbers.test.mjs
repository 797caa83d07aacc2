import assert from "node:assert/strict";
import { test } from "node:test";
import { between, blend, unpack, unpackAs } from "../../../pages/assets/lib/numbers.js";

test("base64 of little-endian numbers", () => {
  // numpy: base64.b64encode(np.array([1, -2.5, nan, 1e-3], "<f4"))
  assert.deepEqual(unpack("AACAPwAAIMAAAMB/bxKDOg=="), [1, -2.5, NaN, Math.fround(1e-3)]);
  // and np.array([0, 1, 258, 65535], "<u2"), np.array([-127, 0, 127], "|i1")
  assert.deepEqual(unpackAs("AAABAAIB//8=", Uint16Array), Uint16Array.of(0, 1, 258, 65535));
  assert.deepEqual(unpackAs("gQB/", Int8Array), Int8Array.of(-127, 0, 127));
  assert.deepEqual(unpack(""), []);
});

test("between two arrays", () => {
  const [a, b] = [Uint16Array.of(0, 100), Uint16Array.of(10, 300)];
  assert.deepEqual(between(a, b, 0.25), Float32Array.of(2.5, 150));
  assert.equal(between(a, b, 0), a);
  assert.equal(between(a, b, 1), b);
  assert.equal(between(a, Uint16Array.of(1), 0.5).length, 1); // no between: the later one
});

test("between two frames", () => {
  const a = { step: 4, level: 1, heat: [0, 2] };
  const b = { step: 8, level: 3, heat: [1, 4] };
  const mixed = blend(a, b, 0.5, ["heat"], ["level"]);
  assert.deepEqual(mixed, { step: 4, level: 2, heat: Float32Array.of(0.5, 3) });
  assert.equal(blend(a, b, 0, ["heat"], ["level"]), a);
  assert.equal(blend(a, b, 1, ["heat"], ["level"]), b);
});
