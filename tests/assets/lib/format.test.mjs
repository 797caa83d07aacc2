import assert from "node:assert/strict";
import { test } from "node:test";
import { duration, escapeHtml, fill, three, whole } from "../../../pages/assets/lib/format.js";

test("durations, none of which has 60 seconds or minutes", () => {
  const expected = [
    [0, "0.0 s"],
    [9.94, "9.9 s"],
    [9.96, "10 s"],
    [59.4, "59 s"],
    [59.6, "1 min 0 s"],
    [119.7, "2 min 0 s"],
    [3599.6, "1 h 0 min"],
    [3600, "1 h 0 min"],
    [7199, "2 h 0 min"],
    [86_400 + 5 * 60, "24 h 5 min"],
  ];
  for (const [seconds, text] of expected) assert.equal(duration(seconds), text);
});

test("whole numbers with their thousands set apart", () => {
  assert.equal(whole(1234567.4), "1,234,567");
  assert.equal(whole(null), "0");
});

test("three digits", () => {
  assert.deepEqual([0.12349, 1.5, 1234.5, -0.00012, 0].map(three), ["0.123", "1.5", "1230", "-0.00012", "0"]);
});

test("templates", () => {
  assert.equal(fill("{n} of {all}, {n}", { n: 0, all: "$&" }), "0 of $&, 0");
  assert.equal(fill("step {missing}", {}), "step {missing}");
});

test("no name can bring HTML with it", () => {
  assert.equal(escapeHtml(`<b title="x">&`), "&lt;b title=&quot;x&quot;&gt;&amp;");
});
