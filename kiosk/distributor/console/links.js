/** Standby links: peer connections to terminals that are ready before anybody presses, and send nothing until then. */

import { prime } from "./prime.js";
import { withStartBitrate } from "./sdp.js";
import { attach, change, detach, limit } from "./sending.js";
import { Trickle } from "./trickle.js";

export const START_KBPS = 1500;

/**
 * All links of this console. `iceServers()` gives the distributor's newest; `send(message)` takes `link_answer` and
 * `link_candidate`; `onState(linkId, state)` gets `connected`, `disconnected` and `failed` of links that no call has.
 */
export class Links {
  #links = new Map(); // link id -> Link

  constructor({ clock, iceServers, send, onState }) {
    Object.assign(this, { clock, iceServers, send, onState });
  }

  /** Makes the link and answers the terminal's offer; ends in onState. */
  async open(linkId, sdp) {
    const tell = (state) => this.#links.get(linkId) === link && this.onState(linkId, state);
    const send = (kind, fields) => this.send({ type: `link_${kind}`, link_id: linkId, ...fields });
    const sleep = (ms) => new Promise((resolve) => this.clock.after(ms, resolve));
    const link = new Link(this.iceServers(), send, tell, sleep);
    this.#links.set(linkId, link);
    await link.answer(sdp).catch((error) => {
      console.warn("standby link:", error.message);
      tell("failed");
    });
  }

  /** The link itself, for a call that takes it over until `Link.rest()`. */
  get(linkId) {
    return this.#links.get(linkId);
  }

  /** Closes a link; safe to call twice. */
  close(linkId) {
    const link = this.#links.get(linkId);
    this.#links.delete(linkId);
    link?.peer.close();
  }
}

/** One link: `peer`, and `remote` with what the terminal will send. */
class Link {
  remote = new MediaStream();
  #primed = Promise.resolve();
  #dtls = null; // tells at once when the other side closes; the connection's own state takes 15 s
  #isResting = true;

  constructor(iceServers, send, onState, sleep) {
    Object.assign(this, { onState, sleep });
    this.peer = new RTCPeerConnection({ iceServers, bundlePolicy: "max-bundle" });
    this.trickle = new Trickle(this.peer, send);
    this.peer.ontrack = ({ track }) => this.remote.addTrack(track);
    this.peer.onconnectionstatechange = () => this.#tell();
  }

  /** Both ways, no track: nothing is sent. The senders share one stream, so that sound and picture are played in step. */
  async answer(sdp) {
    const { peer } = this;
    await peer.setRemoteDescription({ type: "offer", sdp: withStartBitrate(sdp, START_KBPS) });
    const stream = new MediaStream();
    for (const transceiver of peer.getTransceivers()) {
      transceiver.direction = "sendrecv";
      transceiver.sender.setStreams(stream);
    }
    await peer.setLocalDescription(await peer.createAnswer());
    this.trickle.answer(peer.localDescription.sdp);
    this.#dtls = peer.getSenders()[0]?.transport;
    this.#dtls?.addEventListener("statechange", () => this.#tell());
    this.#primed = this.#prime();
  }

  /** The camera (without sound) from now on, or nothing of it for null. */
  async show(track) {
    await this.#primed;
    await change(this.peer, "video", track);
  }

  /** The agent's camera and microphone from now on. */
  async attach(stream) {
    await this.#primed;
    await attach(this.peer, stream);
  }

  /** A call takes the link, and is told by `onChange()` when its connection's state changes. */
  lend(onChange) {
    this.#isResting = false;
    this.peer.onconnectionstatechange = onChange;
  }

  /** Nothing more is sent; the link waits for the next call. */
  rest() {
    this.#isResting = true;
    this.peer.onconnectionstatechange = () => this.#tell();
    this.#tell();
    this.#primed = this.#empty(this.#primed);
  }

  /** Primes it anew too: otherwise the next call would begin without a key frame. */
  async #empty(primed) {
    await primed;
    await detach(this.peer).catch(() => this.onState("failed"));
    await this.#prime();
  }

  async #prime() {
    if (this.peer.connectionState === "closed") return;
    await limit(this.peer, "maintain-resolution");
    await prime(this.peer, this.sleep).catch((error) => console.warn("encoder:", error.message));
  }

  #tell() {
    const state = this.#dtls?.state === "closed" ? "closed" : this.peer.connectionState;
    if (!this.#isResting) return;
    if (state === "connected" || state === "disconnected") this.onState(state);
    if (state === "failed" || state === "closed") this.onState("failed");
  }
}
