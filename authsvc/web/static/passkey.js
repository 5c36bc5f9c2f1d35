// Signing in by a passkey (Web Authentication Level 3), where the browser can and the person likes.
//
// The page's form with the attribute `data-passkey` stays hidden without this script. Its button
// fetches a challenge, lets the authenticator sign it, and sends what comes of it with the form.

const CHALLENGES = "/authentication/passkey/challenges";

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

async function ask() {
  const answer = await fetch(CHALLENGES, { method: "POST" });
  if (!answer.ok) throw new Error(`no challenge: ${answer.status}`);
  const { challenge, options } = await answer.json();
  const publicKey = { ...options, challenge: fromBase64url(options.challenge) };
  const credential = await navigator.credentials.get({ publicKey });
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

// The name of a relying party is a host name; an address of numbers is none (section 4).
const isNamed = !/^[\d.]+$|:/.test(location.hostname);

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential || !isNamed) continue;
  const button = form.querySelector("button");
  const failed = form.querySelector("[role=alert]");
  form.hidden = false;
  window.addEventListener("pageshow", () => {
    button.disabled = false;
  });
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    failed.hidden = true;
    button.disabled = true;
    try {
      send(form, await ask());
    } catch {
      // Cancelled, timed out, no passkey here, or offline: the other ways are still on the page.
      failed.hidden = false;
      button.disabled = false;
    }
  });
}
