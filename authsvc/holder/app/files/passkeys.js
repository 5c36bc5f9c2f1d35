/** Passkeys (WebAuthn level 3): the service's JSON becomes buffers, and the answers JSON again. */

import { get, post } from '/app/api.js';
import { fromBase64url, toBase64url } from '/app/der.js';
import { cancelled, Problem } from '/app/problem.js';

// A challenge is good for five minutes; one that waits in a field is renewed before.
const RENEWED_AFTER = 240_000;

// What waits in a field. A browser hears one question for a passkey at a time.
let waiting = new AbortController();

/** Whether this browser knows passkeys. */
export function passkeysKnown() {
  return typeof PublicKeyCredential === 'function' && Boolean(navigator.credentials);
}

/** Makes a passkey for whoever is signed in; {id, name, added_at}. */
export async function addPasskey(name) {
  waiting.abort();
  const { challenge, options } = await post('/authentication/passkeys/options');
  const credential = await asked(() =>
    navigator.credentials.create({ publicKey: creationOptions(options) }),
  );
  return post('/authentication/passkeys', {
    challenge,
    credential: registration(credential),
    name,
  });
}

/** Signs in by a passkey; the service's answer. What waited in a field waits no more. */
export async function signInByPasskey() {
  waiting.abort();
  const { challenge, publicKey } = await requested();
  const credential = await asked(() => navigator.credentials.get({ publicKey }));
  return post('/authentication/passkey', { challenge, credential: assertion(credential) });
}

/**
 * Waits for a passkey that is chosen in a field with `autocomplete="… webauthn"`, where the browser
 * offers them beside the names that it knows (conditional mediation); the service's answer to it.
 * Null if none is chosen: it was asked for by a button, `signal` says so, or the browser cannot.
 */
export async function signInFromField(signal) {
  waiting.abort();
  const mine = (waiting = new AbortController());
  signal.addEventListener('abort', () => mine.abort());
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return null;
  while (!mine.signal.aborted && !signal.aborted) {
    const chosen = await chosenInField(mine.signal);
    if (chosen) return post('/authentication/passkey', chosen);
  }
  return null;
}

/** What the service is sent of the passkey that was chosen; null after some minutes without one. */
async function chosenInField(signal) {
  const round = new AbortController();
  const over = new Promise((resolve) => round.signal.addEventListener('abort', resolve));
  signal.addEventListener('abort', () => round.abort());
  setTimeout(() => round.abort(), RENEWED_AFTER);
  try {
    const { challenge, publicKey } = await requested(round.signal);
    const how = { publicKey, mediation: 'conditional', signal: round.signal };
    return { challenge, credential: assertion(await navigator.credentials.get(how)) };
  } catch {
    // Nobody asked for it, so that nothing is said: no passkey here, offline, or a button's turn.
    await over;
    return null;
  }
}

/** Something fresh to sign: its name, and what the browser is asked with. */
async function requested(signal) {
  const { challenge, options } = await post('/authentication/passkey/challenges', undefined, {
    signal,
  });
  return { challenge, publicKey: requestOptions(options) };
}

/** The person's passkeys. */
export function listPasskeys() {
  return get('/authentication/passkeys');
}

/** Removes one. */
export function removePasskey(id) {
  return post('/authentication/passkeys/removal', { id });
}

async function asked(ask) {
  try {
    const credential = await ask();
    if (credential) return credential;
  } catch (error) {
    if (error.name === 'InvalidStateError') {
      throw new Problem({
        zh: ['这台设备上已有您的通行密钥', '可直接用它登录'],
        en: ['This device has a passkey of yours already', 'Sign in with it'],
        code: 'app.passkey_exists',
      });
    }
    if (error.name !== 'NotAllowedError' && error.name !== 'AbortError') {
      throw new Problem({
        zh: ['这台设备不能使用通行密钥', '请设置锁屏密码，或改用其他登录方式'],
        en: [
          'Passkeys do not work on this device',
          'Set a screen lock, or use another way to sign in',
        ],
        code: 'app.passkey_unsupported',
      });
    }
  }
  throw cancelled();
}

function creationOptions(options) {
  return {
    ...options,
    challenge: fromBase64url(options.challenge),
    user: { ...options.user, id: fromBase64url(options.user.id) },
    excludeCredentials: (options.excludeCredentials ?? []).map(described),
  };
}

function requestOptions(options) {
  return {
    ...options,
    challenge: fromBase64url(options.challenge),
    allowCredentials: (options.allowCredentials ?? []).map(described),
  };
}

function described(credential) {
  return { ...credential, id: fromBase64url(credential.id) };
}

function registration(credential) {
  const { response } = credential;
  return {
    ...spelt(credential),
    response: {
      clientDataJSON: text(response.clientDataJSON),
      attestationObject: text(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    },
  };
}

function assertion(credential) {
  const { response } = credential;
  return {
    ...spelt(credential),
    response: {
      clientDataJSON: text(response.clientDataJSON),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
      userHandle: response.userHandle ? text(response.userHandle) : null,
    },
  };
}

function spelt(credential) {
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? null,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

function text(buffer) {
  return toBase64url(new Uint8Array(buffer));
}
