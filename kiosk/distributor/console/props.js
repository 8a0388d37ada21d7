/**
 * What is shown, derived from the state: `derive(state, now, t)` gives one value with all that view.js writes.
 *
 * `t` is messages.js' text table; `now` is Clock.now(). Pure: the same arguments give the same value.
 */

/** Everything that can be seen of `state` at `now`. */
export function derive(state, now, t) {
  const kind = kindOf(state);
  return {
    screen: state.screen,
    kind,
    title: titleOf(state, kind, t),
    word: t.text(`state_${kind}`),
    detail: detailOf(state, kind, t),
    link: state.call && state.link !== "open" && !state.fatal ? t.text("link_restoring_in_call") : "",
    me: state.me,
    signIn: signInOf(state, t),
    stage: stageOf(state, kind, t),
    notice: noticeOf(state, t),
    needsClick: state.call?.media.needsClick ?? false,
    picture: state.call !== null && state.call.media.video !== "waiting",
    customer: customerOf(state, now, t),
    preview: previewOf(state, t),
    controls: controlsOf(state, kind),
    wrapUp: wrapUpOf(state, now, t),
  };
}

/** The tab's words: an agent who looks at another one meanwhile sees them too. */
function titleOf(state, kind, t) {
  if (state.call) return t.text("title_in_call", { branch: state.call.terminal.branch });
  return t.text(kind === "seen" ? "title_seen" : "title");
}

/** The state's one word, also the name of its colour and shape. */
function kindOf(state) {
  if (state.call && state.muted) return "muted";
  if (state.call) return state.call.connectedAt === null ? "reserved" : "in_call";
  if (state.seenOn.length > 0) return "seen";
  if (state.fatal) return "stopped";
  if (state.link !== "open") return state.everOpen ? "restoring" : "starting";
  if (state.hangingUp || ["reserved", "in_call"].includes(state.status)) return state.last ? "wrap_up" : "reserved";
  return state.status;
}

function detailOf(state, kind, t) {
  if (kind === "in_call") return t.text(state.nextStatus === "available" ? "detail_then_available" : "detail_then_away");
  if (kind === "away" && state.devices.state === "asking") return t.text("detail_devices");
  return t.has(`detail_${kind}`) ? t.text(`detail_${kind}`) : "";
}

function signInOf(state, t) {
  const { busy, problem } = state.signIn;
  return { busy, problem: problem ? t.text(`sign_in_${problem}`) : "" };
}

/** The words in the middle while there is no picture: {heading, words, action} with action a data-action, or null. */
function stageOf(state, kind, t) {
  if (state.fatal && !state.call) return fatalOf(state, t);
  if (state.call) {
    if (state.call.media.video !== "waiting") return null;
    const branch = state.call.terminal.branch;
    return { heading: t.text("stage_reserved", { branch }), words: t.text("stage_reserved_words"), action: null };
  }
  if (state.devices.state === "fault") {
    return { heading: t.text("device_heading"), words: faultWords(state, t), action: "available", label: t.text("try_again") };
  }
  if (kind === "away" && state.devices.state === "asking") return words("asking", t);
  if (kind === "away") return { ...words("away", t), action: "available", label: t.text("become_available") };
  return words(kind, t);
}

function words(kind, t) {
  const more = t.has(`stage_${kind}_words`) ? t.text(`stage_${kind}_words`) : "";
  return { heading: t.has(`stage_${kind}`) ? t.text(`stage_${kind}`) : "", words: more, action: null };
}

function fatalOf(state, t) {
  const code = t.has(`fatal_${state.fatal}`) ? state.fatal : "other";
  const action = code === "version" ? "reload" : "use_here";
  return {
    heading: t.text(`fatal_${code}`),
    words: t.text(`fatal_${code}_advice`, { code: state.fatal }),
    action,
    label: t.text(code === "other" ? "try_again" : action),
  };
}

function faultWords(state, t) {
  const [first, second] = state.devices.faults;
  if (second?.why === first.why) return t.text(`device_both_${first.why}`);
  return state.devices.faults.map(({ device, why }) => t.text(`device_${device}_${why}`)).join("\n");
}

