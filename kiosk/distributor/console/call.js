/** One call's peer connection: a standby link or a new one. Answers at once, and watches what arrives. */

import { START_KBPS } from "./links.js";
import { withStartBitrate } from "./sdp.js";
import { attach, limit } from "./sending.js";
import { Trickle } from "./trickle.js";
import { Watch } from "./watch.js";

const SETTLED_MS = 3000;

/**
 * `stream()` gives the agent's own media; `send(message)` takes `answer` and `candidate`; `onMedia(media)` gets what is
 * known of the line ({link, video, audio}, any of them); `onRemote(stream)` the customer's picture and sound. With `link`
 * (links.js) the call runs on that link until `close()` gives it back, or until an offer comes that starts afresh.
 */
export class CallPeer {
  #peer = null;
  #link = null;
  #trickle = null;
  #watch = null;
  #closed = false;

  constructor({ callId, iceServers, stream, send, onMedia, onRemote, clock, link = null }) {
    Object.assign(this, { callId, iceServers, stream, send, onMedia, onRemote, clock });
    if (link) this.#adopt(link);
    else this.#begin();
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
    this.#trickle.answer(peer.localDescription.sdp);
    await limit(peer, "maintain-resolution");
  }

  /** Sends camera and microphone on the standby link, at once where they are on. */
  async attach() {
    const link = this.#link;
    const stream = await this.stream();
    if (!this.#closed && link === this.#link) await link?.attach(stream);
  }

  /** Goes on with the tracks of `stream`, after a device came back. */
  async replaceTracks(stream) {
    await attach(this.#peer, stream);
  }

  /** What was sent and received, for those who look for a fault: RTCStatsReport. */
  stats() {
    return this.#peer.getStats();
  }

  /** Ends the call's connection, or leaves a standby link at rest; safe to call twice. */
  close() {
    if (this.#closed) return;
    this.#closed = true;
    this.#leave();
  }

  #restart() {
    this.#leave();
    this.#link = null;
    this.#begin();
  }

  /** Whoever closes the standby link itself is main.js, which knows whether it is still wanted. */
  #leave() {
    this.#watch.stop();
    if (this.#link) this.#link.rest();
    else this.#peer.close();
  }

  #begin() {
    const peer = new RTCPeerConnection({ iceServers: this.iceServers, bundlePolicy: "max-bundle" });
    const remote = new MediaStream();
    this.#trickle = new Trickle(peer, (kind, fields) => this.send({ type: kind, call_id: this.callId, ...fields }));
    peer.ontrack = ({ track }) => {
      remote.addTrack(track);
      this.onRemote(remote);
    };
    peer.onconnectionstatechange = () => this.#changed(peer.connectionState);
    this.#use(peer);
  }

  #adopt(link) {
    this.#link = link;
    this.#use(link.peer);
    link.lend(() => this.#changed(link.peer.connectionState));
    this.onRemote(link.remote);
    this.#changed(link.peer.connectionState);
  }

  #use(peer) {
    this.#peer = peer;
    this.#watch = new Watch(peer, this.clock, this.onMedia);
  }

  #changed(state) {
    if (state === "connected") this.#connected(this.#peer);
    if (["connected", "disconnected", "failed"].includes(state)) this.onMedia({ link: state });
  }

  #connected(peer) {
    this.#watch.begin();
    const settled = () => !this.#closed && peer === this.#peer && peer.connectionState === "connected";
    this.clock.after(SETTLED_MS, () => settled() && limit(peer, "maintain-framerate"));
  }
}
