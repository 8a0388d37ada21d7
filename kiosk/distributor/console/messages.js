/**
 * Every text that an agent reads, by language. A new language is one more table with the same keys; `{name}` is filled in.
 */

const en = {
  title: "Agent console",
  title_in_call: "In call: {branch}",
  title_seen: "You can be seen",

  sign_in_heading: "Sign in",
  sign_in_lead: "Customers arrive here by themselves once you say that you're available.",
  sign_in_name: "Name",
  sign_in_password: "Password",
  sign_in_button: "Sign in",
  sign_in_busy: "Signing in…",
  sign_in_wrong: "That name and password don't go together. Check both and try again.",
  sign_in_code: "This link was used before or is too old. Ask for a new one, or sign in with name and password.",
  sign_in_too_many: "Too many tries. Wait a minute, then try again.",
  sign_in_unreachable: "The distributor can't be reached. Check your connection. This goes away when it's back.",
  sign_in_ended: "Your sign-in has ended. Sign in again to go on.",
  sign_out: "Sign out",
  sign_out_in_call: "End the call before you sign out.",

  state_starting: "Starting",
  state_available: "Available",
  state_seen: "You can be seen",
  state_reserved: "Customer arriving",
  state_in_call: "In call",
  state_muted: "In call, muted",
  state_wrap_up: "Wrap-up",
  state_with_walk_in: "With a walk-in",
  state_away: "Away",
  state_offline: "Offline",
  state_restoring: "Reconnecting",
  state_stopped: "Stopped",

  detail_available: "The next customer comes straight to you.",
  detail_seen: "Without sound, until somebody presses.",
  detail_reserved: "Picture and sound are on their way.",
  detail_muted: "The customer can't hear you.",
  detail_wrap_up: "A short break before the next customer.",
  detail_away: "No customers come to you.",
  detail_then_away: "After this call you're away.",
  detail_then_available: "After this call you're available.",
  detail_with_walk_in: "No customers come to you meanwhile.",
  detail_restoring: "No customer can reach you until the connection is back.",
  detail_devices: "Camera and microphone are being switched on.",

  link_restoring_in_call: "The connection to the distributor is being restored. Your call goes on.",

  fatal_replaced: "This console is open in another window",
  fatal_replaced_advice: "Customers now arrive there. You can close this window, or go on here instead.",
  fatal_busy_elsewhere: "You're in a call in another window",
  fatal_busy_elsewhere_advice: "Finish the call there, then go on here.",
  fatal_not_signed_in: "Your sign-in has ended",
  fatal_not_signed_in_advice: "You can finish this call. Sign in again afterwards.",
  fatal_version: "This page and the distributor have different versions",
  fatal_version_advice: "Load the page again. If that doesn't help, the distributor has to be updated.",
  fatal_other: "The distributor closed the connection",
  fatal_other_advice: "Try once more. If it happens again, tell your support this word: {code}.",
  fatal_in_call: "Your call goes on here until you end it.",
  use_here: "Go on here",
  reload: "Load the page again",
  try_again: "Try again",

  stage_available: "You're available",
  stage_available_words: "The next customer appears here by themselves. There is nothing to click.",
  stage_away: "You're away",
  stage_away_words: "Your camera and microphone are off, and no customers come to you.",
  stage_asking: "Allow camera and microphone",
  stage_asking_words: "If the browser asks, choose “Allow”. You become available as soon as both are on.",
  stage_seen: "You can be seen now",
  stage_seen_words:
    "Somebody is standing in front of a terminal, and your picture is being sent there. They can't hear you. If they press the button, the call begins at once.",
  stage_reserved: "{branch} is calling",
  stage_reserved_words: "Picture and sound are on their way.",
  stage_wrap_up: "The call is over",
  stage_with_walk_in: "You're with a walk-in",
  stage_with_walk_in_words: "Say that you're available when they have left.",
  stage_restoring: "Reconnecting to the distributor",
  stage_restoring_words: "This usually takes a few seconds. You don't have to do anything.",

  notice_click_to_hear: "Click to hear the customer",
  notice_click_to_hear_words: "The browser waits for a click before it plays sound.",
  notice_link_disconnected: "The line to the customer is weak. Picture and sound may stop for a moment.",
  notice_link_failed: "The line to the customer is broken. If it doesn't come back, end the call.",
  notice_both_stalled: "Nothing arrives from the customer. If it doesn't come back, end the call.",
  notice_video_stalled: "The customer's picture has stopped. You can still hear them.",
  notice_audio_stalled: "No sound arrives from the customer. You can still see them.",
  notice_video_missing: "The customer's terminal sends no picture. You can still hear them.",
  notice_own_camera: "Your camera has stopped: the customer can't see you. Plug it in again; it comes back by itself.",
  notice_own_microphone: "Your microphone has stopped: the customer can't hear you. Plug it in again; it comes back by itself.",

  device_heading: "You can't become available yet",
  device_camera_missing: "No camera was found. Plug one in and try again.",
  device_camera_refused: "The browser may not use your camera. Allow it with the icon beside the address, then try again.",
  device_camera_busy: "Another program is using your camera. Close it and try again.",
  device_camera_stopped: "Your camera has stopped. Plug it in again and try again.",
  device_microphone_missing: "No microphone was found. Plug one in and try again.",
  device_microphone_refused:
    "The browser may not use your microphone. Allow it with the icon beside the address, then try again.",
  device_microphone_busy: "Another program is using your microphone. Close it and try again.",
  device_microphone_stopped: "Your microphone has stopped. Plug it in again and try again.",
  device_both_missing: "No camera and no microphone were found. Plug them in and try again.",
  device_both_refused:
    "The browser may not use your camera and microphone. Allow both with the icon beside the address, then try again.",
  device_both_busy: "Another program is using your camera and microphone. Close it and try again.",
  device_both_stopped: "Your camera and microphone have stopped. Plug them in again and try again.",
  device_both_insecure: "Browsers give camera and microphone only to secure pages. Open this page with https://.",

  customer: "Customer",
  customer_none: "No customer",
  customer_last: "Last customer",
  terminal: "Terminal",
  language: "Language",
  waited: "Waited",
  call_time: "Call time",
  waited_none: "No wait",
  seconds: "{n} s",

  preview: "You",
  preview_off: "Camera and microphone are off",
  preview_muted: "Muted",
  preview_seen: "You, seen at a terminal",
  picture_of_customer: "The customer's picture",
  picture_of_you: "Your own picture, as the customer sees it but mirrored",

  actions: "Actions",
  be_available: "Available",
  be_away: "Away",
  become_available: "Become available",
  pre_roll: "Seen before the press",
  pre_roll_words:
    "Customers standing in front of a terminal may see you before they press the button. They can't hear you. The console shows it whenever you can be seen.",
  mute: "Mute",
  unmute: "Unmute",
  end_call: "End call",
  ready: "I'm ready",
  then_away: "Away after this",
  theme_dark: "Dark",
  theme_light: "Light",

  wrap_up_heading: "Wrap-up",
  wrap_up_left: "seconds left",
  wrap_up_then_available: "Then you're available again.",
  wrap_up_then_away: "Then you're away.",
  wrap_up_talked: "Call time",
  wrap_up_reason: "How it ended",

  ended_customer_hung_up: "The customer ended the call.",
  ended_agent_hung_up: "You ended the call.",
  ended_customer_gone: "The terminal lost its connection.",
  ended_agent_gone: "Your connection was lost for too long.",
  ended_customer_left: "The customer left before you were connected.",
  ended_setup_failed: "The call couldn't be set up.",
  ended_media_lost: "Picture and sound broke off.",
  ended_not_known: "The distributor no longer knew this call.",
};

const TABLES = { en };
export const FALLBACK = "en";

/** The texts of the best table for `languages` (as in navigator.languages): {language, text, languageName, keys}. */
export function texts(languages) {
  const language = languages.map((tag) => tag.split("-")[0].toLowerCase()).find((tag) => TABLES[tag]) ?? FALLBACK;
  const table = TABLES[language];
  return {
    language,
    keys: Object.keys(table),
    has: (key) => key in table,
    text: (key, values = {}) => fill(table[key] ?? `[${key}]`, values),
    languageName: (tag) => nameOf(tag, language),
  };
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

function nameOf(tag, language) {
  try {
    return new Intl.DisplayNames([language], { type: "language" }).of(tag);
  } catch {
    return tag;
  }
}
