/** The steps in which a person is identified: the document, the holder, and a child's guardian. */

import { post } from '/app/api.js';
import { toBase64 } from '/app/der.js';
import { action, announce, attempt, el, form, heading, link, p } from '/app/dom.js';
import { abandon, keepWith, progressOf, take } from '/app/enrollment.js';
import { Problem } from '/app/problem.js';
import { go, show, showAgain } from '/app/router.js';
import { keep, recall } from '/app/store.js';
import { dayAndTime, say } from '/app/words.js';

const CARD = 'resident_identity_card';
// The service takes bodies of 1 MB, and base64 makes four letters of three bytes.
const LARGEST = 700_000;
const POLL = 3000;
const LONG_EDGE = 960;

/** Whether this is a sandbox, where there are virtual cards and readable messages. */
export const sandbox = document.documentElement.dataset.mode === 'sandbox';

export const identitySteps = {
  document: documentStep,
  'holder-check': holderStep,
  guardian: guardianStep,
};

async function documentStep({ kept }) {
  return [
    heading(
      say('您的证件', 'Your document'),
      say(
        '芯片里的签名会被核验，证件照片不会保存。',
        "The chip's signature is checked; the portrait in it is not kept.",
      ),
    ),
    sandbox ? await virtualCard(kept) : null,
    fileChoice({
      id: 'chip',
      label: say('选择芯片文件', 'Choose a chip file'),
      hint: say(
        '由读卡器或手机 NFC 读出的文件。',
        'The file that a card reader or the phone’s NFC has read.',
      ),
      second: sandbox,
      send: async (file) => {
        await take(kept, 'document', { kind: CARD, chip: await inBase64(file) });
        await show();
      },
    }),
    validity(),
  ];
}

/**
 * The sandbox makes an artificial person with a card; nobody real is needed to try the service. The
 * card stays on this device, for whoever recovers, unfreezes or comes back needs the same one.
 */
async function virtualCard(kept) {
  const present = async (card) => {
    await keep('card', card);
    await keepWith(kept, { card });
    await take(kept, 'document', { kind: card.kind, chip: card.chip });
    await show();
  };
  const make = async (wishes) => present(await post('/sandbox/cards', wishes));
  const own = await recall('card');
  const another = say('使用另一张虚拟证件', 'Use another virtual card');
  return el(
    'div',
    { class: 'asker' },
    p(
      say('这是测试环境：可以使用一张虚拟证件。', 'This is a sandbox: you may use a virtual card.'),
    ),
    own
      ? [
          action(say('使用我的虚拟证件', 'Use my virtual card'), () => present(own), {
            id: 'own-card',
          }),
          action(another, () => make({}), { id: 'virtual-card', class: 'second' }),
        ]
      : action(say('使用虚拟证件', 'Use a virtual card'), () => make({}), { id: 'virtual-card' }),
    childCard(make),
  );
}

/** A card of a child, whose guardian is somebody who has a number in this sandbox. */
function childCard(make) {
  return el(
    'details',
    {},
    el('summary', {}, say('试用一张孩子的证件', "Try a child's card")),
    form({
      id: 'child-card',
      submit: say('使用孩子的证件', "Use the child's card"),
      fields: [
        { name: 'birth_date', label: say('出生日期', 'Date of birth'), type: 'date' },
        {
          name: 'guardian_sign_in_name',
          label: say('监护人的登录名', "The guardian's sign-in name"),
          autocapitalize: 'none',
          autocomplete: 'off',
        },
      ],
      send: make,
    }),
  );
}

function holderStep({ kept }) {
  return [
    heading(
      say('请本人出示面容', 'Show that it is you'),
      say(
        '照片只用来与证件比对，比对后立即删除。',
        'The picture is compared with the document, and then deleted.',
      ),
    ),
    kept.card
      ? action(
          say('使用虚拟证件的照片', "Use the virtual card's picture"),
          async () => {
            await take(kept, 'holder-check', { capture: kept.card.capture });
            await show();
          },
          { id: 'virtual-capture' },
        )
      : null,
    fileChoice({
      id: 'capture',
      label: say('拍摄或选择照片', 'Take or choose a picture'),
      hint: say(
        '光线充足，正对镜头，不戴帽子和墨镜。',
        'Good light, facing the camera, no hat and no dark glasses.',
      ),
      accept: 'image/*',
      camera: true,
      second: Boolean(kept.card),
      send: async (file) => {
        await take(kept, 'holder-check', { capture: await inBase64(await smaller(file)) });
        await show();
      },
    }),
  ];
}

