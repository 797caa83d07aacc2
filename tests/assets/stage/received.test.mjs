import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Received } from "../../../pages/assets/stage/received.js";

const NAMES = ["d_loss", "g_loss"];
const pack = (values) => Buffer.from(new Float32Array(values).buffer).toString("base64");

function update(after, step, more = {}) {
  const x = Array.from({ length: step - after }, (_, i) => after + i + 1);
  const curves = { x: pack(x), d_loss: pack(x.map((v) => -v)), g_loss: pack(x.map((v) => 2 * v)) };
  return { attempt: 1, after, step, ...curves, ...more };
}

let received;
beforeEach(() => {
  received = new Received(NAMES);
});

test("what follows is appended", () => {
  assert.equal(received.query, "attempt=0&since=0&shown=0");
  assert.ok(received.take(update(0, 3)));
  assert.ok(received.take(update(3, 5)));
  assert.deepEqual(received.drawn.x, [1, 2, 3, 4, 5]);
  assert.deepEqual(received.drawn.columns.g_loss, [2, 4, 6, 8, 10]);
  assert.equal(received.query, "attempt=1&since=5&shown=0");
});

test("a whole curve takes the place of what was there", () => {
  received.take(update(0, 3));
  const whole = { mode: "replace", x: pack([1, 5]), d_loss: pack([7, 8]), g_loss: pack([9, 10]) };
  assert.ok(received.take(update(3, 5, whole)));
  assert.deepEqual(received.drawn.x, [1, 5]);
  assert.deepEqual(received.drawn.columns.d_loss, [7, 8]);
  assert.equal(received.step, 5);
});

test("what does not follow is refused, and all is asked for again", () => {
  received.take(update(0, 3));
  assert.ok(!received.take(update(4, 6)));
  assert.deepEqual(received.drawn.x, []);
  assert.equal(received.query, "attempt=0&since=0&shown=0");
});

test("another attempt may have undone steps", () => {
  received.take(update(0, 3, { densities: [[1]], shown: 3 }));
  assert.ok(!received.take(update(3, 5, { attempt: 2 })));
  assert.ok(received.take(update(0, 2, { attempt: 2 })));
  assert.deepEqual(received.drawn.x, [1, 2]);
  assert.equal(received.shown, 0);
});

test("an answer without news changes nothing", () => {
  received.take(update(0, 3, { densities: [[1]], shown: 3 }));
  const before = received.drawn;
  assert.ok(received.take(update(3, 3)));
  assert.equal(received.drawn, before);
  assert.deepEqual(received.densities, [[1]]);
});

test("a column that a run does not have has no values, and is as long as the others", () => {
  received = new Received([...NAMES, "penalty"]);
  received.take(update(0, 2));
  assert.deepEqual(received.drawn.columns.penalty, [NaN, NaN]);
});

test("a band of several seeds, with the spread of its densities", () => {
  const three = [pack([1]), pack([0]), pack([2])];
  const band = { x: pack([0.5]), finished: 1, members: 3, d_loss: three, g_loss: three };
  const more = { x: undefined, band, shown: 9, densities: [[1]], low: [[0]], high: [[2]] };
  assert.ok(received.take(update(0, 9, more)));
  assert.deepEqual(received.band.columns.d_loss, [[1], [0], [2]]);
  assert.deepEqual(received.spread, [[[0]], [[2]]]);
  assert.equal(received.step, 9);
});

// Fault 1: curves were halved again and again, so that of the early part hardly anything was left.
test("the early part of a long run looks the same whenever one began to watch", () => {
  for (let step = 0; step < 50_000; step += 500) {
    received.take(update(step, step + 500));
    assert.ok(received.drawn.x.length <= 4000); // drawn each time, as a page does
  }
  const late = new Received(NAMES);
  late.take(update(0, 50_000));
  assert.deepEqual(received.drawn, late.drawn);
  const early = received.drawn.x.filter((x) => x <= 5000).length;
  assert.ok(Math.abs(early / received.drawn.x.length - 0.1) < 0.01);
});

test("a curve that came in parts with more points than a whole one is as even", () => {
  const part = (after, step, every, more) => {
    const x = Array.from({ length: (step - after) / every }, (_, i) => after + (i + 1) * every);
    const curves = { x: pack(x), d_loss: pack(x.map((v) => Math.sin(v))), g_loss: pack(x) };
    return { attempt: 1, after, step, ...curves, ...more };
  };
  received.take(part(0, 10_000, 10, { mode: "replace" }));
  for (let step = 10_000; step < 20_000; step += 40) received.take(part(step, step + 40, 2, {}));
  const { x } = received.drawn;
  const early = x.filter((step) => step <= 2000).length;
  assert.ok(Math.abs(early / x.length - 0.1) < 0.01, `${early} of ${x.length}`);
});

test("the server's epochs become steps", () => {
  received = new Received(NAMES, 32);
  received.take({ ...update(0, 2), x: pack([1 / 32, 9999 + 1 / 32]) });
  assert.deepEqual(received.drawn.x, [1, 319_969]);
});

test("what is kept is bounded: the server is asked for the whole curve again", () => {
  received.take(update(0, 100_001));
  assert.equal(received.query, "attempt=1&since=0&shown=0");
  assert.equal(received.step, 100_001);
  received.take(update(0, 100_001, { x: pack([1]), d_loss: pack([1]), g_loss: pack([1]) }));
  assert.deepEqual(received.drawn.x, [1]);
  assert.equal(received.query, "attempt=1&since=100001&shown=0");
});
