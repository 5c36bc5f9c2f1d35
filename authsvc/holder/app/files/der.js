/** The little ASN.1 that a device needs (X.690, DER): a request is written, a certificate is read. */

/** One element: its tag and its content. */
export function element(tag, ...contents) {
  const content = joined(contents);
  return joined([Uint8Array.of(tag), lengthOf(content.length), content]);
}

/** SEQUENCE. */
export function sequence(...contents) {
  return element(0x30, ...contents);
}

/** A positive INTEGER from its bytes, highest first: no needless zeros, never negative. */
export function integer(bytes) {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const bare = bytes.subarray(start);
  return bare[0] & 0x80 ? element(0x02, Uint8Array.of(0), bare) : element(0x02, bare);
}

/** BIT STRING of whole bytes. */
export function bitString(bytes) {
  return element(0x03, Uint8Array.of(0), bytes);
}

/** The bytes one after another. */
function joined(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}

/** The elements inside some bytes, as {tag, content}. Throws if they do not fit. */
export function elements(bytes) {
  const found = [];
  let place = 0;
  while (place < bytes.length) {
    const { tag, start, end } = header(bytes, place);
    found.push({ tag, content: bytes.subarray(start, end) });
    place = end;
  }
  return found;
}

/** Text in PEM around bytes. */
export function pem(label, bytes) {
  const lines = toBase64(bytes).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** The bytes of the first block of a PEM text. */
export function fromPem(text) {
  const block = /-----BEGIN [A-Z ]+-----([\s\S]+?)-----END/.exec(text);
  return fromBase64(block[1].replace(/\s/g, ''));
}

/** Standard base64. */
export function toBase64(bytes) {
  let text = '';
  for (let place = 0; place < bytes.length; place += 8192) {
    text += String.fromCharCode(...bytes.subarray(place, place + 8192));
  }
  return btoa(text);
}

/** The bytes behind standard base64. */
export function fromBase64(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** Base64url without padding (RFC 4648 section 5). */
export function toBase64url(bytes) {
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** The bytes behind base64url. */
export function fromBase64url(text) {
  return fromBase64(text.replaceAll('-', '+').replaceAll('_', '/'));
}

function lengthOf(length) {
  if (length < 0x80) return Uint8Array.of(length);
  const bytes = [];
  for (let rest = length; rest > 0; rest >>= 8) bytes.unshift(rest & 0xff);
  return Uint8Array.of(0x80 | bytes.length, ...bytes);
}

function header(bytes, place) {
  const tag = bytes[place];
  let length = bytes[place + 1];
  let start = place + 2;
  if (length & 0x80) {
    const count = length & 0x7f;
    length = 0;
    for (const byte of bytes.subarray(start, start + count)) length = length * 256 + byte;
    start += count;
  }
  const end = start + length;
  if (!(end <= bytes.length)) throw new RangeError('an element reaches beyond the end');
  return { tag, start, end };
}
