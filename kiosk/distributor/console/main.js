/** Puts the console together: events go into the state, effects come out, what is shown follows. */

import { Clock } from "./clock.js";
import { Entry } from "./entry.js";
import { actionOf } from "./keys.js";
import { Lines } from "./lines.js";
import { Devices } from "./media.js";
import { texts } from "./messages.js";
import { Player } from "./player.js";
import { keepPreRoll } from "./pre-roll.js";
import { derive } from "./props.js";
import { initial, reduce } from "./state.js";
import { startTheme, toggleTheme } from "./theme.js";
import { View } from "./view.js";
import { Wire } from "./wire.js";

const TICK_MS = 250;

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
    if (stream) lines.replaceTracks(stream);
  },
});
const wire = new Wire({ url: new URL("ws", document.baseURI.replace(/^http/, "ws")), clock, onEvent: dispatch });
const lines = new Lines({
  clock,
  devices,
  player,
  dispatch,
  iceServers: () => state.welcome?.ice_servers ?? [],
  send: (message) => wire.send(message),
});
const entry = new Entry({ clock, wire, dispatch, state: () => state });
const showTheme = startTheme((theme) => view.showTheme(theme));

let state = initial();

const EFFECTS = {
  connect: () => wire.connect(),
  disconnect: () => wire.disconnect(),
  check_sign_in: () => entry.check(),
  take_devices: () => devices.take(),
  release_devices: () => devices.release(),
  send: ({ message }) => wire.send(message),
  prepare: ({ callId }) => lines.prepare(callId),
  adopt: ({ callId, linkId }) => lines.adopt(callId, linkId),
  answer: ({ callId, sdp }) => lines.answer(callId, sdp),
  close: () => lines.closeCall(),
  open_link: ({ linkId, sdp }) => lines.links.open(linkId, sdp),
  close_link: ({ linkId }) => lines.links.close(linkId),
  show_camera: ({ linkId }) => lines.show(linkId),
  hide_camera: ({ linkId }) => lines.hide(linkId),
  remind: ({ ms }) => clock.after(ms, () => dispatch({ type: "lease_time", now: clock.now() })),
  keep_pre_roll: ({ on }) => keepPreRoll(on ? state.me.agent_id : null),
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
  pre_roll: () => dispatch({ type: "pre_roll_switch" }),
  sign_out: () => entry.leave(),
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
  if (lines.callId) dispatch({ type: "peer", callId: lines.callId, media, now: clock.now() });
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
  entry.enter({ name: name.value, password: password.value });
  password.value = "";
});

function perform(action) {
  if (derive(state, clock.now(), t).controls[action].enabled) ACTIONS[action]();
}

addEventListener("hashchange", () => !state.call && entry.start());
addEventListener("pagehide", () => wire.disconnect());
addEventListener("pageshow", (event) => event.persisted && location.reload());
addEventListener("beforeunload", (event) => state.call && event.preventDefault());
clock.every(TICK_MS, show);
entry.start();
