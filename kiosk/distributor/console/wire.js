/** The WebSocket to the distributor: kept alive, missed when silent, opened again when it breaks. */

import { delayMs } from "./backoff.js";
import { HEARD_NOTHING, PING_EVERY_MS, SILENCE_MS, SUBPROTOCOL, hello, newId } from "./protocol.js";

const QUEUED = new Set(["answer", "candidate"]);
const MOST_QUEUED = 64;

/**
 * `onEvent` gets {type: "link", link: "connecting" | "down"} and {type: "message", message, now}. A connection that is
 * lost is tried again until `disconnect()`. Messages of a call's set-up wait while there is none; others don't, since the
 * declaration after each welcome carries what they said.
 */
export class Wire {
  #socket = null;
  #wanted = false;
  #declared = false;
  #attempt = 0;
  #heardAt = 0;
  #bootId = newId();
  #queue = [];
  #retry = () => {};

  constructor({ url, clock, onEvent }) {
    this.url = url;
    this.clock = clock;
    this.onEvent = onEvent;
    clock.every(PING_EVERY_MS / 4, () => this.#watch());
    clock.every(PING_EVERY_MS, () => this.#declared && this.#write({ type: "ping" }));
    addEventListener("online", () => this.#wanted && !this.#socket && this.#open());
  }

  /** Connects, and stays connected. */
  connect() {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#attempt = 0;
    this.#open();
  }

  /** Leaves on purpose: nobody waits for this console to come back. */
  disconnect() {
    this.#wanted = false;
    this.#queue = [];
    this.#retry();
    if (this.#declared) this.#write({ type: "bye" });
    this.#drop();
  }

  /** Sends `message` with a fresh id, or keeps it for the next connection where that helps. */
  send(message) {
    const whole = { id: newId(), ...message };
    if (message.type === "declare") return this.#declare(whole);
    if (this.#declared) this.#write(whole);
    else if (QUEUED.has(message.type) && this.#queue.length < MOST_QUEUED) this.#queue.push(whole);
    return undefined;
  }

  #declare(message) {
    this.#write(message);
    this.#declared = true;
    for (const waiting of this.#queue.splice(0)) this.#write(waiting);
  }

  #write(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ id: newId(), ...message }));
  }

  #open() {
    this.#retry();
    this.onEvent({ type: "link", link: "connecting" });
    const socket = new WebSocket(this.url, SUBPROTOCOL);
    this.#socket = socket;
    this.#heardAt = this.clock.now();
    const mine = (action) => (event) => socket === this.#socket && action(event);
    socket.onopen = mine(() => this.#write(hello(this.#bootId, this.clock.now(), Date.now())));
    socket.onmessage = mine(({ data }) => this.#heard(data));
    socket.onclose = mine(() => this.#lost());
  }

  #heard(data) {
    this.#heardAt = this.clock.now();
    const message = parsed(data);
    if (!message) return;
    if (message.type === "welcome") this.#attempt = 0;
    this.onEvent({ type: "message", message, now: this.#heardAt });
  }

  #watch() {
    if (this.#socket && this.clock.now() - this.#heardAt > SILENCE_MS) this.#lost(HEARD_NOTHING);
  }

  #lost(code) {
    this.#drop(code);
    if (!this.#wanted) return;
    this.#retry = this.clock.after(delayMs(this.#attempt++), () => this.#open());
    this.onEvent({ type: "link", link: "down" });
  }

  #drop(code) {
    const socket = this.#socket;
    this.#socket = null;
    this.#declared = false;
    socket?.close(code);
  }
}

function parsed(data) {
  try {
    return JSON.parse(data);
  } catch {
    console.warn("distributor: a message that isn't JSON was passed over");
    return null;
  }
}
