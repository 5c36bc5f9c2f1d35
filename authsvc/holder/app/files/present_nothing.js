/** A platform asks, and this device has nothing that answers: why, and what to do about it. */

import { action, el, link, p, tell } from '/app/dom.js';
import { wantsPseudonym } from '/app/query.js';
import { comeBack, go, show } from '/app/router.js';
import { recall } from '/app/store.js';
import { fetchCertificates, rememberHost } from '/app/wallet.js';
import { say } from '/app/words.js';

/** What stands in place of an answer. */
export async function lacking(request) {
  const isForThem = wantsPseudonym(request.claims.dcql_query);
  if (isForThem) await rememberHost(request.hostname);
  const box = (...nodes) => el('div', { class: 'notice', id: 'nothing-to-show' }, nodes);
  if (!(await recall('device'))) {
    return box(
      p(
        say(
          '这台设备上没有网号。平台应当还有别的方式，您不必领取。',
          'There is no online number on this device. The platform should have other ways; nobody needs one.',
        ),
      ),
      p(link('/app/#/opt-in', say('领取网号', 'Get an online number'))),
      p(link('/app/#/move', say('已有网号：添加这台设备', 'I have a number: add this device'))),
    );
  }
  return [
    box(
      p(
        say(
          '这台设备上没有可以回答这个问题的网证。',
          'This device has no certificate that answers this.',
        ),
      ),
      isForThem
        ? p(
            say(
              '领取时会连同许多其他平台的一起领取，本服务不会得知是哪一个。仍然没有，就是对方不在名单上。',
              'Those of many platforms are fetched together, so that this service does not learn which it is. If there is none still, this one is not on the list.',
            ),
            { class: 'fine' },
          )
        : null,
    ),
    action(say('领取网证', 'Fetch certificates'), fetchAndGoOn, { id: 'fetch-to-present' }),
  ];
}

async function fetchAndGoOn() {
  try {
    await fetchCertificates();
  } catch (problem) {
    if (!problem.wantsSignIn) throw problem;
    comeBack();
    await go('sign-in');
    return;
  }
  await show();
  tell(say('已领取', 'Fetched'));
}
