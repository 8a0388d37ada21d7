/** Time for the rest of the page, on time in a hidden tab too: an agent looks at other programs between calls. */

export class Clock {
  #worker = new Worker(new URL("./clock-worker.js", import.meta.url));
  #actions = new Map();
  #last = 0;

  constructor() {
    this.#worker.onmessage = ({ data: id }) => {
      const { action, every } = this.#actions.get(id) ?? {};
      if (!every) this.#actions.delete(id);
      action?.();
    };
  }

  /** Milliseconds since the page was loaded; never runs backwards. */
  now() {
    return performance.now();
  }

  /** Runs `action` once, in `ms`; the function that is returned calls it off. */
  after(ms, action) {
    return this.#start(ms, action, false);
  }

  /** Runs `action` each `ms`; the function that is returned ends it. */
  every(ms, action) {
    return this.#start(ms, action, true);
  }

  #start(ms, action, every) {
    const id = ++this.#last;
    this.#actions.set(id, { action, every });
    this.#worker.postMessage({ id, ms, every });
    return () => {
      this.#actions.delete(id);
      this.#worker.postMessage({ id, stop: true });
    };
  }
}
