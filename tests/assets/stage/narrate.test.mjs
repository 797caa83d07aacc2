import assert from "node:assert/strict";
import { test } from "node:test";
import { lastStep } from "../../../pages/assets/stage/narrate.js";

const pack = (values) => Buffer.from(new Float32Array(values).buffer).toString("base64");
const columns = [{ name: "d_loss", label: "D loss", chart: "losses" }];
const data = { columns, steps_per_epoch: 2, players: "both" };

test("the last step of an answer, with its own numbers and who learned in it", () => {
  const edits = [
    [1, { "training.players": "d" }], // from step 3 on
    [1.5, { "optimizer.lr_g": 0.1 }],
    [2, { "training.players": "g" }], // from step 5 on
  ];
  const update = { step: 4, edits, d_loss: pack([0.5, 0.25]) };
  assert.deepEqual(lastStep(update, data), {
    number: 4,
    players: "d",
    values: { d_loss: "0.2500" },
  });
  assert.equal(lastStep({ ...update, step: 2 }, data).players, "both");
  assert.equal(lastStep({ ...update, step: 5 }, data).players, "g");
});
