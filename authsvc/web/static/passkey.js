// Signing in by a passkey (Web Authentication Level 3), where the browser can and the person likes.
//
// The page's form with the attribute `data-passkey` stays hidden without this script. Its button
// fetches a challenge, lets the authenticator sign it, and sends what comes of it with the form.
// Where the page has a field for a name, the browser offers passkeys there as well, beside the
// names that it knows (conditional mediation): whoever chooses one is spared the button.

const CHALLENGES = "/authentication/passkey/challenges";
// A challenge is good for five minutes; one that waits in a field is renewed before.
const RENEWED_AFTER = 240_000;

function fromBase64url(text) {
  const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function toBase64url(buffer) {
  const binary = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

// AuthenticationResponseJSON, written out for browsers that lack `toJSON`.
function inJSON(credential) {
  const { clientDataJSON, authenticatorData, signature, userHandle } = credential.response;
  return JSON.stringify({
    id: credential.id,
    rawId: toBase64url(credential.rawId),
    type: credential.type,
    response: {
      clientDataJSON: toBase64url(clientDataJSON),
      authenticatorData: toBase64url(authenticatorData),
      signature: toBase64url(signature),
      userHandle: userHandle ? toBase64url(userHandle) : null,
    },
  });
}

async function ask(how = {}) {
  const answer = await fetch(CHALLENGES, { method: "POST", signal: how.signal });
  if (!answer.ok) throw new Error(`no challenge: ${answer.status}`);
  const { challenge, options } = await answer.json();
  const publicKey = { ...options, challenge: fromBase64url(options.challenge) };
  const credential = await navigator.credentials.get({ publicKey, ...how });
  return { challenge, credential: inJSON(credential) };
}

function send(form, fields) {
  for (const [name, value] of Object.entries(fields)) {
    // A page that one comes back to is as it was left: a field that is there is filled anew.
    const input = form.elements[name] ?? form.appendChild(document.createElement("input"));
    Object.assign(input, { type: "hidden", name, value });
  }
  form.submit();
}

// What waits in the field. A browser hears one question for a passkey at a time.
let waiting = new AbortController();

async function offerInField(form) {
  waiting.abort();
  waiting = new AbortController();
  const { signal } = waiting;
  if (!document.querySelector("input[autocomplete~=webauthn]")) return;
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.()) || signal.aborted) return;
  const renewal = setTimeout(offerInField, RENEWED_AFTER, form);
  signal.addEventListener("abort", () => clearTimeout(renewal));
  try {
    send(form, await ask({ mediation: "conditional", signal }));
  } catch {
    // Nobody asked for it, so that nothing is said: no passkey here, offline, or the button's turn.
  }
}

// The name of a relying party is a host name; an address of numbers is none (section 4).
const isNamed = !/^[\d.]+$|:/.test(location.hostname);

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential || !isNamed) continue;
  const button = form.querySelector("button");
  const failed = form.querySelector("[role=alert]");
  form.hidden = false;
  window.addEventListener("pageshow", () => {
    button.disabled = false;
    offerInField(form);
  });
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    failed.hidden = true;
    button.disabled = true;
    waiting.abort();
    try {
      send(form, await ask());
    } catch {
      // Cancelled, timed out, no passkey here, or offline: the other ways are still on the page.
      failed.hidden = false;
      button.disabled = false;
      offerInField(form);
    }
  });
}
