/** How an agent comes in and leaves: the sign-in that the browser has, the form, a one-time code, and the way out. */

import { keepPreRoll, keptPreRoll } from "./pre-roll.js";
import { signIn, signOut, takeCode, whoAmI } from "./sign-in.js";

const ASK_AGAIN_MS = 2000;

/** `state()` gives the newest state, `dispatch(event)` changes it. */
export class Entry {
  constructor({ clock, wire, dispatch, state }) {
    Object.assign(this, { clock, wire, dispatch, state });
  }

  /** Comes in by the address's one-time code, or by the sign-in that the browser has. */
  start() {
    const code = takeCode();
    if (code) this.enter({ code });
    else this.#resume();
  }

  /** Signs in with {name, password} or {code}. */
  async enter(credentials) {
    this.dispatch({ type: "signing_in" });
    const { me, why } = await signIn(credentials);
    if (me) this.#signedIn(me);
    else if ("code" in credentials) await this.#resume(why);
    else this.dispatch({ type: "sign_in_failed", why });
    if (why === "unreachable") this.#askAgain(null);
  }

  /** A distributor that refuses the socket may do so because the sign-in has run out. */
  async check() {
    const { why } = await whoAmI();
    if (why === "signed_out" && this.state().screen === "cockpit") this.dispatch({ type: "signed_out", why: "ended" });
  }

  /** Signs out: the shift is over, and what held for it. Nobody sees the agent while the distributor still answers. */
  async leave() {
    this.dispatch({ type: "want", status: "away" });
    this.wire.disconnect();
    keepPreRoll(null);
    await signOut();
    this.dispatch({ type: "signed_out", why: null });
  }

  /** Goes on with the sign-in that this browser has, or shows the form; `why` is what to say there. */
  async #resume(why = null) {
    const known = await whoAmI();
    if (known.me) return this.#signedIn(known.me);
    const unreachable = known.why === "unreachable";
    this.dispatch({ type: "sign_in_failed", why: unreachable ? "unreachable" : why });
    if (unreachable) this.#askAgain(why);
    return undefined;
  }

  #signedIn(me) {
    this.dispatch({ type: "signed_in", me, preRollOn: keptPreRoll(me.agent_id) });
  }

  #askAgain(why) {
    const stillOut = () => this.state().screen === "sign_in" && !this.state().signIn.busy;
    this.clock.after(ASK_AGAIN_MS, () => stillOut() && this.#resume(why));
  }
}
