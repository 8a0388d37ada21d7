// The page that does the terminal's job: an attract screen, a press, and the agent full size with the own picture in a corner.

import { asked, attach, connection, devices, limit, listen, relay, watch } from "./line.js";

const byId = (id) => document.getElementById(id);
let peer = null;
let link = null;
let stream = null;
let send = null;

const on = {
  answer: async ({ sdp }) => {
    await peer.takeDescription("answer", sdp);
    await limit(peer);
  },
  candidate: ({ candidate }) => peer?.takeCandidate(candidate),
};

const FIRST = `video/${asked.get("codec") ?? "h264"}`;

function preferred(transceiver) {
  const { codecs } = RTCRtpSender.getCapabilities("video");
  const rank = ({ mimeType }) => (mimeType.toLowerCase() === FIRST ? 0 : 1);
  transceiver.setCodecPreferences(codecs.toSorted((a, b) => rank(a) - rank(b)));
}

async function connect(audio, video) {
  peer = connection(send, (remote) => watch(byId("agent"), remote, kiosk.shown));
  peer.addTransceiver(audio, { direction: "sendrecv", streams: [stream] });
  preferred(peer.addTransceiver(video, { direction: "sendrecv", streams: [stream] }));
  await peer.setLocalDescription();
  send({ type: "offer", sdp: peer.localDescription.sdp, standby: link === "wanted" });
}

const kiosk = {
  pressed: 0,
  shown: [],
  heard: [],
  get peer() { return peer; },

  /** Ready for a press: the devices are open and the relay is reached. */
  async start() {
    send = await relay("kiosk", on);
    stream = await devices();
    byId("self").srcObject = stream;
    listen(byId("agent"), this.heard);
  },

  /** A standby link, as ours: ICE and DTLS done, both ways, no track on it. Resolves when it is up. */
  async standBy() {
    link = "wanted";
    await connect("audio", "video");
    while (peer.connectionState !== "connected") await new Promise((resolve) => setTimeout(resolve, 20));
    link = peer;
  },

  /** The link is of no more use. */
  leave() {
    link?.close();
    link = peer = null;
    send({ type: "end" });
  },

  /** A customer presses; the page's time in ms. Everything goes out at once, nothing is waited for. */
  async press() {
    this.pressed = performance.now();
    this.shown.length = this.heard.length = 0;
    document.body.dataset.state = "in_call";
    if (link) {
      send({ type: "press" });
      await attach(link, stream);
    } else {
      await connect(stream.getAudioTracks()[0], stream.getVideoTracks()[0]);
    }
    return this.pressed;
  },

  async end() {
    document.body.dataset.state = "idle";
    if (link) {
      send({ type: "release" });
      await attach(link, null);
      return;
    }
    send({ type: "end" });
    peer.close();
    peer = null;
    byId("agent").srcObject = null;
  },
};
window.kiosk = kiosk;
