/**
 * The two languages. Every sentence of the app stands where it is used, in both, side by side:
 * `say('登录', 'Sign in')`. The choice is kept on this device; without one, the page's own counts.
 */

const KEPT_AS = 'authsvc-language';
const listeners = new Set();

const page = document.documentElement.lang.startsWith('zh') ? 'zh' : 'en';
// An address that names a language was opened for it; else what was chosen here before counts.
let chosen = /[?&]lang=(zh|en)\b/.exec(location.search)?.[1] ?? kept() ?? page;

/** 'zh' or 'en'. */
export function language() {
  return chosen;
}

/** The sentence in the language of the page. */
export function say(zh, en) {
  return chosen === 'zh' ? zh : en;
}

/** Changes the language, here and for the next visit, and tells whoever listens. */
export function speak(wanted) {
  chosen = wanted === 'zh' ? 'zh' : 'en';
  try {
    localStorage.setItem(KEPT_AS, chosen);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
  document.documentElement.lang = htmlLanguage();
  for (const listener of listeners) listener();
}

/** Calls `listener` whenever the language changes. */
export function onSpeak(listener) {
  listeners.add(listener);
}

/** The language as HTML and Intl spell it. */
export function htmlLanguage() {
  return chosen === 'zh' ? 'zh-CN' : 'en';
}

/** A day, as people of the language write it. */
export function day(moment) {
  return format(moment, { dateStyle: 'long' });
}

/** A day and a time to the minute. */
export function dayAndTime(moment) {
  return format(moment, { dateStyle: 'medium', timeStyle: 'short' });
}

/** A waiting time in words: days, hours or minutes, rounded up. */
export function span(seconds) {
  const minutes = Math.max(1, Math.ceil(seconds / 60));
  if (minutes < 90) return say(`${minutes} 分钟`, `${minutes} min`);
  const hours = Math.ceil(minutes / 60);
  if (hours < 48) return say(`${hours} 小时`, `${hours} hours`);
  const days = Math.ceil(hours / 24);
  return say(`${days} 天`, `${days} days`);
}

function format(moment, style) {
  return new Intl.DateTimeFormat(chosen === 'zh' ? 'zh-CN' : 'en-GB', style).format(
    new Date(moment),
  );
}

function kept() {
  try {
    const found = localStorage.getItem(KEPT_AS);
    return found === 'zh' || found === 'en' ? found : null;
  } catch {
    return null;
  }
}
