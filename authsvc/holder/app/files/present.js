/**
 * A platform asks for a certificate: who asks, what exactly, and the two answers. This view lives in
 * a page of its own, `/app/present`, for no other may speak to platforms (see `app_headers`).
 */

import { action, bdi, el, heading, link, p, terms } from '/app/dom.js';
import { encrypted, encryptionOf, present } from '/app/presentation.js';
import { fetchRequest, refused, webAddress } from '/app/presentation_request.js';
import { lacking } from '/app/present_nothing.js';
import { Problem, unreached } from '/app/problem.js';
import { answerTo } from '/app/query.js';
import { frozenNotice } from '/app/standing.js';
import { AT_PLATFORM, claimsOf, take } from '/app/wallet.js';
import { claimSentence, claimTerm } from '/app/wallet_words.js';
import { say } from '/app/words.js';

/** The view. The request stands behind the question mark of `#/present?…`. */
export async function presentView() {
  const parameters = new URLSearchParams(location.hash.split('?').slice(1).join('?'));
  if (!parameters.has('request_uri')) return nothingAsked();
  const request = await fetchRequest(parameters);
  const answers = await answerTo(request.claims.dcql_query, request.hostname);
  const encryption = encryptionOf(request.claims);
  if (request.claims.response_mode === 'direct_post.jwt' && !encryption) throw refused('jwks');
  return [
    heading(say('有平台请您出示网证', 'A platform asks for your certificate')),
    p(bdi(request.host), { class: 'host', id: 'who-asks' }),
    ownWords(request),
    await frozenNotice(),
    answers ? await asked(answers, request) : await lacking(request),
    answers
      ? action(say('出示', 'Show it'), () => show(request, answers, encryption), {
          id: 'present-yes',
        })
      : null,
    action(say('不出示', 'Do not show it'), () => decline(request), {
      id: 'present-no',
      class: 'second',
    }),
  ];
}

/** Whoever opened this view by itself. */
function nothingAsked() {
  return [
    heading(
      say('没有平台的请求', 'No platform asks for anything'),
      say(
        '请在平台的页面上点“打开应用”，或扫描它的二维码。',
        "Press “open the app” on a platform's page, or scan its code.",
      ),
    ),
    p(link('/app/scan#/scan', say('扫描二维码', 'Scan a code'), { class: 'button' })),
  ];
}

/** What the platform says of itself: nobody has checked it, and it says so. */
function ownWords({ name, purpose }) {
  if (!name && !purpose) return null;
  return el(
    'div',
    { id: 'own-words' },
    terms([
      [say('自称', 'Calls itself'), name ? bdi(name) : null],
      [say('用途', 'What for'), purpose ? bdi(purpose) : null],
    ]),
    p(
      say(
        '以上是对方自己填写的。请以上面的网址为准。',
        'These are its own words. Go by the address above.',
      ),
      { class: 'fine' },
    ),
  );
}

async function asked(answers, { hostname }) {
  const told = Object.assign({}, ...answers.map((each) => each.told));
  const lines = Object.entries(told).map(([name, value]) => claimSentence(name, value));
  const isKnown = answers.some(({ kind }) => kind === AT_PLATFORM);
  return [
    el(
      'section',
      { 'aria-labelledby': 'told-title' },
      el('h2', { id: 'told-title' }, say('对方会得知', 'They learn')),
      el(
        'div',
        { id: 'what-is-told' },
        p(say('您是真实的人，身份已经核验', 'That you are a real person, whose identity was verified')),
        terms(lines),
      ),
      p(
        isKnown
          ? say(
              '这张网证只给这个平台：您再来时，它会认出是同一个人，别的平台认不出。',
              'This certificate is for this platform alone: it knows you again when you come back, and no other does.',
            )
          : say(
              '这张网证只用一次：您再来时，对方认不出是同一个人。',
              'This certificate is used once: nobody knows by it that it is you again.',
            ),
        { class: 'fine', id: 'known-again' },
      ),
    ),
    el(
      'section',
      { 'aria-labelledby': 'untold-title' },
      el('h2', { id: 'untold-title' }, say('对方不会得知', 'They do not learn')),
      el(
        'ul',
        { class: 'facts kept', id: 'what-stays-unsaid' },
        [
          say(
            '您的姓名、证件号码、出生日期和网号',
            'Your name, document number, birth date and online number',
          ),
          ...(await unsaid(answers, told, hostname)),
        ].map((each) => el('li', {}, each)),
      ),
      p(
        say(
          '本服务不会得知您在这里出示过。',
          'This service does not learn that you showed it here.',
        ),
        { class: 'fine' },
      ),
    ),
  ];
}

/** What the certificates could tell besides, and nobody asked for. */
async function unsaid(answers, told, hostname) {
  const names = new Set();
  for (const { kind } of answers)
    for (const name of Object.keys((await claimsOf(kind, hostname)) ?? {})) names.add(name);
  return [...names].filter((name) => !Object.hasOwn(told, name)).map(claimTerm);
}

async function show({ claims, hostname }, answers, encryption) {
  const tokens = {};
  // One of a kind, however often it is asked for: who is shown several of one person would use up
  // what there is, and knew by one withdrawal that all of them belong together.
  const taken = new Map();
  for (const { id, kind, names, told } of answers) {
    if (!taken.has(kind)) taken.set(kind, await take(kind, hostname));
    const certificate = taken.get(kind);
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
  document.querySelector('#view h1').focus();
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
