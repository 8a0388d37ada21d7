/** The wire's constants and ids, in step with kiosk/protocol/fields.py (tests/console checks that they agree). */

export const SUBPROTOCOL = "kiosk.v1";
export const VERSION = 1;
export const OLDEST_VERSION = 1;
export const PING_EVERY_MS = 1000;
export const SILENCE_MS = 2500;
export const HEARD_NOTHING = 4000;
export const SOFTWARE = "kiosk console";

/** A fresh id for a message or a page load: 32 hexadecimal digits. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A console's first message. */
export function hello(bootId, monoMs, wallMs) {
  return {
    type: "hello",
    role: "agent",
    oldest_version: OLDEST_VERSION,
    version: VERSION,
    capabilities: [],
    software: SOFTWARE,
    boot_id: bootId,
    mono_ms: Math.round(monoMs),
    wall_ms: Math.round(wallMs),
  };
}
