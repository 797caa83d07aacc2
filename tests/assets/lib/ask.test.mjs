import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { Asker, ask } from "../../../pages/assets/lib/ask.js";

// A real server; each question is answered when the test says so, with its own address.
const waiting = [];
const server = createServer((request, response) => {
  waiting.push((status = request.url === "/missing" ? 404 : 200) => {
    response.writeHead(status, { Connection: "close" });
    response.end(request.url === "/broken" ? "no JSON" : JSON.stringify({ path: request.url }));
  });
});

async function asked(count) {
  while (waiting.length < count) await new Promise((resolve) => setTimeout(resolve, 1));
  return waiting.splice(0);
}

before(async () => {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  globalThis.document = { baseURI: `http://127.0.0.1:${server.address().port}/` };
});
after(() => server.close());

test("answers, errors and nobody there", async () => {
  const answers = Promise.all(["a", "missing", "broken"].map((path) => ask(path)));
  for (const answer of await asked(3)) answer();
  const [good, missing, broken] = await answers;
  assert.deepEqual(good, { ok: true, status: 200, body: { path: "/a" } });
  assert.deepEqual([missing.ok, missing.status], [false, 404]);
  assert.deepEqual([broken.ok, broken.status], [false, 0]);
  assert.deepEqual(await ask("http://127.0.0.1:1/"), { ok: false, status: 0, body: null });
});

test("only the last question is answered, in whichever order the answers come", async () => {
  for (const order of [
    [0, 1],
    [1, 0],
  ]) {
    const asker = new Asker();
    const first = asker.ask("first");
    const firsts = await asked(1);
    const second = asker.ask("second");
    const answers = [...firsts, ...(await asked(1))];
    for (const i of order) answers[i]();
    assert.equal(await first, null);
    assert.deepEqual((await second).body, { path: "/second" });
  }
});

test("an answer that was cancelled is dropped", async () => {
  const asker = new Asker();
  const answer = asker.ask("a");
  const [send] = await asked(1);
  asker.cancel();
  send();
  assert.equal(await answer, null);
});

test("what is still being computed is requested again, unless it was cancelled", async () => {
  const asker = new Asker();
  const answer = asker.insist("film");
  for (const status of [503, 200]) {
    const [send] = await asked(1);
    send(status);
  }
  assert.deepEqual((await answer).body, { path: "/film" });

  const missing = asker.insist("missing");
  for (const send of await asked(1)) send();
  assert.equal((await missing).status, 404);

  const dropped = asker.insist("film");
  for (const send of await asked(1)) send(503);
  asker.cancel();
  assert.equal(await dropped, null);
  assert.equal(waiting.length, 0);
});
