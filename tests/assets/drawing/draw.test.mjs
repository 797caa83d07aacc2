import assert from "node:assert/strict";
import { test } from "node:test";
import { pack, unpackDrawing } from "../../../pages/assets/drawing/draw.js";

test("two bytes a point, in the alphabet of addresses, as gan_core/data/drawing.py reads them", () => {
  // base64.urlsafe_b64encode(bytes([251, 239, 255, 0])).rstrip(b"=")
  const points = [
    [251, 239],
    [255, 0],
  ];
  assert.equal(pack(points), "--__AA");
  assert.deepEqual(unpackDrawing("--__AA"), points);
  assert.deepEqual(unpackDrawing(pack([])), []);
});
