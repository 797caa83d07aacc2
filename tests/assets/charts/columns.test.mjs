import assert from "node:assert/strict";
import { test } from "node:test";
import { curve, ghostCurve } from "../../../pages/assets/charts/columns.js";

const t = { discriminator: "#7A4FD0", text: "#000000" };
const penalty = { name: "penalty", label: "penalty", chart: "losses" };
const drawn = { x: [1, 2], columns: { penalty: [0.1, 0.2] } };

test("a penalty is thin and dashed; a column of any name is drawn", () => {
  const [trace] = curve(t, { band: null, drawn }, penalty);
  assert.deepEqual(trace.line, { color: t.discriminator, width: 1, dash: "dash" });
  assert.deepEqual(
    [trace.x, trace.y],
    [
      [1, 2],
      [0.1, 0.2],
    ],
  );
  const [unknown] = curve(t, { band: null, drawn }, { ...penalty, name: "entropy" });
  assert.equal(unknown.line.color, t.text);
});

test("of several seeds a median in a band", () => {
  const band = { x: [1], columns: { penalty: [[2], [1], [3]] }, finished: 0, members: 3 };
  const traces = curve(t, { band, drawn }, penalty);
  assert.deepEqual(
    traces.map(({ y }) => y),
    [[1], [3], [2]],
  );
  assert.equal(traces[1].fill, "tonexty");
  assert.deepEqual(curve(t, { band, drawn }, { ...penalty, name: "missing" }), []);
});

test("a ghost is faint, and named in the legend once", () => {
  assert.deepEqual(ghostCurve(t, null, penalty, "before", 1, true), []);
  for (const isNamed of [true, false]) {
    const [trace] = ghostCurve(t, { drawn }, penalty, "before", 2, isNamed);
    assert.deepEqual([trace.name, trace.opacity, trace.showlegend], ["before", 0.3, isNamed]);
    assert.deepEqual(trace.x, [0.5, 1]); // epochs of two steps
  }
});
