/** The part of the certificate view about what is shown to platforms and at counters. */

import { action, alarm, el, p, tell } from '/app/dom.js';
import { asProblem } from '/app/problem.js';
import { show } from '/app/router.js';
import { fetchCertificates, fetchMore, left } from '/app/wallet.js';
import { day, say } from '/app/words.js';

/** What is left, how to show it, and how to get more. Works without network, but for the last. */
export async function walletPart() {
  const stopped = await topUp();
  const [platform, counter] = await Promise.all([
    left('verified-person'),
    left('verified-person-counter'),
  ]);
  return el(
    'section',
    { 'aria-labelledby': 'wallet-title', id: 'wallet' },
    el('h2', { id: 'wallet-title' }, say('一次性网证', 'Certificates for one use each')),
    p(
      say(
        '每张只出示一次，平台之间无法比对。出示时本服务不会知道。',
        'Each is shown once, so that platforms have nothing to compare. This service learns nothing of it.',
      ),
      { class: 'lead' },
    ),
    p(stock(platform, counter), { id: 'wallet-stock' }),
    stopped,
    action(
      say('领取一次性网证', 'Fetch certificates'),
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
    return problem.code === 'app.unreached' ? null : alarm(problem);
  }
}

function stock(platform, counter) {
  if (!platform.count && !counter.count)
    return say('这台设备上没有一次性网证。', 'There are none on this device.');
  const until = platform.count ? day(platform.until) : '—';
  return say(
    `可向平台出示 ${platform.count} 次（至 ${until}），在柜台出示 ${counter.count} 次（24 小时内）。`,
    `Good for ${platform.count} platforms (until ${until}) and ${counter.count} counters (within 24 hours).`,
  );
}
