/** One call's peer connection: answers at once, sends what it finds later, and watches what arrives. */

import { withStartBitrate } from "./sdp.js";
import { Watch } from "./watch.js";

const START_KBPS = 1500;
const MAX_BPS = 2_500_000;
const SETTLED_MS = 3000;

/**
 * `stream()` gives the agent's own media; `send(message)` takes `answer` and `candidate`; `onMedia(media)` gets what is
 * known of the line ({link, video, audio}, any of them); `onRemote(stream)` the customer's picture and sound.
 */
export class CallPeer {
  #peer = null;
  #watch = null;
  #unsent = []; // candidates found before the answer was sent; null afterwards
  #closed = false;

  constructor({ callId, iceServers, stream, send, onMedia, onRemote, clock }) {
    Object.assign(this, { callId, iceServers, stream, send, onMedia, onRemote, clock });
    this.#begin();
  }

  /** Answers the offer `sdp`; throws where that can't be done. A second offer starts afresh, for the same call. */
  async answer(sdp) {
    if (this.#peer.remoteDescription) this.#restart();
    const peer = this.#peer;
    const stream = await this.stream();
    for (const track of stream.getTracks()) peer.addTrack(track, stream);
    await peer.setRemoteDescription({ type: "offer", sdp: withStartBitrate(sdp, START_KBPS) });
    await peer.setLocalDescription(await peer.createAnswer());
    if (this.#closed || peer !== this.#peer) return;
    this.send({ type: "answer", call_id: this.callId, sdp: peer.localDescription.sdp });
    for (const candidate of this.#unsent.splice(0)) this.#sendCandidate(candidate);
    this.#unsent = null;
    await limit(peer, "maintain-resolution");
  }

  /** Goes on with the tracks of `stream`, after a device came back. */
  async replaceTracks(stream) {
    for (const track of stream.getTracks()) {
      const sender = this.#peer.getSenders().find((each) => each.track?.kind === track.kind);
      await sender?.replaceTrack(track);
    }
  }

  /** What was sent and received, for those who look for a fault: RTCStatsReport. */
  stats() {
    return this.#peer.getStats();
  }

  /** Ends the connection; safe to call twice. */
  close() {
    this.#closed = true;
    this.#watch.stop();
    this.#peer.close();
  }

  #restart() {
    this.#watch.stop();
    this.#peer.close();
    this.#begin();
  }

  #begin() {
    const peer = new RTCPeerConnection({ iceServers: this.iceServers, bundlePolicy: "max-bundle" });
    const remote = new MediaStream();
    this.#peer = peer;
    this.#unsent = [];
    this.#watch = new Watch(peer, this.clock, this.onMedia);
    peer.onicecandidate = ({ candidate }) => candidate?.candidate && this.#found(candidate);
    peer.onconnectionstatechange = () => this.#changed(peer.connectionState);
    peer.ontrack = ({ track }) => {
      remote.addTrack(track);
      this.onRemote(remote);
    };
  }

  #changed(link) {
    if (link === "connected") this.#connected(this.#peer);
    if (["connected", "disconnected", "failed"].includes(link)) this.onMedia({ link });
  }

  #connected(peer) {
    this.#watch.begin();
    this.clock.after(SETTLED_MS, () => peer.connectionState === "connected" && limit(peer, "maintain-framerate"));
  }

  #found(candidate) {
    if (this.#unsent) this.#unsent.push(candidate);
    else this.#sendCandidate(candidate);
  }

  #sendCandidate({ candidate, sdpMid, sdpMLineIndex }) {
    this.send({ type: "candidate", call_id: this.callId, candidate, mid: sdpMid, mline: sdpMLineIndex });
  }
}

/**
 * When starved, the picture gets smaller before it gets slower (EN 301 549, 6.5: signing needs the frames). But not in
 * the first seconds: before the line has been measured Chromium would take it for a slow one, and start with (measured)
 * 640x360 for many seconds where 1280x720 goes through.
 */
async function limit(peer, degradationPreference) {
  const sender = peer.getSenders().find(({ track }) => track?.kind === "video");
  const parameters = sender?.getParameters();
  if (!parameters?.encodings?.length) return;
  parameters.degradationPreference = degradationPreference;
  parameters.encodings[0].maxBitrate = MAX_BPS;
  await sender.setParameters(parameters).catch((error) => console.warn("bit rate limit:", error.message));
}
