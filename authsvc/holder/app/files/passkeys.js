/** Passkeys (WebAuthn level 3): the service's JSON becomes buffers, and the answers JSON again. */

import { get, post } from '/app/api.js';
import { fromBase64url, toBase64url } from '/app/der.js';
import { cancelled, Problem } from '/app/problem.js';

/** Whether this browser knows passkeys. */
export function passkeysKnown() {
  return typeof PublicKeyCredential === 'function' && Boolean(navigator.credentials);
}

/** Makes a passkey for whoever is signed in; {id, name, added_at}. */
export async function addPasskey(name) {
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

/** Signs in by a passkey; the service's answer. */
export async function signInByPasskey() {
  const { challenge, options } = await post('/authentication/passkey/challenges');
  const credential = await asked(() =>
    navigator.credentials.get({ publicKey: requestOptions(options) }),
  );
  return post('/authentication/passkey', { challenge, credential: assertion(credential) });
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
