/** The app begins here: views by name, the frame around them, and what it works with offline. */

import { activityView } from '/app/activity.js';
import { onClock, clockError } from '/app/api.js';
import { certificateView } from '/app/certificate.js';
import { counterView } from '/app/counter.js';
import { departmentsView } from '/app/departments.js';
import { devicesView } from '/app/devices.js';
import { el, link } from '/app/dom.js';
import { familyView } from '/app/family.js';
import { homeView } from '/app/home.js';
import { leaveView } from '/app/leave.js';
import { moveView } from '/app/move.js';
import { enrollmentView } from '/app/opt_in.js';
import { welcomeView } from '/app/opted_in.js';
import { platformsView } from '/app/platforms.js';
import { presentView } from '/app/present.js';
import { printView } from '/app/print.js';
import { begin, markHere, showAgain } from '/app/router.js';
import { scanView } from '/app/scan.js';
import { securityView } from '/app/security.js';
import { settingsView } from '/app/settings.js';
import { signInView } from '/app/sign_in.js';
import { startView } from '/app/start.js';
import { takeOverView } from '/app/take_over.js';
import { clockWarning } from '/app/totp.js';
import { htmlLanguage, language, onSpeak, say, speak } from '/app/words.js';

const VIEWS = {
  '': startView,
  home: homeView,
  'opt-in': enrollmentView('enroll'),
  'take-over': takeOverView,
  recover: enrollmentView('recover'),
  unfreeze: enrollmentView('unfreeze'),
  join: enrollmentView('join'),
  welcome: welcomeView,
  'sign-in': signInView,
  certificate: certificateView,
  devices: devicesView,
  move: moveView,
  platforms: platformsView,
  activity: activityView,
  settings: settingsView,
  security: securityView,
  departments: departmentsView,
  family: familyView,
  leave: leaveView,
  present: presentView,
  counter: counterView,
  print: printView,
  scan: scanView,
};

/** The words around the view, in the language of the moment. */
function frame() {
  document.documentElement.lang = htmlLanguage();
  document.getElementById('brand').textContent = say('网络身份认证', 'Online Identity');
  document.getElementById('skip').textContent = say('跳到正文', 'Skip to the content');
  document.getElementById('promise').textContent = say(
    '平台只得到认证结果，得不到您的证件信息。',
    'Platforms learn the result, never your document.',
  );
  const other = document.getElementById('language');
  other.textContent = language() === 'zh' ? 'English' : '中文';
  other.lang = language() === 'zh' ? 'en' : 'zh-CN';
  const nav = document.getElementById('nav');
  nav.setAttribute('aria-label', say('主菜单', 'Main menu'));
  const ways = [
    ['home', say('首页', 'Home')],
    ['certificate', say('网证', 'Certificate')],
    ['platforms', say('平台', 'Platforms')],
    ['activity', say('记录', 'Activity')],
    ['settings', say('设置', 'Settings')],
  ];
  nav.replaceChildren(...ways.map(([name, text]) => link(`#/${name}`, text)));
  markHere();
  notices();
}

/** What is true of the device just now: no network, or a clock that is wrong. */
function notices() {
  const told = [];
  if (navigator.onLine === false)
    told.push(
      say(
        '当前离线。网证仍可出示，其余内容联网后可用。',
        'You are offline. The certificate can be shown; the rest waits for the network.',
      ),
    );
  if (clockError()) told.push(clockWarning());
  document
    .getElementById('notices')
    .replaceChildren(...told.map((text) => el('p', { class: 'notice' }, text)));
}

/** Keeps the app itself for offline use. What it cannot do does not stop anything else. */
async function keepOffline() {
  if (!('serviceWorker' in navigator)) return;
  const address = '/app/service-worker.js';
  const policy = globalThis.trustedTypes?.createPolicy('authsvc-app', {
    createScriptURL: () => address,
  });
  try {
    await navigator.serviceWorker.register(policy ? policy.createScriptURL('') : address, {
      scope: '/app/',
    });
  } catch (error) {
    console.warn(error);
  }
}

document
  .getElementById('language')
  .addEventListener('click', () => speak(language() === 'zh' ? 'en' : 'zh'));
document.getElementById('skip').addEventListener('click', (event) => {
  event.preventDefault();
  document.querySelector('#view h1')?.focus();
});
onSpeak(() => {
  frame();
  showAgain();
});
onClock(notices);
addEventListener('online', notices);
addEventListener('offline', notices);

/**
 * Two views have pages of their own: the one that may speak to platforms, and the one that may ask
 * for the camera; everything else stays in the page that may neither. What stands behind `#` goes
 * along, and is never sent to the service.
 */
function inItsOwnPage() {
  const [, own] = /^#\/(present|scan)(?:\?|$)/.exec(location.hash) ?? [];
  const wanted = `/app/${own ?? ''}`;
  if (location.pathname === wanted) return true;
  location.replace(wanted + location.search + location.hash);
  return false;
}

// The router listens for the same event, later: it begins no view in the page that is being left.
addEventListener('hashchange', (event) => {
  if (!inItsOwnPage()) event.stopImmediatePropagation();
});
if (inItsOwnPage()) {
  frame();
  await begin(VIEWS);
  keepOffline();
}
