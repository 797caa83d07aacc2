// Questions to the server.

/** @typedef {{ ok: boolean, status: number, body: any }} Answer status 0: nobody answered */

export const PASSING = [0, 503]; // nobody there, or still being computed: ask again in a moment

/** Ask for JSON at an address below the page's own.
 * @param {string} path @param {RequestInit} [options] @returns {Promise<Answer>} */
export async function ask(path, options) {
  try {
    const answer = await fetch(new URL(path, document.baseURI), options);
    return { ok: answer.ok, status: answer.status, body: await answer.json() };
  } catch {
    return { ok: false, status: 0, body: null };
  }
}

/** One who asks again and again: each question takes the place of the one before. */
export class Asker {
  #question = 0;

  /** @param {string} path
   * @returns {Promise<Answer | null>} null where another question was asked since, or none is open */
  async ask(path) {
    const question = ++this.#question;
    const answer = await ask(path);
    return question === this.#question ? answer : null;
  }

  /** Drop the answer that is still to come. */
  cancel() {
    this.#question++;
  }
}
