/** What a camera sees, until a code in it was read. By the browser, where it can; else by ourselves. */

import { announce, el, p } from '/app/dom.js';
import { Problem } from '/app/problem.js';
import { readQR } from '/app/qr_reader.js';
import { say } from '/app/words.js';

// A picture of a code is looked at a few times a second, and no larger than it takes.
const EVERY = 250;
const LARGEST = 960;
const WIDE = { facingMode: 'environment', width: { ideal: 1280 }, height: { ideal: 960 } };

/**
 * The picture. `read(text)` is called with what a code says, and says whether that was one of ours;
 * then the camera is switched off, as when the view is left.
 */
export async function cameraView({ signal, read }) {
  const stream = await opened();
  const stop = () => stream.getTracks().forEach((track) => track.stop());
  if (signal.aborted) {
    stop();
    return null;
  }
  const video = el('video', {
    class: 'camera',
    id: 'camera',
    muted: true,
    playsinline: true,
    'aria-label': say('相机画面', 'What the camera sees'),
  });
  video.muted = true;
  video.srcObject = stream;
  const told = p(say('把二维码放进画面', 'Hold the code into the picture'), { class: 'fine' });
  const look = await reader(video);
  let timer = 0;
  const step = async () => {
    const text = await look().catch(() => null);
    if (signal.aborted) return;
    if (text !== null && read(text)) {
      stop();
      return;
    }
    if (text !== null) {
      told.textContent = say('这不是平台或柜台的二维码', 'This is no code of a platform or counter');
      announce(told.textContent);
    }
    timer = setTimeout(step, EVERY);
  };
  signal.addEventListener('abort', () => {
    clearTimeout(timer);
    stop();
  });
  await video.play().catch(() => {});
  step();
  return [video, told];
}

async function opened() {
  try {
    return await navigator.mediaDevices.getUserMedia({ video: WIDE, audio: false });
  } catch {
    throw new Problem({
      zh: ['用不了相机', '请允许本网站使用相机，或在下面粘贴链接'],
      en: ['The camera cannot be used', 'Allow this site the camera, or paste the link below'],
      code: 'app.no_camera',
    });
  }
}

/** A function that gives the text of the code that is seen just now, or null. */
async function reader(video) {
  const native = await nativeReader();
  if (native) return async () => (await native.detect(video))[0]?.rawValue ?? null;
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  return async () => {
    const { videoWidth: width, videoHeight: height } = video;
    if (!width) return null;
    const scale = Math.min(1, LARGEST / Math.max(width, height));
    [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    return readQR(context.getImageData(0, 0, canvas.width, canvas.height));
  };
}

/** The browser's own (Shape Detection API), where it knows QR codes; null elsewhere. */
async function nativeReader() {
  try {
    const known = await globalThis.BarcodeDetector.getSupportedFormats();
    return known.includes('qr_code')
      ? new globalThis.BarcodeDetector({ formats: ['qr_code'] })
      : null;
  } catch {
    return null;
  }
}
