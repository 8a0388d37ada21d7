/** How long the customer's picture and sound wait in the browser: long enough for repairs on a long, lossy line. */

const WINDOW_MS = 4000;
const LOSSY_SHARE = 0.01;
const LEAST_REPAIRS = 3;
const HOLD_MS = 10_000;
const ANSWERS = 2;
const SLACK_MS = 200;
const MOST_MS = 1000;
const STEP_MS = 20;

/**
 * By itself Chromium waits for one answer to a request for a lost packet. Where requests and answers get lost too, every
 * second answer is a freeze; so there, the wait is two answers' time. On a good line, and some seconds after a bad time,
 * the browser alone decides again; it takes both steps gently (100 ms a second).
 */
export class Patience {
  #looks = []; // {at, rttMs, received, repaired}, of the last WINDOW_MS
  #lossyUntil = -Infinity;
  #targetMs = null;

  /** What the video receiver counted so far, at `at`; gives the wait in ms, or null for the browser's own. */
  learn({ at, rttMs, received, repaired }) {
    this.#looks = this.#looks.filter((look) => at - look.at <= WINDOW_MS && look.received <= received);
    this.#looks.push({ at, rttMs, received, repaired });
    if (this.#isLossy()) this.#lossyUntil = at + HOLD_MS;
    this.#targetMs = at < this.#lossyUntil ? this.#settled(this.#wantedMs()) : null;
    return this.#targetMs;
  }

  #isLossy() {
    const [first, last] = [this.#looks[0], this.#looks.at(-1)];
    const repaired = last.repaired - first.repaired;
    return repaired >= LEAST_REPAIRS && repaired >= LOSSY_SHARE * (last.received - first.received);
  }

  /** A queue makes the round trip longer for a while; waiting for that too would only add to the delay. */
  #wantedMs() {
    const least = Math.min(...this.#looks.map(({ rttMs }) => rttMs));
    return Math.min(MOST_MS, Math.round(ANSWERS * least + SLACK_MS));
  }

  #settled(wantedMs) {
    const isNear = this.#targetMs !== null && Math.abs(wantedMs - this.#targetMs) < STEP_MS;
    return isNear ? this.#targetMs : wantedMs;
  }
}

/** What `learn` takes, out of an RTCStatsReport; null before there is a picture and a round trip. */
export function lineOf(report, at) {
  const stats = [...report.values()];
  const video = stats.find(({ type, kind }) => type === "inbound-rtp" && kind === "video");
  const pair = report.get(stats.find(({ type }) => type === "transport")?.selectedCandidatePairId);
  if (!video || pair?.currentRoundTripTime === undefined) return null;
  const { packetsReceived: received, retransmittedPacketsReceived: repaired = 0 } = video;
  return { at, rttMs: pair.currentRoundTripTime * 1000, received, repaired };
}
