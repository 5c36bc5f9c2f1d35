/** A file or a picture that the person chooses; sent as soon as it is chosen. */

import { toBase64 } from '/app/der.js';
import { attempt, el, p } from '/app/dom.js';
import { Problem } from '/app/problem.js';

// The service takes bodies of 1 MB, and base64 makes four letters of three bytes.
const LARGEST = 700_000;
const LONG_EDGE = 960;

/** A button that opens the choice; what was chosen is refused at this very place. */
export function fileChoice({ id, label, hint, accept, camera, second, send }) {
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

/** The octets of a file in base64. */
export async function inBase64(file) {
  if (file.size > LARGEST) throw tooLarge();
  return toBase64(new Uint8Array(await file.arrayBuffer()));
}

/** A phone's camera makes pictures of many megabytes; a face needs far fewer. */
export async function smaller(file) {
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

function tooLarge() {
  return new Problem({
    zh: ['文件太大', '请选择一个小于 700 KB 的文件'],
    en: ['The file is too large', 'Choose a file below 700 kB'],
    code: 'app.file_too_large',
  });
}
