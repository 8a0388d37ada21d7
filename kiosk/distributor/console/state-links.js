/** The part of state.js that is about what happens before a press: standby links, and pre-roll, where the agent can be seen. */

/** How many standby links a console bears. */
export const MOST_LINKS = 24;
const TIMER_SLACK_MS = 5; // so that a timer never looks before the lease is over

/** Of a fresh console. */
export const NO_LINKS = {
  links: {}, // standby links that the distributor knows: id -> new, connected, disconnected
  preRollOn: false, // whether the agent lets themselves be seen before a press
  lease: null, // {linkId, fence, endsAt}: the terminal in front of which somebody stands
  lastFence: 0, // the newest lease that is over
  seenOn: [], // links that have the camera although no call runs on them
};

/** Handlers of the distributor's messages: (state, message, now) -> [state, effects]. */
export const LINK_MESSAGES = { link_offer: onOffer, link_closed: onClosed, pre_roll: onPreRoll, pre_roll_over: onPreRollOver };

/** Handlers of events: (state, event) -> [state, effects]. */
export const LINK_EVENTS = {
  link_state: onLinkState,
  pre_roll_switch: onSwitch,
  lease_time: (state, { now }) => (state.lease && now >= state.lease.endsAt ? hidden(state) : [state, []]),
  unseen: onUnseen,
};

/** What each declaration says of them. */
export function declaredLinks(state) {
  return { links: MOST_LINKS, pre_roll: state.preRollOn };
}

/** The distributor is lost, or forgets: idle links go; one that carries a call goes with the call. */
export function withoutLinks(state) {
  const [next, effects] = hidden(state);
  const idle = Object.keys(state.links).filter((linkId) => linkId !== state.call?.linkId);
  return [{ ...next, links: {} }, [...effects, ...idle.map((linkId) => ({ do: "close_link", linkId }))]];
}

/**
 * Which link a call is to use: {linkId, state, effects}, with linkId null for none. Its camera stays where it is already;
 * from any other link it is taken off first.
 */
export function linkForCall(state, wanted) {
  const known = wanted !== undefined && wanted !== null;
  const usable = known && ["new", "connected"].includes(state.links[wanted]);
  const [next, effects] = usable && state.lease?.linkId === wanted ? kept(state) : hidden(state);
  if (usable || !known) return { linkId: usable ? wanted : null, state: next, effects };
  const [without, more] = lost(next, wanted);
  return { linkId: null, state: without, effects: [...effects, ...more] };
}

/** After the call: the effects for its link, which rests where the distributor still counts on it. */
export function afterCall(state, linkId) {
  if (linkId === null || linkId in state.links) return [];
  return [{ do: "close_link", linkId }];
}

/**
 * The call goes on without its standby link, since the terminal makes it a connection of its own. While a call is set up
 * the distributor takes that for the link's end by itself; in a call, where the line is repaired, it has to be told.
 */
export function withoutLink(state, linkId) {
  const told = state.status === "in_call" && linkId in state.links ? [linkLost(linkId)] : [];
  return [{ ...state, links: omitted(state.links, linkId) }, [...told, { do: "close_link", linkId }]];
}

/** Whatever happened: nobody sees an agent who is away, in a call, without camera, or unwilling. */
export function settleSeen(state, effects) {
  if (!state.lease || mayBeSeen(state)) return [state, effects];
  const [next, more] = hidden(state);
  return [next, [...more, ...effects]];
}

function mayBeSeen({ screen, link, wanted, devices, preRollOn, call }) {
  const willing = screen === "cockpit" && link === "open" && wanted === "available" && preRollOn;
  return willing && devices.state === "ready" && devices.faults.length === 0 && !call;
}

function onOffer(state, { link_id: linkId, sdp }) {
  if (linkId in state.links || linkId === state.call?.linkId) return [state, []];
  if (Object.keys(state.links).length >= MOST_LINKS) return [state, [linkLost(linkId)]];
  return [{ ...state, links: { ...state.links, [linkId]: "new" } }, [{ do: "open_link", linkId, sdp }]];
}

function onClosed(state, { link_id: linkId }) {
  return gone(state, linkId);
}

/** What the connection says of itself; one that failed is reported, since the other side may not know. */
function onLinkState(state, { linkId, state: value }) {
  if (!(linkId in state.links)) return [state, []];
  if (value === "failed") return lost(state, linkId);
  return [{ ...state, links: { ...state.links, [linkId]: value } }, []];
}

function onPreRoll(state, { link_id: linkId, fence, lease_ms: leaseMs }, now) {
  if (fence <= state.lastFence || !mayBeSeen(state)) return [state, []];
  if (!(linkId in state.links)) return [state, [linkLost(linkId)]];
  const lease = { linkId, fence, endsAt: now + leaseMs };
  const remind = { do: "remind", ms: leaseMs + TIMER_SLACK_MS };
  if (state.lease?.linkId === linkId) return [{ ...state, lease }, [remind]];
  const [next, effects] = hidden(state);
  const seenOn = [...next.seenOn.filter((each) => each !== linkId), linkId];
  const newest = { ...next, lease, seenOn, lastFence: fence - 1 };
  return [newest, [...effects, { do: "show_camera", linkId }, remind]];
}

function onPreRollOver(state, { fence }) {
  const next = { ...state, lastFence: Math.max(state.lastFence, fence) };
  return state.lease && state.lease.fence <= fence ? hidden(next) : [next, []];
}

function onSwitch(state) {
  const on = !state.preRollOn;
  const effects = [{ do: "keep_pre_roll", on }];
  if (state.link === "open") effects.push({ do: "send", message: { type: "set_pre_roll", on } });
  return [{ ...state, preRollOn: on }, effects];
}

/** No lease any more; the agent reads that they can be seen until the camera is really off the link. */
function hidden(state) {
  if (!state.lease) return [state, []];
  return [{ ...state, lease: null }, [{ do: "hide_camera", linkId: state.lease.linkId }]];
}

/** No lease any more, but the camera stays, for the call. */
function kept(state) {
  const { linkId, fence } = state.lease;
  return [{ ...state, lease: null, lastFence: fence, seenOn: state.seenOn.filter((each) => each !== linkId) }, []];
}

/** The camera is off that link, unless it is needed there again. */
function onUnseen(state, { linkId }) {
  if (state.lease?.linkId === linkId) return [state, []];
  return [{ ...state, seenOn: state.seenOn.filter((each) => each !== linkId) }, []];
}

function lost(state, linkId) {
  const [next, effects] = gone(state, linkId);
  return [next, [linkLost(linkId), ...effects]];
}

/** A link that isn't there any more; one that carries a call is closed after it. */
function gone(state, linkId) {
  if (!(linkId in state.links)) return [state, []];
  const [next, effects] = state.lease?.linkId === linkId ? hidden(state) : [state, []];
  const closing = linkId === state.call?.linkId ? [] : [{ do: "close_link", linkId }];
  return [{ ...next, links: omitted(state.links, linkId) }, [...effects, ...closing]];
}

function linkLost(linkId) {
  return { do: "send", message: { type: "link_lost", link_id: linkId } };
}

function omitted(links, linkId) {
  const { [linkId]: _, ...others } = links;
  return others;
}
