// Requests to the server.

/** @typedef {{ ok: boolean, status: number, body: any }} Answer status 0: nobody answered */

const PASSING = [0, 503]; // no answer, or still being computed: try again in a moment
const RETRY = 1000; // milliseconds

/** Request JSON from an address below the page's own.
 * @param {string} path @param {RequestInit} [options] @returns {Promise<Answer>} */
export async function ask(path, options) {
  try {
    const answer = await fetch(new URL(path, document.baseURI), options);
    return { ok: answer.ok, status: answer.status, body: await answer.json() };
  } catch {
    return { ok: false, status: 0, body: null };
  }
}

/** Repeated requests: each one supersedes the one before. */
export class Asker {
  #question = 0;

  /** @param {string} path
   * @returns {Promise<Answer | null>} null if superseded by another request, or dropped */
  async ask(path) {
    const question = ++this.#question;
    const answer = await ask(path);
    return question === this.#question ? answer : null;
  }

  /** Request until it is answered. @param {string} path @returns {Promise<Answer | null>} */
  async insist(path) {
    let answer = await this.ask(path);
    while (answer && PASSING.includes(answer.status)) {
      const question = this.#question;
      await new Promise((resolve) => setTimeout(resolve, RETRY));
      answer = question === this.#question ? await this.ask(path) : null;
    }
    return answer;
  }

  /** Drop the pending answer. */
  cancel() {
    this.#question++;
  }
}
