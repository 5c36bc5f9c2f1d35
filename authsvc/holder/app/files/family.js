/** Family: children whose guardian one is, guardians, and people who help each other. */

import { get, post } from '/app/api.js';
import { action, announce, bdi, tell, el, form, heading, later, p, section } from '/app/dom.js';
import { withProof } from '/app/proof.js';
import { show } from '/app/router.js';
import { ageBand, certificateState } from '/app/vocabulary.js';
import { day, dayAndTime, say, span } from '/app/words.js';

/** The view. */
export async function familyView({ signal }) {
  // Whoever is not signed in is led there, instead of to six refusals.
  await get('/holder', { signal });
  return [
    heading(
      say('家人', 'Family'),
      say(
        '每个人都用自己的网号，从不共用密码。',
        'Everybody uses their own number. Nobody shares a password.',
      ),
    ),
    later(wards),
    addWard(),
    later(guardians),
    later(helpers),
    invitation(),
    later(helped),
    addHelped(),
  ];
}

/** Does something and shows the view again, with a word about it. */
function doing(act, done) {
  return async (values) => {
    await withProof(() => act(values));
    await show();
    tell(done());
  };
}

async function wards() {
  const rows = (await get('/holder/wards')).map((ward) => [
    p(el('strong', {}, bdi(ward.name))),
    p(
      say(
        `${ageBand(ward.age_band)}，自 ${day(ward.since)}`,
        `${ageBand(ward.age_band)}, since ${day(ward.since)}`,
      ),
      { class: 'more' },
    ),
    ward.uses?.length
      ? el(
          'details',
          {},
          el(
            'summary',
            {},
            say(`使用时间（${ward.uses.length} 次）`, `When it was used (${ward.uses.length})`),
          ),
          p(say('您看得到何时使用，看不到用在哪里。', 'You see when, not where.'), {
            class: 'hint',
          }),
          el(
            'ul',
            {},
            ward.uses.map((use) => el('li', {}, dayAndTime(use.at))),
          ),
        )
      : null,
    action(
      say('结束监护', 'End the guardianship'),
      doing(
        () => post('/holder/wards/ending', { id: ward.id }),
        () => say('监护已结束', 'The guardianship has ended'),
      ),
      { class: 'second danger' },
    ),
  ]);
  return section(say('我的孩子', 'My children'), rows, say('没有孩子。', 'None.'));
}

function addWard() {
  return codeForm({
    title: say('添加孩子', 'Add a child'),
    name: 'ward_code',
    label: say('孩子手机上显示的码', "The code on your child's screen"),
    submit: say('确认我是监护人', 'I am the guardian'),
    send: doing(
      ({ ward_code: code }) => post('/holder/wards', { code: plain(code) }),
      () =>
        say(
          '已确认。孩子办完后会出现在这里。',
          'Confirmed. Your child appears here once they have finished.',
        ),
    ),
  });
}

async function guardians() {
  const rows = (await get('/holder/guardians')).map((each) => [
    p(el('strong', {}, bdi(each.name))),
    p(say(`自 ${day(each.since)}`, `Since ${day(each.since)}`), { class: 'more' }),
  ]);
  return rows.length ? section(say('我的监护人', 'My guardians'), rows, '') : null;
}

async function helpers() {
  const rows = (await get('/holder/helpers')).map((each) => [
    p(el('strong', {}, bdi(each.name))),
    p(say(`自 ${day(each.since)}`, `Since ${day(each.since)}`), { class: 'more' }),
    action(
      say('不再需要协助', 'I no longer need this help'),
      doing(
        () => post('/holder/helpers/removal', { id: each.id }),
        () => say('协助已结束', 'The help has ended'),
      ),
      { class: 'second' },
    ),
  ]);
  return section(say('协助我的人', 'People who help me'), rows, say('没有协助人。', 'Nobody.'));
}

/** A helper enters this code in their own app. They can look after the number, never use it. */
function invitation() {
  const place = el('div');
  place.append(
    p(
      say(
        '协助人能看到网证是否有效，并在紧急时替您冻结；不能用您的网号登录。',
        'A helper sees whether your certificates are valid, and can freeze your number in need. They can never sign in as you.',
      ),
      { class: 'lead' },
    ),
    action(
      say('邀请协助人', 'Invite a helper'),
      async () => {
        const { code, expires_in: seconds } = await withProof(() =>
          post('/holder/helpers/invitation'),
        );
        place.replaceChildren(
          el(
            'div',
            { class: 'compare' },
            p(say('请协助人在自己的应用中输入', 'Your helper enters this in their own app')),
            p(code, { class: 'code', id: 'helper-code' }),
            p(say(`${span(seconds)}内有效`, `Good for ${span(seconds)}`), { class: 'hint' }),
          ),
        );
        announce(say('邀请码已显示', 'The code is shown'));
      },
      { class: 'second', id: 'invite-helper' },
    ),
  );
  return place;
}

async function helped() {
  const rows = (await get('/holder/helped')).map((each) => [
    p(el('strong', {}, bdi(each.name))),
    p(
      each.frozen
        ? el('span', { class: 'state wait' }, say('已冻结', 'Frozen'))
        : each.certificates.map(({ status, not_after: until }) => {
            const { word, mood } = certificateState(status, until);
            return [
              el('span', { class: `state ${mood}` }, word),
              say(`网证至 ${day(until)} `, `certificate until ${day(until)} `),
            ];
          }),
      { class: 'more' },
    ),
    el(
      'div',
      { class: 'choices pair' },
      each.frozen
        ? null
        : action(
            say('替他冻结', 'Freeze for them'),
            doing(
              () => post('/holder/helped/freeze', { id: each.id }),
              () => say('已冻结', 'Frozen'),
            ),
            { class: 'second danger' },
          ),
      action(
        say('不再协助', 'Stop helping'),
        doing(
          () => post('/holder/helped/ending', { id: each.id }),
          () => say('协助已结束', 'The help has ended'),
        ),
        { class: 'second' },
      ),
    ),
  ]);
  return section(say('我协助的人', 'People I help'), rows, say('没有。', 'Nobody.'));
}

function addHelped() {
  return codeForm({
    title: say('协助一位家人', 'Help somebody'),
    name: 'helped_code',
    label: say('对方给您的邀请码', 'The code that they gave you'),
    submit: say('开始协助', 'Begin to help'),
    send: doing(
      ({ helped_code: code }) => post('/holder/helped', { code: plain(code) }),
      () => say('已开始协助', 'You are a helper now'),
    ),
  });
}

function codeForm({ title, name, label, submit, send }) {
  const named = async (values) => {
    try {
      await send(values);
    } catch (problem) {
      // The service calls it `code`; the page has two of them.
      if (problem.field === 'code') problem.field = name;
      throw problem;
    }
  };
  return el(
    'details',
    { class: 'offer' },
    el('summary', {}, title),
    form({
      submit,
      send: named,
      fields: [
        {
          name,
          label,
          autocomplete: 'off',
          autocapitalize: 'characters',
          spellcheck: 'false',
          class: 'code-input',
        },
      ],
    }),
  );
}

function plain(code) {
  return code.normalize('NFKC').trim().toUpperCase();
}
