/** Signing in to the app: by this device's key, by a passkey, or by name and password. */

import { get, post } from '/app/api.js';
import { action, el, form, heading, link, p, warn } from '/app/dom.js';
import { answerChallenge } from '/app/keys.js';
import { passkeysKnown, signInByPasskey, signInFromField } from '/app/passkeys.js';
import { Problem } from '/app/problem.js';
import { go, goOn } from '/app/router.js';
import { noteFrozen, noteInForce } from '/app/standing.js';
import { recall } from '/app/store.js';
import { say } from '/app/words.js';

const FROZEN = ['certificates.on_hold', 'authentication.subscriber_frozen'];

/** The view. */
export async function signInView({ signal }) {
  const done = async () => {
    await requireCookie();
    return goOn();
  };
  return [
    heading(say('登录', 'Sign in')),
    await signInChoices(done, signal),
    el('hr'),
    p(
      link(
        '#/recover',
        say('登录方式都不可用？凭证件恢复', 'None of these work? Recover with your document'),
      ),
    ),
    p(link('#/unfreeze', say('网号已冻结？凭证件解冻', 'Frozen? Unfreeze with your document'))),
    p(link('#/opt-in', say('还没有网号？现在领取', 'No online number yet? Get one'))),
  ];
}

/**
 * The ways to sign in; `done` is called when one has worked. Used by the view and by questions.
 * `signal` ends the wait for a passkey in the field of the name; without one nothing waits there.
 */
export async function signInChoices(done, signal) {
  const device = await recall('device').catch(() => null);
  const place = el('div', { class: 'choices' });
  const settle = async (answer) => {
    if (answer.outcome !== 'second_factor_needed') return done();
    place.replaceChildren(secondFactor(answer.ticket, done));
    place.querySelector('input').focus();
    return undefined;
  };
  const password = passwordForm(settle);
  const wait = () => signal && other.open && settleFromField(place, settle, signal);
  const ways = [];
  if (device) {
    ways.push(
      action(
        say('用这台设备的密钥登录', "Sign in with this device's key"),
        async () => settle(await signInByDeviceKey(device)),
        { id: 'by-device' },
      ),
    );
  }
  if (passkeysKnown()) {
    ways.push(
      action(
        say('用通行密钥登录', 'Sign in with a passkey'),
        async () => {
          try {
            await settle(await signInByPasskey());
          } catch (error) {
            wait();
            throw error;
          }
        },
        {
          id: 'by-passkey',
          class: device ? 'second' : null,
        },
      ),
    );
  }
  const other = el(
    'details',
    { open: !device, ontoggle: wait },
    el('summary', {}, say('用登录名和密码登录', 'Sign in with a name and a password')),
    password,
  );
  place.append(...ways, other);
  return place;
}

/** Settles by the passkey that is chosen in the field of the name, if one is. */
async function settleFromField(place, settle, signal) {
  if (!passkeysKnown()) return;
  try {
    const answer = await signInFromField(signal);
    if (answer) await settle(answer);
  } catch (error) {
    warn(place, error);
  }
}

/** Signs in by the key and the certificate that this device keeps; the service's answer. */
export async function signInByDeviceKey(device) {
  const { challenge, message } = await post('/authentication/challenges');
  try {
    const answer = await post('/authentication/possession', {
      challenge,
      certificate: device.certificate,
      signature: await answerChallenge(device.keys, message),
    });
    await noteInForce();
    return answer;
  } catch (problem) {
    if (FROZEN.includes(problem.code)) await noteFrozen();
    throw problem;
  }
}

/** Ends the session. The key stays on the device. */
export async function signOut() {
  await post('/authentication/sign-out');
  await go('');
}

/** The question for six digits or a recovery code, wherever it is asked. */
export function codeField() {
  return {
    name: 'otp',
    label: say('动态口令或恢复码', 'One-time code or recovery code'),
    hint: say(
      '动态口令是验证器应用里的六位数字。',
      'The code is the six digits that your authenticator app shows.',
    ),
    autocomplete: 'one-time-code',
    autocapitalize: 'none',
    spellcheck: 'false',
    class: 'code-input',
  };
}

function passwordForm(settle) {
  return form({
    id: 'sign-in',
    submit: say('登录', 'Sign in'),
    fields: [
      {
        name: 'sign_in_name',
        label: say('登录名', 'Sign-in name'),
        autocomplete: 'username webauthn',
        autocapitalize: 'none',
        spellcheck: 'false',
      },
      {
        name: 'password',
        label: say('密码', 'Password'),
        type: 'password',
        autocomplete: 'current-password',
      },
    ],
    send: async (values) => settle(await post('/authentication/password', values)),
  });
}

function secondFactor(ticket, done) {
  return form({
    id: 'second-factor',
    submit: say('继续', 'Continue'),
    fields: [codeField()],
    send: async ({ otp }) => {
      await post('/authentication/second-factor', { ticket, otp });
      await done();
    },
  });
}

/** A session lives in a cookie; whoever has switched cookies off is told, and not led in circles. */
async function requireCookie() {
  try {
    await get('/holder');
    return;
  } catch (problem) {
    if (!problem.wantsSignIn) throw problem;
  }
  throw new Problem({
    zh: ['浏览器关闭了 Cookie，无法保持登录', '请在浏览器设置中允许本网站使用 Cookie，然后再试'],
    en: [
      'Cookies are off, so that no sign-in can last',
      'Allow cookies for this site in the settings of your browser, and try again',
    ],
    code: 'app.no_cookies',
  });
}
