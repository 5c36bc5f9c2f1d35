/**
 * Reads a code: a platform's request, or the purpose of a counter, and leads to where it is answered.
 * This view has a page of its own, `/app/scan`, the one that may ask for the camera.
 */

import { cameraView } from '/app/camera.js';
import { el, form, heading, later, p } from '/app/dom.js';
import { Problem } from '/app/problem.js';
import { go } from '/app/router.js';
import { say } from '/app/words.js';

const PURPOSE = 'counter:';

/** The view. */
export async function scanView({ signal }) {
  return [
    heading(
      say('扫描二维码', 'Scan a code'),
      say(
        '平台页面上的，或柜台的。画面只在这台设备上处理。',
        "A platform's, or a counter's. The picture stays on this device.",
      ),
    ),
    later(() => cameraView({ signal, read: (text) => lead(text) })),
    p(
      say(
        '不要扫描陌生人发来的二维码：谁的码，谁就会得到您的认证结果。',
        'Scan none that a stranger sent you: whoever made it gets what you show.',
      ),
      { class: 'notice' },
    ),
    el(
      'details',
      { open: !navigator.mediaDevices },
      el('summary', {}, say('不能扫描？粘贴链接', 'No camera? Paste the link')),
      form({
        id: 'open-request',
        submit: say('打开', 'Open'),
        mood: 'second',
        fields: [
          {
            name: 'request',
            label: say('二维码的内容，或平台页面上的链接', "What the code says, or the page's link"),
            hint: say(
              '手机自带的相机也能识别并打开平台的二维码。',
              "Your phone's own camera can open a platform's code, too.",
            ),
            autocomplete: 'off',
          },
        ],
        send: ({ request }) => {
          if (lead(request)) return;
          throw nothing();
        },
      }),
    ),
  ];
}

/** Goes to where a text is answered; false if it is neither of the two. */
function lead(text) {
  const read = text.trim();
  if (read.startsWith(PURPOSE)) {
    go(`counter?${new URLSearchParams({ purpose: read.slice(PURPOSE.length) })}`);
    return true;
  }
  // Whatever wallet it is addressed to.
  const query = read.split('?').slice(1).join('?');
  if (!new URLSearchParams(query).get('request_uri')) return false;
  go(`present?${query}`);
  return true;
}

function nothing() {
  return new Problem({
    zh: ['这里没有平台的请求', '请粘贴平台页面上的完整链接，或柜台二维码的内容'],
    en: ["This is no platform's request", "Paste the whole link of its page, or a counter's code"],
    code: 'app.nothing_to_open',
    field: 'request',
  });
}
