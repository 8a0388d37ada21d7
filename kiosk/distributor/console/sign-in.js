/** Who the agent is, over HTTP: the session's cookie is the browser's, never this page's. */

/** {me} of the signed-in agent, or {why}: `signed_out` or `unreachable`. */
export async function whoAmI() {
  const answer = await asked("GET", "api/me");
  if (answer?.ok) return { me: await answer.json() };
  return { why: answer?.status === 401 ? "signed_out" : "unreachable" };
}

/** Signs in with {name, password} or {code}: {me}, or {why}: `wrong`, `code`, `too_many` or `unreachable`. */
export async function signIn(credentials) {
  const answer = await asked("POST", "api/sign-in", credentials);
  if (answer?.ok) return whoAmI();
  if (answer?.status === 429) return { why: "too_many" };
  if (!answer || answer.status >= 500) return { why: "unreachable" };
  return { why: "code" in credentials ? "code" : "wrong" };
}

/** Ends the sign-in; where the distributor can't be reached it ends by itself later. */
export async function signOut() {
  await asked("POST", "api/sign-out", {});
}

/** The one-time code in the address (`#code=...`), which is taken out of the address bar and the history; or null. */
export function takeCode() {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (code !== null) history.replaceState(null, "", location.pathname + location.search);
  return code;
}

async function asked(method, path, body) {
  const options = { method, credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(5000) };
  if (body) Object.assign(options, { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  try {
    return await fetch(new URL(path, document.baseURI), options);
  } catch {
    return null;
  }
}
