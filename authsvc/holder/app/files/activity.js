/** The person's own log: what happened in their name, for six months, readable by them alone. */

import { get } from '/app/api.js';
import { bdi, el, heading, link, p } from '/app/dom.js';
import { happened, scopeSentence } from '/app/vocabulary.js';
import { day, say } from '/app/words.js';

/** The view. */
export async function activityView({ signal }) {
  const { entries } = await get('/holder/activity', { signal });
  return [
    heading(
      say('使用记录', 'What happened'),
      say('加密保存六个月，只有您能看到。', 'Kept sealed for six months. Only you can read it.'),
    ),
    entries.length ? byDay(entries) : p(say('还没有记录。', 'Nothing so far.')),
    p(
      [
        say('如果有不是您做的事：', 'Something you did not do? '),
        link('#/leave', say('冻结网号', 'Freeze the number')),
      ],
      { class: 'fine' },
    ),
  ];
}

function byDay(entries) {
  const days = new Map();
  for (const entry of entries) {
    const when = day(entry.at);
    days.set(when, [...(days.get(when) ?? []), entry]);
  }
  return [...days].map(([when, those]) =>
    el(
      'section',
      { 'aria-label': when },
      el('h2', {}, when),
      el(
        'ul',
        { class: 'rows' },
        those.map((entry) => el('li', {}, line(entry))),
      ),
    ),
  );
}

function line(entry) {
  const time = new Date(entry.at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  const about = [entry.platform ?? entry.client_id, entry.name].filter(Boolean);
  return [
    p([
      el('strong', {}, happened(entry.kind)),
      entry.alert ? el('span', { class: 'here' }, say('提醒', 'alert')) : null,
    ]),
    about.length ? p(about.map((each, index) => [index ? ' · ' : '', bdi(each)])) : null,
    entry.scopes?.length
      ? p(entry.scopes.map(scopeSentence).join(say('；', '; ')), { class: 'more' })
      : null,
    p(
      [
        el('time', { datetime: entry.at }, time),
        entry.network ? [say(' · 来自 ', ' · from '), bdi(entry.network)] : [],
      ],
      { class: 'more' },
    ),
  ];
}
