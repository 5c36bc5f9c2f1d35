/** The person's own log: what happened in their name, for six months, readable by them alone. */

import { get } from '/app/api.js';
import { action, announce, bdi, el, heading, link, p } from '/app/dom.js';
import { attributeName, departmentName, purposeName } from '/app/department_words.js';
import { happened, scopeSentence } from '/app/vocabulary.js';
import { day, say } from '/app/words.js';

/** The view: the newest lines, and older ones for whoever wants them. */
export async function activityView({ signal }) {
  const page = await get('/holder/activity', { signal });
  const place = el('div', { id: 'activity' });
  append(place, page);
  return [
    heading(
      say('使用记录', 'What happened'),
      say('加密保存六个月，只有您能看到。', 'Kept sealed for six months. Only you can read it.'),
    ),
    page.entries.length ? place : p(say('还没有记录。', 'Nothing so far.')),
    p(
      [
        say('如果有不是您做的事：', 'Something you did not do? '),
        link('#/leave', say('冻结网号', 'Freeze the number')),
      ],
      { class: 'fine' },
    ),
  ];
}

/** Adds a page below what is shown, and the button for the next one if there is more. */
function append(place, { entries, before }) {
  for (const entry of entries) {
    const when = day(entry.at);
    let list = place.querySelector('section:last-of-type');
    if (list?.getAttribute('aria-label') !== when) {
      list = el(
        'section',
        { 'aria-label': when },
        el('h2', {}, when),
        el('ul', { class: 'rows' }),
      );
      place.append(list);
    }
    list.querySelector('ul').append(el('li', {}, line(entry)));
  }
  if (before) place.append(older(place, before));
}

function older(place, before) {
  const whole = action(
    say('更早的记录', 'Older lines'),
    async () => {
      const page = await get(`/holder/activity?before=${encodeURIComponent(before)}`);
      const last = [...place.querySelectorAll('li')].pop();
      whole.remove();
      append(place, page);
      // Whoever cannot see the page goes on where the new lines begin.
      last.setAttribute('tabindex', '-1');
      last.focus({ preventScroll: true });
      announce(say(`又显示了 ${page.entries.length} 条`, `${page.entries.length} more are shown`));
    },
    { class: 'second', id: 'older' },
  );
  return whole;
}

/** The words for what was asked: of a department its attributes, else what a platform is told. */
function scopeOrAttribute(entry) {
  return entry.department ? attributeName : scopeSentence;
}

/** What a department was asked for, under which law, and by which reference. */
function why(entry) {
  return [
    p([say('用途：', 'For: '), purposeName(entry.purpose)], { class: 'more' }),
    p([say('法律依据：', 'Legal basis: '), bdi(entry.legal_basis)], { class: 'more' }),
    p([say('该部门账簿中的编号：', 'Reference in its books: '), bdi(entry.consent)], {
      class: 'more',
    }),
  ];
}

function line(entry) {
  const time = new Date(entry.at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  const asked = entry.department ? departmentName(entry.department) : null;
  const about = [entry.platform ?? entry.client_id, asked, entry.name].filter(Boolean);
  return [
    p([
      el('strong', {}, happened(entry.kind)),
      entry.alert ? el('span', { class: 'here' }, say('提醒', 'alert')) : null,
    ]),
    about.length ? p(about.map((each, index) => [index ? ' · ' : '', bdi(each)])) : null,
    entry.scopes?.length
      ? p(entry.scopes.map(scopeOrAttribute(entry)).join(say('；', '; ')), { class: 'more' })
      : null,
    ...(entry.purpose ? why(entry) : []),
    p(
      [
        el('time', { datetime: entry.at }, time),
        entry.network ? [say(' · 来自 ', ' · from '), bdi(entry.network)] : [],
      ],
      { class: 'more' },
    ),
    entry.more
      ? p(
          say(
            '当天此后的同类记录太多，未逐条保存。',
            'There was too much of the same later that day to keep each.',
          ),
          { class: 'more' },
        )
      : null,
  ];
}
