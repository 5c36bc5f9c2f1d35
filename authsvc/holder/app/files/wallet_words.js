/** What stands in a certificate, in words: pairs of a term and what it says. */

import { el } from '/app/dom.js';
import { documentName } from '/app/document_kinds.js';
import { say } from '/app/words.js';

// What a counter and a verifier may say (docs/presenting.md).
const LONGEST_LINE = 120;

/** The term and the value of a claim, as a person reads them. */
export function claimSentence(name, value) {
  const isYesOrNo = typeof value === 'boolean';
  const told = isYesOrNo ? (value ? say('是', 'Yes') : say('否', 'No')) : valueOf(name, value);
  return [claimTerm(name), told];
}

/** What a claim is about. */
export function claimTerm(name) {
  const age = /^age_over_(\d+)$/.exec(name);
  if (age) return say(`是否年满 ${age[1]} 岁`, `At least ${age[1]} years old`);
  const terms = {
    document_class: say('证件类别', 'Kind of document'),
    assurance: say('核验方式', 'How you were verified'),
    sub: say('您在该平台的代号', 'Your pseudonym there'),
    receipt: say('核验凭据', 'Receipt'),
  };
  return terms[name] ?? name;
}

function valueOf(name, value) {
  if (name === 'document_class') return documentName(value);
  if (name === 'assurance' && value === 'chip-and-face')
    return say('证件芯片和人脸', "The document's chip, and your face");
  if (name === 'assurance' && value === 'register-and-face')
    return say('登记机关和人脸', 'The register, and your face');
  if (name === 'sub') return el('code', {}, value);
  // A counterfoil is long, and what it says is said here.
  if (name === 'receipt')
    return say('证明您已核验，不含您是谁', 'that you were verified, and not who you are');
  return String(value);
}

/** Whether a text is one line that a person can read, and nothing that hides among other lines. */
export function isLine(text) {
  if (typeof text !== 'string' || text === '' || [...text].length > LONGEST_LINE) return false;
  return !/[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u.test(text);
}
