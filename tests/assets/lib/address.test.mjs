import assert from "node:assert/strict";
import { test } from "node:test";
import { oneEntryAPage } from "../../../pages/assets/lib/address.js";

/** A browser at /train; its entries, and a way to press a key. */
function browser({ hasBeenActive = false } = {}) {
  const entries = ["/train"];
  const listeners = {};
  const location = {
    get href() {
      return `http://forge${entries.at(-1)}`;
    },
    get pathname() {
      return new URL(this.href).pathname;
    },
  };
  const history = {
    pushState: (_state, _title, url) => entries.push(url),
    replaceState: (_state, _title, url) => entries.splice(-1, 1, url),
  };
  const addEventListener = (name, react) => {
    listeners[name] = react;
  };
  const navigator = { userActivation: { hasBeenActive, isActive: false } };
  oneEntryAPage({ history, location, navigator, addEventListener });
  return { entries, open: (url) => history.pushState({}, "", url), press: () => listeners.keydown() };
}

test("a page and the run that its script puts into the address are one entry", () => {
  const { entries, open, press } = browser();
  press();
  open("/results");
  open("/results?run=a");
  assert.deepEqual(entries, ["/train", "/results?run=a"]);
});

test("what a visitor starts is an entry of its own", () => {
  const { entries, open, press } = browser();
  press();
  open("/train?run=a");
  press();
  open("/train?run=b");
  assert.deepEqual(entries, ["/train", "/train?run=a", "/train?run=b"]);
});

test("so is what a visitor started before this script had come", () => {
  const { entries, open } = browser({ hasBeenActive: true });
  open("/train?run=a");
  assert.deepEqual(entries, ["/train", "/train?run=a"]);
});
