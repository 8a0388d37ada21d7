/** Whether this agent lets themselves be seen before a press: kept for the browser session, for the one who said so. */

const KEY = "kiosk-console-pre-roll";
let kept = null; // where the browser keeps nothing

/** Remembers `agentId` as willing, or nobody for null. */
export function keepPreRoll(agentId) {
  kept = agentId;
  try {
    if (agentId) sessionStorage.setItem(KEY, agentId);
    else sessionStorage.removeItem(KEY);
  } catch {
    // a browser that keeps nothing asks again after a reload
  }
}

/** Whether `agentId` was remembered. */
export function keptPreRoll(agentId) {
  try {
    return (sessionStorage.getItem(KEY) ?? kept) === agentId;
  } catch {
    return kept === agentId;
  }
}
