// The page that does the terminal's job: an attract screen, a press, and the agent full size with the own picture in a corner.

import { asked, connection, devices, limit, relay, watch } from "./line.js";

const byId = (id) => document.getElementById(id);
let peer = null;
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

window.kiosk = {
  pressed: 0,
  shown: [],
  get peer() { return peer; },

  /** Ready for a press: the devices are open and the relay is reached. */
  async start() {
    send = await relay("kiosk", on);
    stream = await devices();
    byId("self").srcObject = stream;
  },

  /** A customer presses; the page's time in ms. Everything goes out at once, nothing is waited for. */
  async press() {
    this.pressed = performance.now();
    this.shown.length = 0;
    peer = connection(send, (remote) => watch(byId("agent"), remote, this.shown));
    const [audio] = stream.getAudioTracks();
    const [video] = stream.getVideoTracks();
    peer.addTransceiver(audio, { direction: "sendrecv", streams: [stream] });
    preferred(peer.addTransceiver(video, { direction: "sendrecv", streams: [stream] }));
    await peer.setLocalDescription();
    send({ type: "offer", sdp: peer.localDescription.sdp });
    document.body.dataset.state = "in_call";
    return this.pressed;
  },

  end() {
    send({ type: "end" });
    peer.close();
    peer = null;
    byId("agent").srcObject = null;
    document.body.dataset.state = "idle";
  },
};
