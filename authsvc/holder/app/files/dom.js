/**
 * The parts of a page: elements, forms whose refusals stand at the field, buttons that do something.
 * Everything is made of nodes and text; nothing is ever parsed as HTML.
 */

import { asProblem } from '/app/problem.js';
import { say } from '/app/words.js';

const TOLD_FOR = 6000;

let serial = 0;

/** An element with attributes (`onclick` and the like are listeners) and children. */
export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? '' : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return node;
}

/** A paragraph. */
export function p(text, attributes) {
  return el('p', attributes, text);
}

/** A link. */
export function link(href, text, attributes = {}) {
  return el('a', { href, ...attributes }, text);
}

/** A heading of the view, and what stands quietly below it. */
export function heading(title, lead) {
  return [el('h1', { tabindex: '-1' }, title), lead ? p(lead, { class: 'lead' }) : null];
}

/** A name that somebody else chose: isolated, so that it cannot turn the sentence around. */
export function bdi(text) {
  return el('bdi', {}, text);
}

/** Terms and what they are, as a list. Pairs without a value are left out. */
export function terms(pairs) {
  const told = pairs.filter(([, value]) => value !== null && value !== undefined && value !== '');
  return el(
    'dl',
    { class: 'reference terms' },
    told.map(([term, value]) => [el('dt', {}, term), el('dd', {}, value)]),
  );
}

/** A problem, as the page shows it. */
export function alarm(problem) {
  return el(
    'div',
    { class: 'alarm', role: 'alert', tabindex: '-1' },
    p(el('strong', {}, problem.title)),
    p(problem.nextStep),
    problem.patience ? p(problem.patience) : null,
    wayOn(problem),
  );
}

/** Where a problem is settled, if that is elsewhere in the app. */
function wayOn({ code, wantsSignIn }) {
  if (wantsSignIn) return p(link('#/sign-in', say('去登录', 'Sign in')));
  if (/frozen|on_hold/.test(code)) {
    return p(link('#/unfreeze', say('凭证件解冻网号', 'Unfreeze the number with your document')));
  }
  if (code === 'certificates.revoked' || code === 'certificates.expired') {
    return p([
      code === 'certificates.revoked'
        ? say('这台设备已被移除。', 'This device was removed. ')
        : null,
      say(
        '请用其他方式登录，然后重新添加这台设备。',
        'Sign in another way, and add this device anew.',
      ),
    ]);
  }
  return null;
}

/** Says something quietly to whoever cannot see the page. */
export function announce(text) {
  const status = document.getElementById('status');
  status.textContent = text;
  status.className = 'unseen';
}

/** Says to everybody that something is done; it stands at the foot of the window for a while. */
export function tell(text) {
  announce(text);
  const status = document.getElementById('status');
  status.className = 'told-now';
  setTimeout(() => status.textContent === text && announce(''), TOLD_FOR);
}

/** A button that does something, with room for what went wrong below it. */
export function action(text, act, attributes = {}) {
  const button = el('button', { type: 'button', ...attributes }, text);
  const whole = el('div', { class: 'action' }, button);
  button.addEventListener('click', () => attempt(button, whole, act));
  return whole;
}

/**
 * Runs `act` for a button, once at a time. A problem is shown in `place` and gets the focus; what it
 * said before is taken away.
 */
export async function attempt(button, place, act) {
  if (button.getAttribute('aria-disabled') === 'true') return;
  for (const old of place.querySelectorAll(':scope > .alarm')) old.remove();
  button.setAttribute('aria-disabled', 'true');
  button.classList.add('busy');
  const moment = say('请稍候', 'One moment');
  announce(moment);
  try {
    await act(button);
  } catch (error) {
    if (error.name !== 'AbortError') warn(place, error);
  } finally {
    // What the act itself has said stays to be read.
    if (document.getElementById('status').textContent === moment) announce('');
    button.removeAttribute('aria-disabled');
    button.classList.remove('busy');
  }
}

/** Shows in `place` what went wrong, and moves the focus there. */
export function warn(place, error) {
  const shown = alarm(asProblem(error));
  place.append(shown);
  shown.focus();
}

