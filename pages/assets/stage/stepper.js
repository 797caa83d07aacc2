// Slow motion: the run stands still in the store, and this browser asks for the next few steps when
// it is their time. So a class that reads and thinks holds no slot of the server.

const SHORTEST = 0.25; // seconds between two requests

export class Stepper {
  // look: asks the live view to look for news now.
  constructor(look) {
    this.look = look;
    this.speed = 0;
    this.rests = false;
  }

  // Play a run at so many updates a second; 0 stands still.
  play(run, speed) {
    if (run === this.run && speed === this.speed) return;
    [this.run, this.speed, this.credit] = [run, speed, 1];
    this.before = performance.now();
    clearTimeout(this.timer);
    if (speed) this.tick();
  }

  // Whether news are to be looked for although the run rests.
  get waits() {
    return Boolean(this.asked);
  }

  // Hear what the server says of the run.
  heard(update) {
    this.rests = !update.stepping && ["paused", "stopped"].includes(update.status);
    if (this.rests) this.asked = false;
  }

  tick() {
    clearTimeout(this.timer);
    if (!this.speed) return;
    const pause = Math.max(1 / this.speed, SHORTEST);
    const now = performance.now();
    // What was missed while the server was busy or the page was hidden is not made up for.
    this.credit = Math.min(this.credit + (this.speed * (now - this.before)) / 1000, Math.max(1, 1.5 * this.speed * pause));
    this.before = now;
    const steps = Math.floor(this.credit);
    if (!document.hidden && this.rests && steps >= 1) {
      this.credit -= steps;
      this.ask(steps);
    }
    this.timer = setTimeout(() => this.tick(), 1000 * (this.rests ? pause : Math.min(pause, 0.05)));
  }

  async ask(steps) {
    this.rests = false;
    this.asked = true;
    const url = new URL(`api/runs/${this.run}/advance?steps=${steps}`, document.baseURI);
    const answer = await fetch(url, { method: "POST" }).catch(() => null);
    if (!answer?.ok) {
      this.asked = false;
      this.speed = answer ? 0 : this.speed; // refused: it would be refused again
    }
    this.look();
  }

  end() {
    this.speed = 0;
    clearTimeout(this.timer);
  }
}
