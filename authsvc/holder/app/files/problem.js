/**
 * What went wrong, in both languages: a title, and what to do next (RFC 9457, as the service says
 * it). Everything that fails in the app becomes one of these, so that nothing is a dead end.
 */

import { language, say } from '/app/words.js';

/** A refusal or a failure. `field` is the input at fault, `retryAfter` seconds to wait. */
export class Problem extends Error {
  constructor({ zh, en, code, status = 0, field = null, retryAfter = null }) {
    super(code);
    this.texts = { zh: { title: zh[0], next_step: zh[1] }, en: { title: en[0], next_step: en[1] } };
    this.code = code;
    this.status = status;
    this.field = field;
    this.retryAfter = retryAfter;
  }

  /** What is wrong. */
  get title() {
    return this.texts[language()].title;
  }

  /** What to do. */
  get nextStep() {
    return this.texts[language()].next_step;
  }

  /** Whether nobody is signed in, or no longer. */
  get wantsSignIn() {
    return this.status === 401 && /session_required$/.test(this.code);
  }

  /** How long to wait, in words; empty where waiting does not help. */
  get patience() {
    if (this.retryAfter === null || this.retryAfter < 5) return '';
    const seconds = this.retryAfter;
    if (seconds < 120) return say(`请在 ${seconds} 秒后重试。`, `Try again in ${seconds} seconds.`);
    const minutes = Math.ceil(seconds / 60);
    return say(`请在 ${minutes} 分钟后重试。`, `Try again in ${minutes} minutes.`);
  }
}

/** The problem in an answer of the service. */
export async function problemOf(response) {
  const status = response.status;
  try {
    const told = await response.json();
    const { zh, en } = told.texts;
    return new Problem({
      zh: [zh.title, zh.next_step],
      en: [en.title, en.next_step],
      code: told.code,
      status,
      field: told.field ?? null,
      retryAfter: told.retry_after ?? null,
    });
  } catch {
    return new Problem({
      zh: ['服务暂时不可用', '请稍后重试'],
      en: ['The service is not available just now', 'Please try again in a moment'],
      code: 'app.unreadable_answer',
      status,
    });
  }
}

/** Nothing came back: no network, or no service. What was typed stays. */
export function unreached() {
  const offline = navigator.onLine === false;
  return new Problem({
    zh: offline
      ? ['没有网络连接', '已填写的内容还在。连上网络后再点一次']
      : ['连不上服务', '已填写的内容还在。请稍后再点一次'],
    en: offline
      ? ['You are offline', 'What you typed is still here. Connect, and press the button again']
      : ['The service cannot be reached', 'What you typed is still here. Try again in a moment'],
    code: 'app.unreached',
  });
}

/** The person changed their mind, or let a question of the browser pass. */
export function cancelled() {
  return new Problem({
    zh: ['已取消', '没有任何改变。需要时可以再来一次'],
    en: ['Cancelled', 'Nothing was changed. You can do it again whenever you like'],
    code: 'app.cancelled',
  });
}

/** Whatever was thrown, as a Problem. */
export function asProblem(error) {
  if (error instanceof Problem) return error;
  console.error(error);
  return new Problem({
    zh: ['这里出了点问题', '请重新打开此页面。若仍然出现，请换一个较新的浏览器'],
    en: ['Something went wrong here', 'Open this page again. If it persists, use a newer browser'],
    code: 'app.unexpected',
  });
}
