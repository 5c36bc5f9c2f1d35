/**
 * A platform asks for a certificate: who asks, what exactly, and the two answers. This view lives in
 * a page of its own, `/app/present`, for no other may speak to platforms (see `app_headers`).
 */

import { action, bdi, el, heading, link, p, terms } from '/app/dom.js';
import { encrypted, encryptionOf, present } from '/app/presentation.js';
import { fetchRequest, refused, webAddress } from '/app/presentation_request.js';
import { Problem, unreached } from '/app/problem.js';
import { answerTo } from '/app/query.js';
import { claimSentence } from '/app/wallet_words.js';
import { take } from '/app/wallet.js';
import { say } from '/app/words.js';

/** The view. The request stands behind the question mark of `#/present?…`. */
export async function presentView() {
  const parameters = new URLSearchParams(location.hash.split('?').slice(1).join('?'));
  const request = await fetchRequest(parameters);
  const answers = await answerTo(request.claims.dcql_query);
  const encryption = encryptionOf(request.claims);
  if (request.claims.response_mode === 'direct_post.jwt' && !encryption) throw refused('jwks');
  return [
    heading(say('有平台请您出示网证', 'A platform asks for your certificate')),
    p(bdi(request.host), { class: 'number', id: 'who-asks' }),
    answers ? asked(answers) : lacking(),
    answers
      ? action(say('出示', 'Show it'), () => show(request, answers, encryption), {
          id: 'present-yes',
        })
      : null,
    action(say('不出示', 'Do not show it'), () => decline(request), { id: 'present-no' }),
  ];
}

function asked(answers) {
  const told = Object.assign({}, ...answers.map((each) => each.told));
  const lines = Object.entries(told).map(([name, value]) => claimSentence(name, value));
  return [
    p(
      say(
        '对方只会得知您是真实的人，以及下列内容。本服务不会得知您在这里出示过。',
        'They learn that you are a real person, and what stands below. This service does not learn of it.',
      ),
      { class: 'lead' },
    ),
    el('div', { id: 'what-is-told' }, lines.length ? terms(lines) : null),
  ];
}

function lacking() {
  return p(
    [
      say(
        '这台设备上没有可以回答这个问题的网证。',
        'This device has no certificate that answers this.',
      ),
      ' ',
      link('/app/#/certificate', say('领取', 'Fetch some')),
    ],
    { class: 'notice', id: 'nothing-to-show' },
  );
}

async function show({ claims }, answers, encryption) {
  const tokens = {};
  for (const { id, kind, names, told } of answers) {
    const certificate = await take(kind);
    // Another tab may have taken the last one; and what was promised on the screen is what is told.
    if (!certificate || names.some((name) => certificate.claims[name] !== told[name]))
      throw spent();
    tokens[id] = [
      await present(certificate, names, { audience: claims.client_id, nonce: claims.nonce }),
    ];
  }
  const said = { vp_token: tokens, state: claims.state };
  const form =
    claims.response_mode === 'direct_post.jwt'
      ? { response: await encrypted(said, encryption) }
      : { ...stated(claims), vp_token: JSON.stringify(tokens) };
  await answer(claims, form, say('已出示', 'It was shown'));
}

async function decline({ claims }) {
  const form = { ...stated(claims), error: 'access_denied' };
  await answer(claims, form, say('没有出示任何内容', 'Nothing was shown'));
}

function stated({ state }) {
  return state === undefined ? {} : { state };
}

/** Posts the answer, and goes where the platform wants its visitor back, if anywhere. */
async function answer(claims, form, done) {
  let response;
  try {
    response = await fetch(webAddress(claims.response_uri), {
      method: 'POST',
      body: new URLSearchParams(form),
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
    });
  } catch {
    throw unreached();
  }
  if (!response.ok) throw notTaken();
  const { redirect_uri: back } = await response.json().catch(() => ({}));
  if (back) {
    location.assign(webAddress(back));
    return;
  }
  document
    .getElementById('view')
    .replaceChildren(
      ...heading(done, say('可以回到平台了。', 'You can go back to the platform.')).filter(Boolean),
      p(link('/app/#/certificate', say('回到网证', 'Back to the certificate'))),
    );
}

function spent() {
  return new Problem({
    zh: ['网证已用完', '请领取新的一次性网证，再回到平台重新开始'],
    en: ['The certificates are used up', 'Fetch new ones, and begin anew at the platform'],
    code: 'app.wallet_empty',
  });
}

function notTaken() {
  return new Problem({
    zh: ['平台没有接受', '请求可能已失效或已被回答。请回到平台，重新开始'],
    en: ['The platform did not take it', 'The request may be over or answered. Begin anew there'],
    code: 'app.presentation_refused',
  });
}
