/** What a certificate in PEM says of itself (RFC 5280), read on the device, with or without network. */

import { elements, fromPem } from '/app/der.js';

const COMMON_NAME = '550403';
const ORGANIZATION = '55040a';
const VERSION_TAG = 0xa0;
const UTC_TIME = 0x17;

/** {serial, notBefore, notAfter, issuer}: the serial in hexadecimal, the moments as ISO texts. */
export function readCertificate(text) {
  const [certificate] = elements(fromPem(text));
  const [body] = elements(certificate.content);
  const parts = elements(body.content).filter((part) => part.tag !== VERSION_TAG);
  const [serial, , issuer, validity] = parts;
  const [notBefore, notAfter] = elements(validity.content).map(moment);
  return { serial: spelt(serial.content), notBefore, notAfter, issuer: nameOf(issuer) };
}

function spelt(bytes) {
  const digits = hex(bytes).replace(/^0+/, '').toUpperCase();
  return digits === '' ? '0' : digits;
}

function moment({ tag, content }) {
  const text = new TextDecoder().decode(content);
  // UTCTime has two digits of the year; 50 and above are of the last century (RFC 5280 4.1.2.5.1).
  const full = tag === UTC_TIME ? (text.slice(0, 2) < '50' ? '20' : '19') + text : text;
  return full.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
}

function nameOf(name) {
  const found = {};
  for (const set of elements(name.content)) {
    for (const attribute of elements(set.content)) {
      const [type, value] = elements(attribute.content);
      found[hex(type.content)] = new TextDecoder().decode(value.content);
    }
  }
  return found[COMMON_NAME] ?? found[ORGANIZATION] ?? '';
}

function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
