/**
 * What the console knows, as one frozen value, and the only way to change it.
 *
 * `reduce(state, event)` is pure: no DOM, no clock, no socket. Times are milliseconds of Clock.now(), brought by the
 * events. It returns `[state, effects]`; main.js carries the effects out, in their order.
 *
 * Effects: {do: "connect" | "disconnect" | "check_sign_in" | "take_devices" | "release_devices"}, {do: "send", message},
 * {do: "prepare", callId}, {do: "adopt", callId, linkId}, {do: "answer", callId, sdp}, {do: "close", callId},
 * {do: "mute", on}, {do: "open_link", linkId, sdp}, {do: "close_link" | "show_camera" | "hide_camera", linkId},
 * {do: "keep_pre_roll", on}, {do: "remind", ms}.
 */

import { CALL_MESSAGES, hangUp, onCallEvent } from "./state-call.js";
import { LINK_EVENTS, LINK_MESSAGES, NO_LINKS, declaredLinks, settleSeen, withoutLinks } from "./state-links.js";

const OFF = { state: "off", faults: [] };

/** The console before anything is known. */
export function initial() {
  return {
    screen: "starting", // starting, sign_in, cockpit
    me: null, // {agent_id, name, role}
    signIn: { busy: false, problem: null },
    link: "down", // down, connecting, open (declared)
    everOpen: false,
    fatal: null, // the distributor's last word, an ErrorCode
    welcome: null,
    status: "away", // as the distributor sees it
    nextStatus: "away",
    wrapUpEndsAt: null,
    wanted: "away", // what the agent asked for: available or away
    asked: null, // a set_status that no status has answered yet
    devices: OFF, // off, asking, ready, fault
    call: null,
    hangingUp: null, // a call that the agent has ended and the distributor hasn't confirmed
    last: null, // the call before this one
    muted: false,
    ...NO_LINKS,
  };
}

const EVENTS = {
  signed_in: (state, { me, preRollOn = false }) => [{ ...initial(), screen: "cockpit", me, preRollOn }, [{ do: "connect" }]],
  signed_out: signedOut,
  signing_in: (state) => [{ ...state, signIn: { busy: true, problem: null } }, []],
  sign_in_failed: (state, { why }) => [{ ...state, screen: "sign_in", signIn: { busy: false, problem: why } }, []],
  link: onLink,
  message: onMessage,
  want: (state, { status }) => want(state, status),
  devices: onDevices,
  ...LINK_EVENTS,
  use_here: (state) => [{ ...state, fatal: null, link: "connecting" }, [{ do: "connect" }]],
};

/** The next state and what has to be done. An event that isn't known is a defect and throws. */
export function reduce(state, event) {
  const handle = EVENTS[event.type] ?? onCallEvent(event.type);
  return settleDevices(...settleSeen(...handle(state, event)));
}

/** Whether camera and microphone have to be on: from "available" until the distributor has let go of the agent. */
export function devicesNeeded(state) {
  if (state.call) return true;
  if (state.screen !== "cockpit") return false;
  if (state.wanted === "available") return true;
  return state.link === "open" && ["available", "reserved", "in_call"].includes(state.status);
}

/**
 * Off while away or signed out: an agent on a break must not be looked at by an own lit camera. A device that stopped is
 * borne with during a call; after it, the agent can't be available.
 */
function settleDevices(state, effects) {
  const { state: now, faults } = state.devices;
  if (now === "fault") return [state, effects];
  if (faults.length && !state.call) return stopped(state, effects);
  const held = now !== "off";
  if (held === devicesNeeded(state)) return [state, effects];
  if (held) return [{ ...state, devices: OFF }, [...effects, { do: "release_devices" }]];
  return [{ ...state, devices: { state: "asking", faults: [] } }, [...effects, { do: "take_devices" }]];
}

function stopped(state, effects) {
  const [next, more] = ask({ ...state, devices: { ...state.devices, state: "fault" }, wanted: "away" }, "away");
  return [next, [...effects, ...more, { do: "release_devices" }]];
}

/** Keeps a call that goes on: its customer must not pay for the agent's sign-in having run out. */
function signedOut(state, { why }) {
  const [alone, effects] = withoutLinks(state);
  const leaving = [{ do: "disconnect" }, ...effects];
  if (state.call) return [{ ...alone, fatal: "not_signed_in", link: "down" }, leaving];
  const next = { ...initial(), screen: "sign_in", signIn: { busy: false, problem: why } };
  return [{ ...next, devices: state.devices }, leaving];
}

