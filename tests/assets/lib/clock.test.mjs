import assert from "node:assert/strict";
import { test } from "node:test";
import { Clock, clockOf } from "../../../pages/assets/lib/clock.js";

function film(steps, position) {
  return Object.assign(new Clock(), { steps, position });
}

test("all ask the same clock about a run", () => {
  assert.equal(clockOf("a"), clockOf("a"));
  assert.notEqual(clockOf("a"), clockOf("b"));
});

test("without a position, or without a film, it is live", () => {
  assert.ok(film([0, 10], null).isLive);
  assert.ok(film([], 0).isLive);
  assert.ok(!film([0, 10], 0).isLive);
});

test("a position lies between two snapshots", () => {
  const clock = film([0, 10, 30], 1.25);
  assert.deepEqual([clock.step, clock.next, clock.share], [10, 30, 0.25]);
});

test("behind the last snapshot there is none", () => {
  for (const position of [2, 2.5, 9]) {
    const clock = film([0, 10, 30], position);
    assert.deepEqual([clock.step, clock.next, clock.share], [30, 30, 0]);
  }
});

test("an event for each change, and only then", () => {
  const clock = film([0, 10], null);
  const events = [];
  for (const name of ["now", "change"]) clock.addEventListener(name, () => events.push(name));
  clock.setNow(5);
  clock.setNow(5);
  clock.show(1);
  clock.show(1);
  assert.deepEqual(events, ["now", "change"]);
});
