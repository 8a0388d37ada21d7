/** Makes the video encoder of a sender that sends nothing yet, so that the first picture of a call doesn't wait for one. */

import { senderOf } from "./sending.js";

const WIDTH = 1280;
const HEIGHT = 720;
const PRIMED_MS = 150;

/**
 * Chromium makes an encoder when the first picture comes, and keeps it while the sender has no track; that took half of the
 * time from the attached camera to the first packet (docs/adr/0010). So one black picture goes into a sender that isn't
 * active: nothing leaves the computer. Elsewhere than in Chromium nothing is done. `sleep(ms)` ends by itself.
 */
export async function prime(peer, sleep) {
  const sender = senderOf(peer, "video");
  if (!sender || !("MediaStreamTrackGenerator" in window)) return;
  await setActive(sender, false);
  const track = new MediaStreamTrackGenerator({ kind: "video" });
  await sender.replaceTrack(track);
  await track.writable.getWriter().write(black());
  await sleep(PRIMED_MS);
  await sender.replaceTrack(null);
  track.stop();
  await setActive(sender, true);
}

async function setActive(sender, active) {
  const parameters = sender.getParameters();
  for (const encoding of parameters.encodings) encoding.active = active;
  await sender.setParameters(parameters);
}

function black() {
  const pixels = new Uint8Array(WIDTH * HEIGHT * 1.5).fill(128);
  pixels.fill(16, 0, WIDTH * HEIGHT);
  return new VideoFrame(pixels, { format: "I420", codedWidth: WIDTH, codedHeight: HEIGHT, timestamp: 0 });
}
