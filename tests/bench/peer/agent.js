// The peer's agent: answers at once, like the console, and measures what it sees and hears of the customer.

import { attach, connection, devices, limit, listen, relay, watch } from "./line.js";

const video = document.getElementById("customer");
let peer = null;
let stream = null;
let send = null;
let busy = false;

function begin() {
  agent.shown.length = agent.heard.length = 0;
  peer = connection(send, (remote) => watch(video, remote, agent.shown));
}

const on = {
  offer: async ({ sdp, standby }) => {
    if (!peer) begin();
    busy = !standby;
    if (busy) for (const track of stream.getTracks()) peer.addTrack(track, stream);
    await peer.takeDescription("offer", sdp);
    for (const transceiver of peer.getTransceivers()) transceiver.direction = "sendrecv";
    await peer.setLocalDescription();
    send({ type: "answer", sdp: peer.localDescription.sdp });
    await limit(peer);
  },
  candidate: ({ candidate }) => {
    if (!peer) begin();
    peer.takeCandidate(candidate);
  },
  press: () => {
    agent.shown.length = agent.heard.length = 0;
    busy = true;
    attach(peer, stream);
  },
  release: async () => {
    await attach(peer, null);
    busy = false;
  },
  end: () => {
    peer?.close();
    peer = null;
    busy = false;
    video.srcObject = null;
  },
};

const agent = {
  shown: [],
  heard: [],
  get peer() { return peer; },
  get busy() { return busy; },
  async start() {
    stream = await devices();
    send = await relay("agent", on);
    listen(video, this.heard);
  },
};
window.agent = agent;
