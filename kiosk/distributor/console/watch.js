/** Watches what arrives on a peer connection: a picture that stands still and a silence are told, not left to guess. */

import { Patience, lineOf } from "./patience.js";

const EVERY_MS = 500;
const STALLED_MS = 2000;
const MISSING_MS = 5000;

/** Tells `onMedia({video})` and `onMedia({audio})`: `live`, `stalled`, and for a picture that never came `missing`. */
export class Watch {
  #stopTimer = () => {};
  #watching = false;
  #began = 0;
  #before = null; // what had come before: a standby link has counted its earlier calls
  #patience = new Patience();
  #seen = { video: { count: 0, at: 0, told: null }, audio: { count: 0, at: 0, told: null } };

  constructor(peer, clock, onMedia) {
    Object.assign(this, { peer, clock, onMedia });
  }

  /** From now on; more than once is harmless. */
  begin() {
    this.stop();
    this.#watching = true;
    this.#began = this.clock.now();
    this.#before ??= this.peer.getStats().then(countsOf);
    this.#stopTimer = this.clock.every(EVERY_MS, () => this.#look());
  }

  /** Tells nothing more; on a link that waits for its next call, that call's first picture has to come at once. */
  stop() {
    this.#stopTimer();
    this.#watching = false;
    this.#wait(null);
  }

  async #look() {
    const before = await this.#before;
    const report = await this.peer.getStats();
    const counts = countsOf(report);
    for (const kind of Object.keys(this.#seen)) {
      this.#count(kind, counts[kind] - before[kind]);
      this.#tell(kind);
    }
    const line = lineOf(report, this.clock.now());
    if (line && this.#watching) this.#wait(this.#patience.learn(line));
  }

  #wait(waitMs) {
    for (const receiver of this.peer.getReceivers()) receiver.jitterBufferTarget = waitMs;
  }

  #count(kind, count) {
    const seen = this.#seen[kind];
    if (count > seen.count) Object.assign(seen, { count, at: this.clock.now() });
  }

  #tell(kind) {
    const seen = this.#seen[kind];
    const now = this.clock.now();
    const never = now - this.#began > MISSING_MS ? (kind === "video" ? "missing" : "stalled") : null;
    const said = seen.count === 0 ? never : now - seen.at > STALLED_MS ? "stalled" : "live";
    if (said === null || said === seen.told || this.peer.connectionState === "closed") return;
    seen.told = said;
    this.onMedia({ [kind]: said });
  }
}

/** Pictures decoded and packets of sound received so far, out of an RTCStatsReport. */
function countsOf(report) {
  const counts = { video: 0, audio: 0 };
  for (const { type, kind, framesDecoded = 0, packetsReceived } of report.values()) {
    if (type === "inbound-rtp") counts[kind] = kind === "video" ? framesDecoded : packetsReceived;
  }
  return counts;
}