/** A labelled input. `note` is a node that stands below it (a strength meter). */
function field({ name, label, hint, note, ...attributes }) {
  const id = `field-${name}`;
  const described = hint ? `${id}-hint` : null;
  const input = el('input', {
    id,
    name,
    type: 'text',
    required: true,
    'aria-describedby': described,
    ...attributes,
  });
  return el(
    'div',
    { class: 'field' },
    el('label', { for: id }, label),
    input,
    hint ? p(hint, { class: 'hint', id: described }) : null,
    note,
  );
}

/**
 * A form. `fields` are specs for `field`; `send` gets the values and does the work. A refusal that
 * names a field is shown there, and the focus goes there; any other stands above the button.
 */
export function form({ fields, submit, send, id, mood }) {
  const button = el('button', { type: 'submit', id, class: mood }, submit);
  const place = el('div', { class: 'action' }, button);
  const node = el('form', { novalidate: true }, fields.map(field), place);
  node.addEventListener('submit', (event) => {
    event.preventDefault();
    clear(node);
    const empty = [...node.elements].find((each) => each.required && each.value.trim() === '');
    if (empty) {
      mark(empty, say('请填写此项', 'Please fill this in'));
      return;
    }
    attempt(button, place, () => submitted(node, send));
  });
  return node;
}

async function submitted(node, send) {
  const inputs = [...node.elements].filter((each) => each.name);
  const values = Object.fromEntries(inputs.map((each) => [each.name, each.value]));
  try {
    await send(values, node);
  } catch (error) {
    const named = error.field?.split('.').pop();
    const input = inputs.find((each) => each.name === named) ?? theOnlyOne(inputs, error);
    if (!input) throw error;
    const problem = asProblem(error);
    mark(input, [el('strong', {}, problem.title), ` ${problem.nextStep} ${problem.patience}`]);
  }
}

/** Where one thing was typed, it is what a refusal is about, even if that names no field. */
function theOnlyOne(inputs, error) {
  const isRefusal = [400, 401, 404].includes(error.status) && !error.wantsSignIn;
  return isRefusal && inputs.length === 1 ? inputs[0] : null;
}

/** Marks an input as the one at fault, says why, and moves the focus to it. */
export function mark(input, why) {
  const id = `fault-${(serial += 1)}`;
  const described = input.getAttribute('aria-describedby');
  input.dataset.described = described ?? '';
  input.setAttribute('aria-invalid', 'true');
  input.setAttribute('aria-describedby', [id, described].filter(Boolean).join(' '));
  input.after(el('p', { class: 'fault', id }, why));
  announce('');
  input.focus();
}

function clear(node) {
  for (const fault of node.querySelectorAll('.fault')) fault.remove();
  for (const input of node.querySelectorAll('[aria-invalid]')) {
    input.removeAttribute('aria-invalid');
    const described = input.dataset.described;
    if (described) input.setAttribute('aria-describedby', described);
    else input.removeAttribute('aria-describedby');
  }
}

/** A part of a view that arrives when it is there; if it cannot, the part says so, and only it. */
export function later(load) {
  const place = el('div', { class: 'later', 'aria-busy': 'true' });
  const fill = (nodes) => {
    place.replaceChildren(...[nodes].flat(Infinity).filter(Boolean));
    place.removeAttribute('aria-busy');
  };
  Promise.resolve()
    .then(load)
    .then(fill, (error) => error.name !== 'AbortError' && fill(alarm(asProblem(error))));
  return place;
}

/** A list with a heading; `none` is said where it is empty. */
export function section(title, items, none, attributes = {}) {
  const id = `part-${(serial += 1)}`;
  return el(
    'section',
    { 'aria-labelledby': id, ...attributes },
    el('h2', { id }, title),
    items.length
      ? el(
          'ul',
          { class: 'rows' },
          items.map((item) => el('li', {}, item)),
        )
      : p(none, { class: 'lead' }),
  );
}

/** Hands a file to the person. */
export function handOver(blob, name) {
  const address = URL.createObjectURL(blob);
  const anchor = el('a', { href: address, download: name });
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