/** The line over the picture: the worst of what is wrong with the call, or nothing. */
function noticeOf(state, t) {
  if (!state.call) return "";
  if (state.fatal) {
    const code = t.has(`fatal_${state.fatal}`) ? state.fatal : "other";
    const advice = code === "not_signed_in" ? "fatal_not_signed_in_advice" : "fatal_in_call";
    return `${t.text(`fatal_${code}`)}. ${t.text(advice)}`;
  }
  const { link, video, audio } = state.call.media;
  if (link === "failed") return t.text("notice_link_failed");
  if (link === "disconnected") return t.text("notice_link_disconnected");
  const own = state.devices.faults[0]?.device;
  if (own) return t.text(`notice_own_${own}`);
  if (video === "stalled" && audio === "stalled") return t.text("notice_both_stalled");
  if (video === "stalled") return t.text("notice_video_stalled");
  if (video === "missing") return t.text("notice_video_missing");
  return audio === "stalled" ? t.text("notice_audio_stalled") : "";
}

function customerOf(state, now, t) {
  const call = state.call ?? state.last;
  if (!call) return null;
  const talked = state.call ? (call.connectedAt === null ? 0 : now - call.connectedAt) : call.talkedMs;
  return {
    heading: t.text(state.call ? "customer" : "customer_last"),
    now: state.call !== null,
    branch: call.terminal.branch,
    terminal: call.terminal.name,
    language: t.languageName(call.language),
    languageTag: call.language,
    waited: waitedOf(call.waitedMs, t),
    time: clockTime(talked),
  };
}

function waitedOf(waitedMs, t) {
  const n = Math.round(waitedMs / 1000);
  return n < 1 ? t.text("waited_none") : t.text("seconds", { n });
}

/** Minutes and seconds, `2:05`, and hours where there are any. */
export function clockTime(ms) {
  const all = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  const two = (value) => String(value).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

function previewOf(state, t) {
  const on = state.devices.state === "ready";
  const words = state.muted ? "preview_muted" : state.seenOn.length > 0 && !state.call ? "preview_seen" : "preview";
  return { on, muted: state.muted, words: t.text(on ? words : "preview_off") };
}

/** Which actions can be taken now, and which of the two statuses is chosen. */
function controlsOf(state, kind) {
  const free = state.screen === "cockpit" && !state.fatal;
  const inCall = state.call !== null;
  return {
    available: { enabled: free, pressed: state.wanted === "available" },
    away: { enabled: free, pressed: state.wanted === "away" },
    mute: { enabled: inCall, pressed: state.muted },
    end: { enabled: inCall },
    ready: { enabled: free && kind === "wrap_up" },
    pre_roll: { enabled: free, pressed: state.preRollOn },
    hear: { enabled: state.call?.media.needsClick ?? false },
    sign_out: { enabled: state.screen === "cockpit" && !inCall },
    theme: { enabled: true },
    use_here: { enabled: state.fatal !== null && !inCall },
    reload: { enabled: state.fatal !== null && !inCall },
  };
}

/** The sheet after a call, or null. `left` is whole seconds, `part` what is left of the whole time, 1 down to 0. */
function wrapUpOf(state, now, t) {
  if (state.call || state.status !== "wrap_up" || state.link !== "open" || state.wrapUpEndsAt === null) return null;
  const leftMs = Math.max(0, state.wrapUpEndsAt - now);
  const whole = (state.welcome?.wrap_up_s ?? 0) * 1000 || leftMs || 1;
  return {
    left: Math.ceil(leftMs / 1000),
    part: Math.min(1, leftMs / whole),
    then: t.text(state.nextStatus === "available" ? "wrap_up_then_available" : "wrap_up_then_away"),
    branch: state.last?.terminal.branch ?? "",
    talked: state.last ? clockTime(state.last.talkedMs) : "",
    reason: state.last ? t.text(`ended_${state.last.reason}`) : "",
  };
}
