/** The part of state.js that is about one call: it arrives, is answered, is seen and heard, and ends. */

import { afterCall, linkForCall, withoutLink } from "./state-links.js";

/** Handlers of the distributor's messages about calls: (state, message, now) -> [state, effects]. */
export const CALL_MESSAGES = { incoming: onIncoming, offer: onOffer, ended: onEnded };

const EVENTS = {
  peer: onPeer,
  answer_failed: onAnswerFailed,
  end_call: (state, { now }) => (state.call ? endByUs(state, "agent_hung_up", now) : [state, []]),
  mute: onMute,
  heard: (state) => [withMedia(state, { needsClick: false }), []],
};

/** The handler of an event about a call; throws for one that nobody knows. */
export function onCallEvent(type) {
  if (!EVENTS[type]) throw new Error(`The event ${type} isn't known.`);
  return EVENTS[type];
}

/**
 * The routing core gives an agent one call at a time: one more, while we are in one, is left to its time-out. With a standby
 * link the agent is there at once; without, the terminal's offer follows.
 */
function onIncoming(state, message, now) {
  if (state.call) return [state, []];
  const { linkId, state: free, effects } = linkForCall(state, message.link_id);
  const call = arriving(message, linkId, now);
  const begin = linkId === null ? [{ do: "prepare", callId: call.id }] : [{ do: "adopt", callId: call.id, linkId }];
  const say = linkId === null ? [] : [{ do: "send", message: { type: "attached", call_id: call.id } }];
  const next = { ...free, call, muted: false, last: null };
  return [next, [...effects, ...begin, { do: "mute", on: false }, ...say]];
}

function arriving(message, linkId, now) {
  return {
    id: message.call_id,
    linkId, // the standby link that carries it, or null
    terminal: message.terminal,
    language: message.language,
    waitedMs: message.waited_ms,
    beganAt: now - message.waited_ms,
    arrivedAt: now,
    connectedAt: null,
    offered: false,
    media: { link: "new", video: "waiting", audio: "waiting", needsClick: false },
  };
}

/** Answers without a click; an offer for a call that has a line already is the terminal building a new one. */
function onOffer(state, message) {
  if (state.call?.id !== message.call_id) return [state, []];
  const { linkId } = state.call;
  const call = { ...state.call, offered: true, linkId: null };
  const [next, effects] = linkId === null ? [state, []] : withoutLink(state, linkId);
  return [{ ...next, call }, [{ do: "answer", callId: call.id, sdp: message.sdp }, ...effects]];
}

function onEnded(state, message, now) {
  if (state.hangingUp?.id === message.call_id) {
    const last = state.last?.id === message.call_id ? { ...state.last, reason: message.reason } : state.last;
    return [{ ...state, hangingUp: null, last }, []];
  }
  if (state.call?.id !== message.call_id) return [state, []];
  return end(state, message.reason, now);
}

/** Ends it here at once, whether or not the distributor can hear of it now. */
function endByUs(state, reason, now) {
  const call = { ...state.call, reason };
  const [next, effects] = end({ ...state, hangingUp: call }, reason, now);
  return [next, state.link === "open" ? [{ do: "send", message: hangUp(call) }, ...effects] : effects];
}

function end(state, reason, now) {
  const { id, linkId, terminal, language, waitedMs, connectedAt } = state.call;
  const talkedMs = connectedAt === null ? 0 : now - connectedAt;
  const next = { ...state, call: null, muted: false, last: { id, terminal, language, waitedMs, talkedMs, reason } };
  const effects = [{ do: "close", callId: id }, ...afterCall(state, linkId)];
  if (state.fatal !== "not_signed_in") return [next, effects];
  return [{ ...next, screen: "sign_in", fatal: null, signIn: { busy: false, problem: "ended" } }, effects];
}

/** What the peer connection says of itself: {link, video, audio, needsClick}, any of them. */
function onPeer(state, { callId, media, now }) {
  if (state.call?.id !== callId) return [state, []];
  const next = withMedia(state, media);
  const first = media.link === "connected" && state.call.connectedAt === null;
  return [first ? { ...next, call: { ...next.call, connectedAt: now } } : next, []];
}

function withMedia(state, media) {
  if (!state.call) return state;
  return { ...state, call: { ...state.call, media: { ...state.call.media, ...media } } };
}

function onAnswerFailed(state, { callId, now }) {
  return state.call?.id === callId ? endByUs(state, "setup_failed", now) : [state, []];
}

function onMute(state) {
  if (!state.call) return [state, []];
  return [{ ...state, muted: !state.muted }, [{ do: "mute", on: !state.muted }]];
}

/** The message that ends `call` for the reason that it carries. */
export function hangUp(call) {
  return { type: "hang_up", call_id: call.id, reason: call.reason };
}
