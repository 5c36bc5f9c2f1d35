/**
 * Views by the part behind `#`. A view is a function that gives nodes; it may wait. The focus goes
 * to the heading of each new view, and what was typed survives a change of language.
 */

import { alarm, announce, el, heading, link, p } from '/app/dom.js';
import { asProblem } from '/app/problem.js';
import { say } from '/app/words.js';

const SLOW = 400;
// In the tab, as the sign-in may be in another page of the app.
const WANTED = 'authsvc-wanted';

let views = {};
let leaving = new AbortController();
let shownOnce = false;

/** Begins with the given views; the one named '' is the first page. */
export function begin(given) {
  views = given;
  addEventListener('hashchange', () => show());
  return show();
}

/** Goes to a view. */
export function go(name) {
  const hash = `#/${name}`;
  if (location.hash === hash) return show();
  location.hash = hash;
  return Promise.resolve();
}

/** Goes to where the person wanted to be before they had to sign in. */
export function goOn() {
  return go(wanted() ?? 'home');
}

/** Remembers the view that is shown, for after the sign-in. */
export function comeBack() {
  try {
    sessionStorage.setItem(WANTED, location.hash.replace(/^#\/?/, ''));
  } catch {
    // Without storage the sign-in leads home.
  }
}

function wanted() {
  try {
    const name = sessionStorage.getItem(WANTED);
    sessionStorage.removeItem(WANTED);
    return name;
  } catch {
    return null;
  }
}

/** The name of the view that is shown. */
function current() {
  return decodeURIComponent(location.hash.replace(/^#\/?/, '').split('?')[0]);
}

/** Shows the view again, with what was typed. */
export async function showAgain() {
  const typed = new Map();
  for (const input of document.querySelectorAll('#view input[id]')) {
    if (input.type !== 'file') typed.set(input.id, input.value);
  }
  const focused = document.activeElement?.id;
  await show({ moveFocus: false });
  for (const [id, value] of typed) {
    const input = document.getElementById(id);
    if (!input || value === '') continue;
    input.value = value;
    input.dispatchEvent(new Event('input'));
  }
  if (focused) document.getElementById(focused)?.focus();
}

/** Shows the view that the address names. */
export async function show({ moveFocus = true } = {}) {
  leaving.abort();
  const now = (leaving = new AbortController());
  const main = document.getElementById('main');
  main.setAttribute('aria-busy', 'true');
  const slow = setTimeout(() => announce(say('正在打开', 'Opening')), SLOW);
  let nodes;
  try {
    const view = views[current()] ?? nowhere;
    nodes = await view({ signal: now.signal });
  } catch (error) {
    if (now.signal.aborted) return;
    const problem = asProblem(error);
    if (problem.wantsSignIn) {
      comeBack();
      clearTimeout(slow);
      await go('sign-in');
      return;
    }
    nodes = refused(problem);
  } finally {
    clearTimeout(slow);
  }
  if (now.signal.aborted) return;
  place(main, nodes, moveFocus);
}

// Where nobody is signed in yet, a menu would only lead to the sign-in.
const WITHOUT_MENU = new Set(['', 'opt-in', 'recover', 'unfreeze', 'welcome', 'sign-in']);

function place(main, nodes, moveFocus) {
  document.getElementById('view').replaceChildren(...[nodes].flat(Infinity).filter(Boolean));
  main.removeAttribute('aria-busy');
  announce('');
  const title = document.querySelector('#view h1');
  document.title = `${title?.textContent ?? ''} · ${say('网络身份认证', 'Online Identity')}`;
  document.getElementById('nav').hidden = WITHOUT_MENU.has(current());
  markHere();
  // The page's own beginning is where a browser puts the reader; from then on, we do.
  if (moveFocus && shownOnce) {
    title?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }
  shownOnce = true;
}

/** Marks the place in the menu where the person is. */
export function markHere() {
  for (const each of document.querySelectorAll('#nav a')) {
    const here = each.getAttribute('href') === `#/${current()}`;
    if (here) each.setAttribute('aria-current', 'page');
    else each.removeAttribute('aria-current');
  }
}

function refused(problem) {
  return [
    heading(say('暂时打不开', 'This cannot be shown just now')),
    alarm(problem),
    el(
      'p',
      { class: 'after' },
      el('button', { type: 'button', onclick: () => show() }, say('再试一次', 'Try again')),
    ),
    p(link('#/certificate', say('出示已保存的网证', 'Show the certificate kept on this device'))),
  ];
}

function nowhere() {
  return [
    heading(say('没有这个页面', 'There is no such page')),
    p(link('#/', say('回到首页', 'Go to the first page'))),
  ];
}
