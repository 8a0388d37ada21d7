/** Sends an answer first, and then the candidates: those that were found meanwhile, and each later one at once. */

/** `send(kind, fields)` takes ("answer", {sdp}) and ("candidate", {candidate, mid, mline}). */
export class Trickle {
  #unsent = []; // candidates found before the answer was sent; null afterwards

  constructor(peer, send) {
    this.send = send;
    peer.onicecandidate = ({ candidate }) => candidate?.candidate && this.#found(candidate);
  }

  /** The answer is ready; `sdp` is its description. */
  answer(sdp) {
    this.send("answer", { sdp });
    for (const candidate of this.#unsent.splice(0)) this.#send(candidate);
    this.#unsent = null;
  }

  #found(candidate) {
    if (this.#unsent) this.#unsent.push(candidate);
    else this.#send(candidate);
  }

  #send({ candidate, sdpMid, sdpMLineIndex }) {
    this.send("candidate", { candidate, mid: sdpMid, mline: sdpMLineIndex });
  }
}
