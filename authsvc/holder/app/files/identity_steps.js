/** The steps in which a person is identified: the document, the holder, and a child's guardian. */

import { action, announce, el, heading, p } from '/app/dom.js';
import { documentSteps } from '/app/document_steps.js';
import { progressOf, take } from '/app/enrollment.js';
import { fileChoice, inBase64, smaller } from '/app/file_choice.js';
import { show, showAgain } from '/app/router.js';
import { dayAndTime, say } from '/app/words.js';

const POLL = 3000;

export const identitySteps = {
  ...documentSteps,
  'holder-check': holderStep('holder-check', () =>
    say('请本人出示面容', 'Show that it is you'),
  ),
  'other-holder-check': holderStep('other-holder-check', () =>
    say('请再次出示面容', 'Show once more that it is you'),
  ),
  guardian: guardianStep,
};

/** A picture, compared with the document of the step before; `step` is where it is sent. */
function holderStep(step, title) {
  return ({ kept }) => {
    const send = async (capture) => {
      await take(kept, step, { capture });
      await show();
    };
    return [
      heading(
        title(),
        say(
          '照片只用来与证件比对，比对后立即删除。',
          'The picture is compared with the document, and then deleted.',
        ),
      ),
      kept.card
        ? action(
            say('使用虚拟证件的照片', "Use the virtual card's picture"),
            () => send(kept.card.capture),
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
        send: async (file) => send(await inBase64(await smaller(file))),
      }),
    ];
  };
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
