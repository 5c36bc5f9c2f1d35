/** The part of the certificate view about what is shown to platforms and at counters. */

import { action, alarm, el, link, p, tell } from '/app/dom.js';
import { asProblem } from '/app/problem.js';
import { show } from '/app/router.js';
import { isFrozen } from '/app/standing.js';
import {
  AT_COUNTER,
  AT_PLATFORM,
  ORDINARY,
  fetchCertificates,
  fetchMore,
  left,
} from '/app/wallet.js';
import { day, say } from '/app/words.js';

/** What is left, how to show it, and how to get more. Works without network, but for the last. */
export async function walletPart() {
  const stopped = await topUp();
  const [platform, counter, own] = await Promise.all(
    [ORDINARY, AT_COUNTER, AT_PLATFORM].map(left),
  );
  return el(
    'section',
    { 'aria-labelledby': 'wallet-title', id: 'wallet' },
    el('h2', { id: 'wallet-title' }, say('用来出示的网证', 'Certificates to show')),
    p(
      say(
        '一次性的每张只出示一次，专用的只给一个平台，平台之间无法比对。出示时本服务不会知道。',
        'Some are shown once each, some to one platform alone: there is nothing to compare. This service learns nothing of it.',
      ),
      { class: 'lead' },
    ),
    p(stock(platform, counter, own), { id: 'wallet-stock' }),
    counter.count
      ? p(
          link('#/counter', say('在柜台出示', 'Show at a counter'), {
            class: 'button',
            id: 'show-at-counter',
          }),
        )
      : null,
    p(
      link('#/scan', say('扫描二维码', 'Scan a code'), {
        class: 'button second',
        id: 'scan',
      }),
    ),
    p(link('#/print', say('打印纸质网证', 'Print one on paper'), { id: 'to-print' })),
    stopped,
    action(
      say('领取网证', 'Fetch certificates'),
      async () => {
        await fetchCertificates();
        await show();
        tell(say('已领取', 'Fetched'));
      },
      { id: 'fetch-certificates' },
    ),
  );
}

/** Fetches more where they run short; what stands in the way, in words. */
async function topUp() {
  try {
    await fetchMore();
    return null;
  } catch (error) {
    const problem = asProblem(error);
    const isKnown = problem.code === 'app.unreached' || (await isFrozen());
    return isKnown ? null : alarm(problem);
  }
}

function stock(platform, counter, own) {
  if (!platform.count && !counter.count && !own.count)
    return say('这台设备上没有用来出示的网证。', 'There are none on this device.');
  const until = platform.count ? day(platform.until) : '—';
  return say(
    `一次性：可向平台出示 ${platform.count} 次（至 ${until}），在柜台出示 ${counter.count} 次（24 小时内）。专用：${own.count} 个平台。`,
    `For one use: ${platform.count} platforms (until ${until}) and ${counter.count} counters (within 24 hours). Of their own: ${own.count} platforms.`,
  );
}