function onLink(state, { link }) {
  if (state.fatal) return [state, []];
  const [alone, effects] = withoutLinks(state);
  return [{ ...alone, link, asked: null }, link === "down" ? [{ do: "check_sign_in" }, ...effects] : effects];
}

function want(state, status) {
  if (state.screen !== "cockpit" || state.fatal) return [state, []];
  if (status === "available" && state.devices.state === "ready") return ask({ ...state, wanted: status }, status);
  if (status === "available") {
    const asking = { state: "asking", faults: [] };
    const effects = state.devices.state === "asking" ? [] : [{ do: "take_devices" }];
    return [{ ...state, wanted: status, devices: asking }, effects];
  }
  return ask({ ...state, wanted: status }, status);
}

/** Tells the distributor, at once or with the next declaration. */
function ask(state, status) {
  if (state.link !== "open") return [state, []];
  return [{ ...state, asked: status }, [{ do: "send", message: { type: "set_status", status } }]];
}

function onDevices(state, { devices }) {
  if (state.devices.state === "off") return [state, []]; // released meanwhile
  const next = { ...state, devices };
  if (devices.state === "ready" && state.devices.state !== "ready" && state.wanted === "available") {
    return ask(next, "available");
  }
  if (devices.state !== "fault" || state.wanted === "away") return [next, []];
  return ask({ ...next, wanted: "away" }, "away");
}

const MESSAGES = {
  welcome: onWelcome,
  status: onStatus,
  // The credentials of the servers that the welcome named run out; these take their place in the calls to come.
  ice_servers: (state, { ice_servers }) => [{ ...state, welcome: { ...state.welcome, ice_servers } }, []],
  error: onError,
  pong: (state) => [state, []],
  ...CALL_MESSAGES,
  ...LINK_MESSAGES,
};

/** A message of a newer distributor that this page doesn't know changes nothing. */
function onMessage(state, { message, now }) {
  const handle = MESSAGES[message.type];
  return handle ? handle(state, message, now) : [state, []];
}

function onWelcome(state, message, now) {
  const status = state.wanted === "available" && state.devices.state === "ready" ? "available" : "away";
  const next = { ...state, welcome: message, link: "open", everOpen: true, asked: status };
  const calls = [state.call, state.hangingUp].filter(Boolean).map((call) => declared(call, now));
  const effects = [{ do: "send", message: { type: "declare", calls, status, ...declaredLinks(state) } }];
  if (state.hangingUp) effects.push({ do: "send", message: hangUp(state.hangingUp) });
  return [next, effects];
}

function declared(call, now) {
  return {
    call_id: call.id,
    phase: call.connectedAt === null ? "setting_up" : "connected",
    peer_id: call.terminal.terminal_id,
    age_ms: Math.max(0, Math.round(now - call.beganAt)),
    language: call.language,
  };
}

/** A status that answers no request of ours is the distributor's decision, and holds for what the agent wants too. */
function onStatus(state, message, now) {
  const left = message.wrap_up_left_ms;
  const answered = state.asked === null || state.asked === message.next_status;
  const waits = state.wanted === "available" && state.devices.state === "asking";
  return [
    {
      ...state,
      status: message.status,
      nextStatus: message.next_status,
      wrapUpEndsAt: message.status === "wrap_up" && left !== undefined ? now + left : null,
      asked: answered ? null : state.asked,
      wanted: answered && !waits ? message.next_status : state.wanted,
    },
    [],
  ];
}

function onError(state, message) {
  console.warn("distributor:", message.code, message.text);
  if (message.code === "not_signed_in") return signedOut(state, { why: "ended" });
  if (message.fatal) return stop(state, message.code);
  if (message.code === "unknown_call") return [{ ...state, hangingUp: null }, []];
  if (message.code === "not_allowed") return [{ ...state, asked: null, wanted: state.nextStatus }, []];
  return [state, []];
}

function stop(state, code) {
  const [alone, effects] = withoutLinks(state);
  return [{ ...alone, fatal: code, link: "down", wanted: "away" }, [{ do: "disconnect" }, ...effects]];
}
