/** Writes what props.js derived into the page; holds no knowledge of its own but what was written last. */

import { keyOf } from "./keys.js";

const at = (id) => document.getElementById(id);

/** The page. `t` is a text table of messages.js. */
export class View {
  #said = "";

  constructor(t) {
    this.t = t;
    this.picture = at("picture");
    this.ownPicture = at("own-picture");
    document.documentElement.lang = t.language;
    for (const element of document.querySelectorAll("[data-text]")) element.textContent = t.text(element.dataset.text);
    for (const button of document.querySelectorAll("[data-action]")) label(button);
    this.picture.setAttribute("aria-label", t.text("picture_of_customer"));
    this.ownPicture.setAttribute("aria-label", t.text("picture_of_you"));
    document.querySelector(".choice").setAttribute("aria-label", t.text("actions"));
    document.querySelector(".call-controls").setAttribute("aria-label", t.text("customer"));
  }

  /** Shows `props` (see props.js); the same props a second time change nothing. */
  show(props) {
    if (document.body.dataset.screen !== props.screen) this.#turnTo(props.screen);
    document.body.dataset.state = props.kind;
    document.body.dataset.call = String(props.customer?.now ?? false);
    document.title = props.title;
    this.#signIn(props.signIn);
    this.#bar(props);
    this.#stage(props);
    this.#customer(props.customer);
    this.#preview(props.preview);
    this.#controls(props.controls);
    this.#wrapUp(props.wrapUp);
    this.#announce(props);
  }

  /** The theme's button names the other theme. */
  showTheme(theme) {
    put("theme-word", this.t.text(theme === "dark" ? "theme_light" : "theme_dark"));
  }

  /** The agent's own picture, or null. */
  showOwn(stream) {
    this.ownPicture.srcObject = stream;
  }

  #turnTo(screen) {
    document.body.dataset.screen = screen;
    at("sign-in").hidden = screen !== "sign_in";
    at("cockpit").hidden = screen !== "cockpit";
    if (screen === "sign_in") at("name").focus();
  }

  #signIn({ busy, problem }) {
    put("sign-in-problem", problem);
    at("sign-in-problem").hidden = !problem;
    at("sign-in-button").disabled = busy;
    put("sign-in-button", this.t.text(busy ? "sign_in_busy" : "sign_in_button"));
  }

  #bar({ word, detail, link, me }) {
    put("state-word", word);
    put("state-detail", detail);
    put("link", link);
    put("me-name", me?.name ?? "");
    put("me-role", me?.role ?? "");
  }

  #stage({ stage, notice, needsClick, picture }) {
    this.picture.hidden = !picture;
    at("stage-words").hidden = stage === null;
    put("stage-heading", stage?.heading ?? "");
    put("stage-text", stage?.words ?? "");
    const button = at("stage-action");
    button.hidden = !stage?.action;
    if (stage?.action) {
      button.dataset.action = stage.action;
      write(button.querySelector("span"), stage.label);
      label(button);
    }
    put("notice", notice);
    at("notice").hidden = !notice;
    at("hear").hidden = !needsClick;
  }

  #customer(customer) {
    at("customer").dataset.now = String(customer?.now ?? false);
    put("customer-heading", customer?.heading ?? this.t.text("customer"));
    put("branch", customer?.branch ?? this.t.text("customer_none"));
    put("terminal", customer?.terminal ?? "–");
    put("language", customer?.language ?? "–");
    put("waited", customer?.waited ?? "–");
    put("call-time", customer?.time ?? "–");
  }

  #preview({ on, muted, words }) {
    at("preview").dataset.on = String(on);
    at("preview").dataset.muted = String(muted);
    put("preview-words", words);
  }

  #controls(controls) {
    for (const button of document.querySelectorAll("[data-action]")) {
      const control = controls[button.dataset.action];
      button.disabled = !control.enabled;
      for (const state of ["aria-pressed", "aria-checked"]) {
        if (button.hasAttribute(state)) button.setAttribute(state, String(control.pressed));
      }
    }
    put("mute-word", this.t.text(controls.mute.pressed ? "unmute" : "mute"));
  }

  #wrapUp(wrapUp) {
    const sheet = at("wrap-up");
    const opened = wrapUp && sheet.inert;
    sheet.inert = !wrapUp;
    if (!wrapUp) return;
    put("wrap-up-left", String(wrapUp.left));
    at("wrap-up-ring").setAttribute("stroke-dashoffset", String(100 * (1 - wrapUp.part)));
    put("wrap-up-then", wrapUp.then);
    put("wrap-up-branch", wrapUp.branch);
    at("wrap-up-call").hidden = !wrapUp.reason; // a page that was loaded after the call knows nothing of it
    put("wrap-up-talked", wrapUp.talked);
    put("wrap-up-reason", wrapUp.reason);
    if (opened) sheet.querySelector("[data-action=ready]").focus();
  }

  /** One sentence for a screen reader, when what matters changed; figures that tick are left out. */
  #announce({ screen, word, customer, link, stage }) {
    if (screen !== "cockpit") return;
    const who = customer?.now ? `${customer.branch}, ${customer.language}` : (stage?.words ?? "");
    const said = [word, who, link].filter(Boolean).join(". ");
    if (said === this.#said) return;
    this.#said = said;
    put("announcer", said);
  }
}

function label(button) {
  const key = keyOf(button.dataset.action);
  write(button.querySelector("kbd"), key);
  button.setAttribute("aria-keyshortcuts", key);
}

function put(id, words) {
  write(at(id), words);
}

function write(element, words) {
  if (element.textContent !== words) element.textContent = words;
}
