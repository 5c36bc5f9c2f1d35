/** The platforms that a person allows something: what each is told, and taking it back. */

import { get, post } from '/app/api.js';
import { action, tell, bdi, el, heading, link, p, section } from '/app/dom.js';
import { withProof } from '/app/proof.js';
import { show } from '/app/router.js';
import { claimSentence, scopeSentence } from '/app/vocabulary.js';
import { day, say } from '/app/words.js';

/** The view. */
export async function platformsView({ signal }) {
  const platforms = await get('/holder/platforms', { signal });
  return [
    heading(
      say('我允许的平台', 'Platforms I allow'),
      say(
        '只有您看得到这份名单。收回后，平台立即不能再核实您；您在那里的账号不受影响。',
        'Only you can see this list. Once you take it back, the platform can no longer ask; your account there stays.',
      ),
    ),
    section(say('平台', 'Platforms'), platforms.map(row), say('还没有平台。', 'None so far.')),
    platforms.length > 1
      ? action(
          say('全部收回', 'Take everything back'),
          async () => {
            await withProof(() => post('/holder/platforms/withdrawal-of-all'));
            await show();
            tell(say('已全部收回', 'Everything was taken back'));
          },
          { class: 'second danger', id: 'withdraw-all' },
        )
      : null,
  ];
}

function row(platform) {
  const told = [...platform.scopes.map(scopeSentence), ...platform.claims.map(claimSentence)];
  return [
    p(
      el(
        'strong',
        {},
        platform.name ? bdi(platform.name) : say('已不存在的平台', 'A platform that is gone'),
      ),
    ),
    p(say(`自 ${day(platform.granted_at)}`, `Since ${day(platform.granted_at)}`), {
      class: 'more',
    }),
    el(
      'ul',
      { class: 'facts told' },
      told.map((sentence) => el('li', {}, sentence)),
    ),
    platform.identity_until ? named(platform) : null,
    isWeb(platform.start_uri)
      ? p(
          link(platform.start_uri, say('前往并登录', 'Go there and sign in'), {
            rel: 'noreferrer',
          }),
        )
      : null,
    action(
      say('收回许可', 'Take it back'),
      async () => {
        await withProof(() =>
          post('/holder/platforms/withdrawal', { client_id: platform.client_id }),
        );
        await show();
        tell(say('已收回', 'Taken back'));
      },
      { class: 'second' },
    ),
  ];
}

/** A separate consent that holds: what, until when, and taking it back alone. */
function named(platform) {
  const until = day(platform.identity_until);
  return el(
    'div',
    { class: 'named' },
    p([
      el('strong', {}, say('单独同意：', 'Agreed by itself: ')),
      say(
        `姓名和证件号码，加密提供，至 ${until}`,
        `your name and document number, encrypted, until ${until}`,
      ),
    ]),
    action(
      say('只收回这一项', 'Take back only this'),
      async () => {
        await withProof(() =>
          post('/holder/platforms/identity-withdrawal', { client_id: platform.client_id }),
        );
        await show();
        tell(say('已收回，其余许可不变', 'Taken back; all else stays'));
      },
      { class: 'second', 'data-named': platform.client_id },
    ),
  );
}

/** Only http and https are links; whatever else a platform may have registered stays text. */
function isWeb(uri) {
  return typeof uri === 'string' && /^https?:\/\//i.test(uri);
}
