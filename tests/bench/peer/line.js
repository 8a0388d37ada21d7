// What both of the peer's pages share: the relay's socket, the tuning of a connection, and what was measured.

import { withStartBitrate } from "/console/sdp.js";

export const asked = new URLSearchParams(location.search);
const START_KBPS = Number(asked.get("start_kbps") ?? 1500);
const MAX_KBPS = Number(asked.get("max_kbps") ?? 2500);
const KEEP = asked.get("keep") ?? "maintain-framerate";
const SETTLED_MS = 3000;
const PROCESSING = asked.get("processing") === "1";

/** The camera and the microphone, opened before any call so that no call waits for them. */
export function devices() {
  const [echoCancellation, noiseSuppression, autoGainControl] = [PROCESSING, PROCESSING, PROCESSING];
  const video = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
  return navigator.mediaDevices.getUserMedia({ video, audio: { echoCancellation, noiseSuppression, autoGainControl } });
}

/** The relay: `on[type](message)` for what the other side says. */
export async function relay(role, on) {
  const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/ws?role=${role}`);
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    on[message.type]?.(message);
  };
  await new Promise((resolve, reject) => Object.assign(socket, { onopen: resolve, onerror: reject }));
  setInterval(() => socket.send('{"type":"ping"}'), 1000);
  return (message) => socket.send(JSON.stringify(message));
}

/** A peer connection with everything on one transport, which sends its candidates as it finds them. */
export function connection(send, show) {
  const peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  const early = [];
  peer.onicecandidate = ({ candidate }) => candidate?.candidate && send({ type: "candidate", candidate });
  const remote = new MediaStream();
  peer.ontrack = ({ track }) => {
    remote.addTrack(track);
    if (track.kind === "video") show(remote);
  };
  peer.takeCandidate = (candidate) => (peer.remoteDescription ? peer.addIceCandidate(candidate) : early.push(candidate));
  peer.takeDescription = async (type, sdp) => {
    await peer.setRemoteDescription({ type, sdp: withStartBitrate(sdp, START_KBPS) });
    for (const candidate of early.splice(0)) await peer.addIceCandidate(candidate);
  };
  return peer;
}

/** Puts the own camera and microphone on a link that is up, or takes them off with none. */
export function attach(peer, stream) {
  const tracks = stream?.getTracks() ?? [];
  return Promise.all(
    peer.getTransceivers().map(({ sender, receiver }) =>
      sender.replaceTrack(tracks.find(({ kind }) => kind === receiver.track.kind) ?? null)),
  );
}

/** The most that is sent; full size until the line has been measured, then what `keep` in the address says. */
export async function limit(peer) {
  await prefer(peer, "maintain-resolution");
  setTimeout(() => peer.connectionState === "connected" && prefer(peer, KEEP), SETTLED_MS);
}

async function prefer(peer, degradationPreference) {
  const { sender } = peer.getTransceivers().find(({ receiver }) => receiver.track.kind === "video");
  const parameters = sender.getParameters();
  parameters.degradationPreference = degradationPreference;
  parameters.encodings[0].maxBitrate = MAX_KBPS * 1000;
  await sender.setParameters(parameters);
}

/** Plays `stream` in `video`, and notes when each picture was shown, in this page's milliseconds. */
export function watch(video, stream, times) {
  const note = () => {
    times.push(performance.now());
    video.requestVideoFrameCallback(note);
  };
  video.requestVideoFrameCallback(note);
  video.srcObject = stream;
  video.play();
}

const LOUD = 0.003; // -50 dBFS
const EVERY_MS = 5;

/** Notes in `times` when the sound of what `video` plays was first loud since `times` was emptied, in this page's milliseconds. */
export function listen(video, times) {
  const context = new AudioContext({ latencyHint: "interactive" });
  const analyser = new AnalyserNode(context, { fftSize: 256 });
  const samples = new Float32Array(analyser.fftSize);
  let heard = null;
  let source = null;
  setInterval(() => {
    const stream = video.srcObject?.getAudioTracks().length ? video.srcObject : null;
    if (stream !== heard) {
      source?.disconnect();
      source = stream && context.createMediaStreamSource(stream);
      source?.connect(analyser);
      heard = stream;
    }
    if (!source || times.length) return;
    analyser.getFloatTimeDomainData(samples);
    if (samples.some((sample) => Math.abs(sample) > LOUD)) times.push(performance.now());
  }, EVERY_MS);
}
