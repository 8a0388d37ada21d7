/** The two senders of a peer connection: which track each has, and what the picture may cost. */

const MAX_BPS = 2_500_000;

/** The sender of this kind (`audio`, `video`), with a track or without; undefined before an offer was read. */
export function senderOf(peer, kind) {
  return peer.getTransceivers().find(({ receiver }) => receiver.track.kind === kind)?.sender;
}

/** Sends the tracks of `stream` from now on; a sender that has its track already isn't disturbed. */
export async function attach(peer, stream) {
  await Promise.all(stream.getTracks().map((track) => change(peer, track.kind, track)));
}

/** Sends nothing from now on. */
export async function detach(peer) {
  await Promise.all([change(peer, "video", null), change(peer, "audio", null)]);
}

/** Sends `track` of this kind, or nothing for null. */
export async function change(peer, kind, track) {
  const sender = senderOf(peer, kind);
  if (sender && sender.track !== track) await sender.replaceTrack(track);
}

/**
 * When starved, the picture gets smaller before it gets slower (EN 301 549, 6.5: signing needs the frames). But not in
 * the first seconds: before the line has been measured Chromium would take it for a slow one, and start with (measured)
 * 640x360 for many seconds where 1280x720 goes through.
 */
export async function limit(peer, degradationPreference) {
  const sender = senderOf(peer, "video");
  const parameters = sender?.getParameters();
  if (!parameters?.encodings?.length || peer.connectionState === "closed") return;
  parameters.degradationPreference = degradationPreference;
  parameters.encodings[0].maxBitrate = MAX_BPS;
  await sender.setParameters(parameters).catch((error) => console.warn("bit rate limit:", error.message));
}
