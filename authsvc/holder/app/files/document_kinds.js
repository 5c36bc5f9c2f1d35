/** The kinds of documents: their names, and what somebody types who has one without a chip. */

import { el } from '/app/dom.js';
import { say } from '/app/words.js';

// As in the service's own table; a test compares them.
const names = () => ({
  resident_identity_card: say('居民身份证', 'Resident identity card'),
  temporary_identity_card: say('临时居民身份证', 'Temporary resident identity card'),
  household_register_page: say('居民户口簿内页', 'Page of the household register'),
  hong_kong_macao_residence_permit: say(
    '港澳居民居住证',
    'Residence permit for Hong Kong and Macao residents',
  ),
  taiwan_residence_permit: say('台湾居民居住证', 'Residence permit for Taiwan residents'),
  hong_kong_macao_travel_permit: say(
    '港澳居民来往内地通行证',
    'Mainland travel permit for Hong Kong and Macao residents',
  ),
  taiwan_travel_permit: say('台湾居民来往大陆通行证', 'Mainland travel permit for Taiwan residents'),
  permanent_residence_card: say('外国人永久居留身份证', "Foreigner's permanent residence card"),
  passport: say('普通护照', 'Ordinary passport'),
});
// What is asked for beside number and name: nothing is read from a document without a chip.
const TYPED = {
  temporary_identity_card: 'valid_until',
  household_register_page: 'document_number',
};

/** The kind that most people have. */
export const COMMON = 'resident_identity_card';

/** The name of a kind. */
export function documentName(kind) {
  return names()[kind] ?? kind;
}

/** Whether there is a chip to read. */
export function hasChip(kind) {
  return !(kind in TYPED);
}

/** A choice among the kinds; `choose` is told of each. */
export function kindChoice(chosen, choose) {
  const select = el(
    'select',
    { id: 'kind', name: 'kind' },
    Object.entries(names()).map(([kind, name]) =>
      el('option', { value: kind, selected: kind === chosen }, name),
    ),
  );
  select.addEventListener('change', () => choose(select.value));
  return el(
    'div',
    { class: 'field' },
    el('label', { for: 'kind' }, say('证件种类', 'Kind of document')),
    select,
  );
}

/** The inputs for what is printed on a document without a chip. */
export function printedFields(kind) {
  const more = {
    valid_until: {
      label: say('有效期至', 'Valid until'),
      type: 'date',
    },
    document_number: {
      label: say('户号', 'Number of the household'),
      autocomplete: 'off',
      autocapitalize: 'characters',
    },
  };
  return [
    { name: 'name', label: say('姓名', 'Name'), autocomplete: 'name' },
    {
      name: 'number',
      label: say('公民身份号码', 'Citizen number'),
      autocomplete: 'off',
      autocapitalize: 'characters',
      maxlength: 18,
    },
    { name: TYPED[kind], ...more[TYPED[kind]] },
  ];
}