/** Below 18 a guardian takes part: they enter the code in their own app. */
function guardianStep({ kept, progress, signal }) {
  poll(kept, signal);
  return [
    heading(
      say('请监护人确认', 'Ask your guardian'),
      say(
        '未满 18 周岁领取网号，需要监护人在自己的应用中确认。',
        'Below 18, a guardian confirms in their own app.',
      ),
    ),
    el(
      'div',
      { class: 'compare' },
      p(say('请让监护人输入此码', 'Let your guardian enter this code')),
      p(progress.guardian_code ?? '', { class: 'code', id: 'guardian-code' }),
      p(say('监护人的应用：家人 › 添加孩子', 'In their app: Family, then Add a child'), {
        class: 'hint',
      }),
    ),
    p(
      say('确认后，本页会自动继续。', 'This page goes on by itself as soon as they have done so.'),
      { role: 'note' },
    ),
    p(
      say(
        `此次办理保留至 ${dayAndTime(progress.expires_at)}。`,
        `This application waits until ${dayAndTime(progress.expires_at)}.`,
      ),
      { class: 'fine' },
    ),
  ];
}

/** Asks now and then whether the guardian has confirmed, as long as the view is shown. */
function poll(kept, signal) {
  const timer = setInterval(async () => {
    if (document.hidden) return;
    try {
      const progress = await progressOf(kept, signal);
      if (progress.next_step === 'guardian' || signal.aborted) return;
      clearInterval(timer);
      announce(say('监护人已确认', 'Your guardian has confirmed'));
      await show();
    } catch (problem) {
      // No network just now: it asks again. An end that the service tells is shown by the view.
      if (problem.status >= 400 && !signal.aborted) await showAgain();
    }
  }, POLL);
  signal.addEventListener('abort', () => clearInterval(timer));
}

/** A file to choose; sent as soon as it is chosen, and refused at this very place. */
function fileChoice({ id, label, hint, accept, camera, second, send }) {
  const input = el('input', {
    id,
    type: 'file',
    accept,
    capture: camera ? 'user' : null,
    class: 'unseen',
    'aria-describedby': `${id}-hint`,
  });
  const face = el('label', { for: id, class: second ? 'button second' : 'button' }, label);
  const place = el(
    'div',
    { class: 'action file' },
    input,
    face,
    p(hint, { class: 'hint', id: `${id}-hint` }),
  );
  input.addEventListener('change', () => {
    const [file] = input.files;
    if (!file) return;
    attempt(face, place, async () => {
      try {
        if (file.size > 20 * LARGEST) throw tooLarge();
        await send(file);
      } finally {
        // Choosing the same file once more is a new try.
        input.value = '';
      }
    });
  });
  return place;
}

async function inBase64(file) {
  if (file.size > LARGEST) throw tooLarge();
  return toBase64(new Uint8Array(await file.arrayBuffer()));
}

/** A phone's camera makes pictures of many megabytes; a face needs far fewer. */
async function smaller(file) {
  if (file.size <= LARGEST / 4) return file;
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, LONG_EDGE / Math.max(picture.width, picture.height));
    const canvas = el('canvas');
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) =>
      canvas.toBlob((blob) => resolve(blob ?? file), 'image/jpeg', 0.9),
    );
  } catch {
    return file;
  }
}

async function giveUp(event) {
  event.preventDefault();
  await abandon();
  await go('');
}

function tooLarge() {
  return new Problem({
    zh: ['文件太大', '请选择一个小于 700 KB 的文件'],
    en: ['The file is too large', 'Choose a file below 700 kB'],
    code: 'app.file_too_large',
  });
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
