/**
 * Some acts want a fresh sign-in, or one more proof. The question is asked where the person stands,
 * and then the act is done: `withProof(() => post('/holder/freeze'))`. It may be asked twice: a
 * password is fresh, and then the phone has to be proved beside it.
 */

import { get, post } from '/app/api.js';
import { action, el, form, p } from '/app/dom.js';
import { passkeysKnown, signInByPasskey } from '/app/passkeys.js';
import { cancelled } from '/app/problem.js';
import { codeField, signInChoices } from '/app/sign_in.js';
import { say } from '/app/words.js';

/** Runs `act`; where it is refused for want of a proof, asks for the proof and runs it again. */
export async function withProof(act) {
  for (;;) {
    try {
      return await act();
    } catch (problem) {
      const want = wanted(problem);
      if (!want) throw problem;
      await ask(want, problem);
    }
  }
}

/** 'fresh', 'phone', 'stronger', or null if no proof would help. */
function wanted(problem) {
  const code = problem.code ?? '';
  if (/phone_proof_required$/.test(code)) return 'phone';
  if (/fresh_sign_in/.test(code)) return 'fresh';
  if (/strong|proof_required/.test(code)) return 'stronger';
  return null;
}

/** Asks in a dialog; returns when something was proved. Throws `cancelled`. */
async function ask(want, problem) {
  const before = document.activeElement;
  const dialog = el('dialog', { 'aria-labelledby': 'proof-title' });
  const outcome = new Promise((resolve, reject) => {
    dialog.addEventListener('close', () =>
      dialog.returnValue === 'proved' ? resolve() : reject(cancelled()),
    );
  });
  const proved = () => dialog.close('proved');
  dialog.append(
    el('h2', { id: 'proof-title', tabindex: '-1' }, problem.title),
    p(problem.nextStep, { class: 'lead' }),
    await choices[want](proved),
    el(
      'p',
      { class: 'after' },
      el(
        'button',
        { type: 'button', class: 'second', onclick: () => dialog.close('') },
        say('取消', 'Cancel'),
      ),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector('h2').focus();
  try {
    await outcome;
  } finally {
    dialog.remove();
    before?.focus?.();
  }
}

const choices = { fresh: signInChoices, phone: phoneChoice, stronger: strongerChoices };

/** A code to the phone on file, which is on its way when this is shown. */
async function phoneChoice(proved) {
  await sendCode();
  const codes = codeForm(proved, {
    id: 'prove-phone',
    submit: say('确认', 'Confirm'),
    fields: [
      {
        ...codeField(),
        label: say('短信验证码', 'Code from the text message'),
        hint: say('已发送到您登记的手机。', 'Sent to the phone that you gave.'),
        inputmode: 'numeric',
      },
    ],
  });
  const again = action(
    say('重新发送短信', 'Send another message'),
    async () => {
      await sendCode();
      codes.querySelector('input').focus();
    },
    { class: 'second' },
  );
  return el('div', { class: 'choices' }, codes, again);
}

/** What may be added to a sign-in: a passkey, the password, a code by app or by text message. */
async function strongerChoices(proved) {
  const { amr, second_factors: factors } = await get('/holder');
  const place = el('div', { class: 'choices' });
  if (passkeysKnown() && factors.includes('pop')) {
    place.append(
      action(say('用通行密钥', 'Use a passkey'), async () => {
        await signInByPasskey();
        proved();
      }),
    );
  }
  if (!amr.includes('pwd')) place.append(passwordForm(proved));
  // Each person proves what they have: nobody is asked for a code that nothing shows them.
  if (factors.includes('otp') && !amr.includes('otp'))
    place.append(codeForm(proved, { submit: say('用口令证明', 'Prove it with the code') }));
  if (factors.includes('sms') && !amr.includes('sms')) place.append(messagePart(proved));
  return place;
}

function passwordForm(proved) {
  return form({
    submit: say('用密码证明', 'Prove it with the password'),
    fields: [
      {
        name: 'password',
        label: say('密码', 'Password'),
        type: 'password',
        autocomplete: 'current-password',
      },
    ],
    send: async ({ password }) => {
      await post('/authentication/step-up', { password });
      proved();
    },
  });
}

/** A code by text message: the field stands there once it is on its way. */
function messagePart(proved) {
  const part = el('div', { class: 'choices' });
  part.append(
    action(
      say('发送短信验证码', 'Send a code to my phone'),
      async () => {
        const codes = await phoneChoice(proved);
        part.replaceChildren(codes);
        codes.querySelector('input').focus();
      },
      { class: 'second' },
    ),
  );
  return part;
}

function codeForm(proved, about) {
  return form({
    fields: [codeField()],
    ...about,
    send: async ({ otp }) => {
      await post('/authentication/step-up', { otp });
      proved();
    },
  });
}

function sendCode() {
  return post('/authentication/step-up/sms');
}
