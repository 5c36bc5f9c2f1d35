/**
 * How strong a password is, said in words while it is typed. Only a rough guess (the service has the
 * last word): length counts most, and what repeats, runs or is the name counts little.
 */

import { el } from '/app/dom.js';
import { say } from '/app/words.js';

const FEW = 8;
const SEQUENCES = 'abcdefghijklmnopqrstuvwxyz01234567890qwertyuiopasdfghjklzxcvbnm';

/** 0 (too short), 1 (weak), 2 (fair), 3 (good), 4 (very good). */
function strengthOf(password, name = '') {
  const length = [...password].length;
  if (length < FEW) return 0;
  const plain = password.toLowerCase();
  if (name && (plain.includes(name.toLowerCase()) || name.toLowerCase().includes(plain))) return 1;
  let bits = 0;
  const characters = [...plain];
  characters.forEach((character, place) => {
    const before = characters[place - 1];
    const runs = before && (before === character || SEQUENCES.includes(before + character));
    bits += runs ? 0.7 : /[一-鿿]/.test(character) ? 9 : 3.2;
  });
  if (/^\d+$/.test(plain)) bits *= 0.7;
  if (/password|qwerty|admin|welcome|iloveyou|woaini/.test(plain)) bits -= 20;
  return [26, 38, 54].filter((threshold) => bits >= threshold).length + 1;
}

/** A meter with a sentence. `watch` makes it follow a password input. */
export function strengthMeter() {
  const meter = el('meter', { min: '0', max: '4', low: '2', high: '3', optimum: '4', value: '0' });
  const words = el('p', { class: 'hint', role: 'status', id: 'strength' });
  const node = el('div', { class: 'strength' }, meter, words);
  const tell = (password, name) => {
    const found = password ? strengthOf(password, name) : 0;
    meter.value = found;
    meter.setAttribute('aria-label', say('密码强度', 'Strength of the password'));
    words.textContent = password ? sentences()[found] : '';
  };
  const watch = (input, nameInput) => {
    let waiting;
    const follow = () => {
      clearTimeout(waiting);
      // Not at each letter: a screen reader would never come to an end.
      waiting = setTimeout(() => tell(input.value, nameInput?.value), 250);
    };
    input.addEventListener('input', follow);
    tell('', '');
  };
  return { node, watch };
}

function sentences() {
  return [
    say('太短：至少八个字符', 'Too short: at least eight characters'),
    say('弱：容易被猜到', 'Weak: easily guessed'),
    say('一般：再长一些会更好', 'Fair: a little longer would be better'),
    say('良好', 'Good'),
    say('很好', 'Very good'),
  ];
}
