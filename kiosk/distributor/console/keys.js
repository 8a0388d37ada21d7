/** The one list of keys: what each does, and what is written on its button. */

/** Key -> action; the letters are shown in the page beside each action. */
export const KEYS = {
  a: "available",
  w: "away",
  p: "pre_roll",
  m: "mute",
  e: "end",
  r: "ready",
  h: "hear",
  d: "theme",
  o: "sign_out",
  g: "use_here",
  l: "reload",
};

/** The letter of an action, as shown. */
export function keyOf(action) {
  return Object.keys(KEYS).find((key) => KEYS[key] === action)?.toUpperCase() ?? "";
}

/** The action that a keydown asks for, or null: never while typing, with a modifier, or while a key is held. */
export function actionOf(event) {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return null;
  if (event.target instanceof HTMLElement && event.target.closest("input, textarea, select, [contenteditable]")) return null;
  return KEYS[event.key.toLowerCase()] ?? null;
}
