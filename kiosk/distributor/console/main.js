/** Puts the console together: events go into the state, effects come out, what is shown follows. */

import { CallPeer } from "./call.js";
import { Clock } from "./clock.js";
import { actionOf } from "./keys.js";
import { Devices } from "./media.js";
import { texts } from "./messages.js";
import { Player } from "./player.js";
import { derive } from "./props.js";
import { signIn, signOut, takeCode, whoAmI } from "./sign-in.js";
import { initial, reduce } from "./state.js";
import { startTheme, toggleTheme } from "./theme.js";
import { View } from "./view.js";
import { Wire } from "./wire.js";

const TICK_MS = 250;
const ASK_AGAIN_MS = 2000;

const t = texts(navigator.languages);
const clock = new Clock();
const view = new View(t);
const player = new Player(view.picture, {
  onPicture: () => aboutCall({ video: "live" }),
  onSilenced: () => aboutCall({ needsClick: true }),
});
const devices = new Devices({
  onChange: (change) => dispatch({ type: "devices", devices: change }),
  onStream: (stream) => {
    view.showOwn(stream);
    if (stream) peer?.replaceTracks(stream);
  },
});
const wire = new Wire({ url: new URL("ws", document.baseURI.replace(/^http/, "ws")), clock, onEvent: dispatch });
const showTheme = startTheme((theme) => view.showTheme(theme));

let state = initial();
let peer = null;

const EFFECTS = {
  connect: () => wire.connect(),
  disconnect: () => wire.disconnect(),
  check_sign_in: checkSignIn,
  take_devices: () => devices.take(),
  release_devices: () => devices.release(),
  send: ({ message }) => wire.send(message),
  prepare: ({ callId }) => prepare(callId),
  answer: ({ callId, sdp }) => answer(callId, sdp),
  close: () => close(),
  mute: ({ on }) => devices.mute(on),
};

const ACTIONS = {
  available: () => dispatch({ type: "want", status: "available" }),
  away: () => dispatch({ type: "want", status: "away" }),
  ready: () => dispatch({ type: "want", status: "available" }),
  mute: () => dispatch({ type: "mute" }),
  end: () => dispatch({ type: "end_call", now: clock.now() }),
  hear: async () => (await player.hear()) && dispatch({ type: "heard" }),
  theme: () => toggleTheme(showTheme),
  sign_out: leave,
  use_here: () => dispatch({ type: "use_here" }),
  reload: () => location.reload(),
};

const waiting = [];

/** One event after the other, also where carrying out an effect brings the next one. */
function dispatch(event) {
  if (waiting.push(event) > 1) return;
  while (waiting.length) {
    try {
      apply(waiting[0]);
    } finally {
      waiting.shift();
    }
  }
  show();
}

function apply(event) {
  const [next, effects] = reduce(state, event);
  state = next;
  for (const effect of effects) EFFECTS[effect.do](effect);
}

function show() {
  view.show(derive(state, clock.now(), t));
}

function aboutCall(media) {
  if (peer) dispatch({ type: "peer", callId: peer.callId, media, now: clock.now() });
}

function prepare(callId) {
  close();
  peer = new CallPeer({
    callId,
    iceServers: state.welcome?.ice_servers ?? [],
    clock,
    stream: () => devices.stream(),
    send: (message) => wire.send(message),
    onMedia: (media) => dispatch({ type: "peer", callId, media, now: clock.now() }),
    onRemote: (stream) => player.play(stream),
  });
}

async function answer(callId, sdp) {
  try {
    await peer.answer(sdp);
  } catch (error) {
    console.warn("answer:", error.message);
    dispatch({ type: "answer_failed", callId, now: clock.now() });
  }
}

function close() {
  peer?.close();
  peer = null;
  player.play(null);
}

/** A distributor that refuses the socket may do so because the sign-in has run out. */
async function checkSignIn() {
  const { why } = await whoAmI();
  if (why === "signed_out" && state.screen === "cockpit") dispatch({ type: "signed_out", why: "ended" });
}

async function leave() {
  wire.disconnect();
  await signOut();
  dispatch({ type: "signed_out", why: null });
}

async function enter(credentials) {
  dispatch({ type: "signing_in" });
  const { me, why } = await signIn(credentials);
  if (me) dispatch({ type: "signed_in", me });
  else if ("code" in credentials) await resume(why);
  else dispatch({ type: "sign_in_failed", why });
  if (why === "unreachable") askAgain(null);
}

/** Goes on with the sign-in that this browser has, or shows the form; `why` is what to say there. */
async function resume(why = null) {
  const known = await whoAmI();
  if (known.me) return dispatch({ type: "signed_in", me: known.me });
  const unreachable = known.why === "unreachable";
  dispatch({ type: "sign_in_failed", why: unreachable ? "unreachable" : why });
  if (unreachable) askAgain(why);
  return undefined;
}

function askAgain(why) {
  clock.after(ASK_AGAIN_MS, () => state.screen === "sign_in" && !state.signIn.busy && resume(why));
}

function start() {
  const code = takeCode();
  if (code) enter({ code });
  else resume();
}

document.addEventListener("keydown", (event) => {
  const action = actionOf(event);
  if (action) perform(action);
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-action]");
  if (button) perform(button.dataset.action);
});
document.getElementById("sign-in-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const { name, password } = event.target.elements;
  enter({ name: name.value, password: password.value });
  password.value = "";
});

function perform(action) {
  if (derive(state, clock.now(), t).controls[action].enabled) ACTIONS[action]();
}

addEventListener("hashchange", () => !state.call && start());
addEventListener("pagehide", () => wire.disconnect());
addEventListener("pageshow", (event) => event.persisted && location.reload());
addEventListener("beforeunload", (event) => state.call && event.preventDefault());
clock.every(TICK_MS, show);
start();
