// Requests to the server.

/** @typedef {{ ok: boolean, status: number, body: any }} Answer status 0: nobody answered */

export const PASSING = [0, 503]; // no answer, or still being computed: try again in a moment

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

  /** Drop the pending answer. */
  cancel() {
    this.#question++;
  }
}
