/** The agent's lines: the standby links, and the call, which runs on one of them or on a connection of its own. */

import { CallPeer } from "./call.js";
import { Links } from "./links.js";

/**
 * Carries out the state's effects that are about peer connections. `iceServers()`, `send(message)` and `dispatch(event)`
 * as in main.js; `devices` gives the agent's media, `player` shows the customer's.
 */
export class Lines {
  #call = null;
  #shown = new Set(); // links that have the camera although no call runs on them
  #hiding = Promise.resolve(); // the latest camera that is being taken off a link

  constructor({ clock, devices, player, iceServers, send, dispatch }) {
    Object.assign(this, { clock, devices, player, iceServers, send, dispatch });
    const onState = (linkId, state) => dispatch({ type: "link_state", linkId, state });
    this.links = new Links({ clock, iceServers: standbyServers(iceServers), send, onState });
  }

  /** Which call it is, or null. */
  get callId() {
    return this.#call?.callId ?? null;
  }

  /** A connection for a call whose offer will come. */
  prepare(callId) {
    this.closeCall();
    this.#call = this.#made(callId, null);
  }

  /** The call runs on this standby link: camera and microphone at once, but on one link at a time. */
  async adopt(callId, linkId) {
    this.closeCall();
    const call = (this.#call = this.#made(callId, this.links.get(linkId)));
    this.#shown.delete(linkId);
    await this.#hiding;
    await this.#tried(callId, () => call.attach());
  }

  /** Answers a call's offer; its standby link, if it had one, isn't used any more. */
  answer(callId, sdp) {
    return this.#tried(callId, () => this.#call.answer(sdp));
  }

  /** Ends the call here; its standby link, if it has one, is at rest again. */
  closeCall() {
    this.#call?.close();
    this.#call = null;
    this.player.play(null);
  }

  /** Pre-roll: the camera, without sound, on this link. */
  async show(linkId) {
    this.#shown.add(linkId);
    await this.#hiding;
    const stream = await this.devices.stream().catch(() => null);
    if (stream && this.#shown.has(linkId)) await this.links.get(linkId)?.show(cameraOf(stream));
  }

  /** The camera comes off this link; `unseen` is dispatched once it has. */
  hide(linkId) {
    this.#shown.delete(linkId);
    const failed = () => this.dispatch({ type: "link_state", linkId, state: "failed" });
    const off = Promise.resolve(this.links.get(linkId)?.show(null)).catch(failed);
    this.#hiding = Promise.all([this.#hiding, off]);
    off.then(() => this.dispatch({ type: "unseen", linkId }));
  }

  /** Goes on with new devices wherever the old ones were sent. */
  replaceTracks(stream) {
    this.#call?.replaceTracks(stream);
    for (const linkId of this.#shown) this.links.get(linkId)?.show(cameraOf(stream));
  }

  async #tried(callId, action) {
    try {
      await action();
    } catch (error) {
      console.warn("call:", error.message);
      this.dispatch({ type: "answer_failed", callId, now: this.clock.now() });
    }
  }

  #made(callId, link) {
    return new CallPeer({
      callId,
      link,
      iceServers: this.iceServers(),
      clock: this.clock,
      stream: () => this.devices.stream(),
      send: (message) => this.send(message),
      onMedia: (media) => this.dispatch({ type: "peer", callId, media, now: this.clock.now() }),
      onRemote: (stream) => this.player.play(stream),
    });
  }
}

function cameraOf(stream) {
  return stream.getVideoTracks()[0] ?? null;
}

/** Without relays: an idle link through one would cost an allocation there; where nothing else passes, calls start cold. */
function standbyServers(iceServers) {
  const direct = (url) => !/^turns?:/.test(url);
  return () =>
    iceServers()
      .map((server) => ({ ...server, urls: [server.urls].flat().filter(direct) }))
      .filter(({ urls }) => urls.length > 0);
}
