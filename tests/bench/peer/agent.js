// The peer's agent: answers at once, like the console, and measures what it sees of the customer.

import { connection, devices, limit, relay, watch } from "./line.js";

const video = document.getElementById("customer");
let peer = null;
let stream = null;
let send = null;

function begin() {
  agent.shown.length = 0;
  peer = connection(send, (remote) => watch(video, remote, agent.shown));
}

const on = {
  offer: async ({ sdp }) => {
    if (!peer) begin();
    for (const track of stream.getTracks()) peer.addTrack(track, stream);
    await peer.takeDescription("offer", sdp);
    await peer.setLocalDescription();
    send({ type: "answer", sdp: peer.localDescription.sdp });
    await limit(peer);
  },
  candidate: ({ candidate }) => {
    if (!peer) begin();
    peer.takeCandidate(candidate);
  },
  end: () => {
    peer?.close();
    peer = null;
    video.srcObject = null;
  },
};

const agent = {
  shown: [],
  get peer() { return peer; },
  async start() {
    stream = await devices();
    send = await relay("agent", on);
  },
};
window.agent = agent;
