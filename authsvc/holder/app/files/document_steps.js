/** The steps in which a document is shown: its chip, or what is printed on one without a chip. */

import { el, form, heading, link, p } from '/app/dom.js';
import { COMMON, hasChip, kindChoice, printedFields } from '/app/document_kinds.js';
import { abandon, keepWith, take } from '/app/enrollment.js';
import { fileChoice, inBase64 } from '/app/file_choice.js';
import { go, show } from '/app/router.js';
import { sandbox, virtualCard, virtualOther } from '/app/virtual_card.js';
import { say } from '/app/words.js';

export const documentSteps = {
  document: async ({ kept }) => [
    kept.purpose === 'join' ? firstOfTwo() : onlyOne(),
    await shown(kept, 'document', virtualCard),
    validity(),
  ],
  'other-document': async ({ kept }) => [
    heading(
      say('您的另一证件', 'Your other document'),
      say(
        '如果它另有网号，那个网号将终止，其在各平台的登录和网证一并失效。',
        'If it has an online number of its own, that one ends, with its certificates and sessions at platforms.',
      ),
    ),
    await shown(kept, 'other-document', virtualOther),
    validity(),
  ],
};

function onlyOne() {
  return heading(
    say('您的证件', 'Your document'),
    say(
      '芯片里的签名会被核验，证件照片不会保存。',
      "The chip's signature is checked; the portrait in it is not kept.",
    ),
  );
}

function firstOfTwo() {
  return heading(
    say('先出示要保留的网号的证件', 'First, the document whose number stays'),
    say(
      '先出示的证件，其网号保留不变。',
      'The online number of the document shown first stays as it is.',
    ),
  );
}

/** The kinds to choose from, and how the one that is chosen is shown. */
async function shown(kept, step, virtual) {
  const place = el('div', {});
  const fill = async (kind) => {
    const real = hasChip(kind) ? chip(kept, step, kind) : printed(kept, step, kind);
    const ways = [await virtual(kept, kind), real];
    place.replaceChildren(...ways.flat().filter(Boolean));
  };
  const chosen = kept.kinds?.[step] ?? COMMON;
  const choice = kindChoice(chosen, async (kind) => {
    // Kept, so that the language or a second visit does not change it.
    kept.kinds = { ...kept.kinds, [step]: kind };
    await keepWith(kept, {});
    await fill(kind);
  });
  await fill(chosen);
  return [choice, place];
}

/** Sends what is real; the picture of a virtual card is of no use with it. */
async function send(kept, step, document) {
  await keepWith(kept, { card: null });
  await take(kept, step, document);
  await show();
}

function chip(kept, step, kind) {
  return fileChoice({
    id: 'chip',
    label: say('选择芯片文件', 'Choose a chip file'),
    hint: say(
      '由读卡器或手机 NFC 读出的文件。',
      'The file that a card reader or the phone’s NFC has read.',
    ),
    second: sandbox,
    send: async (file) => send(kept, step, { kind, chip: await inBase64(file) }),
  });
}

function printed(kept, step, kind) {
  return [
    p(
      say(
        '此证件没有芯片。所填内容由登记机关核对。',
        'This document has no chip. The authority is asked whether what you type is so.',
      ),
      { class: 'fine' },
    ),
    form({
      id: 'send-printed',
      submit: say('提交', 'Send'),
      mood: sandbox ? 'second' : null,
      fields: printedFields(kind),
      send: (values) => send(kept, step, { kind, printed: values }),
    }),
  ];
}

async function giveUp(event) {
  event.preventDefault();
  await abandon();
  await go('');
}

function validity() {
  return p(
    [
      say('中途离开没关系，进度会保留一天。', 'Leave whenever you must: it is kept for a day. '),
      link('#/', say('放弃办理', 'Give it up'), { onclick: giveUp }),
    ],
    { class: 'fine' },
  );
}
