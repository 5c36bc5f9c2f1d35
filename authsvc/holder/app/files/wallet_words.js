/** What stands in a certificate, in words: pairs of a term and what it says. */

import { say } from '/app/words.js';

/** The term and the value of a claim, as a person reads them. */
export function claimSentence(name, value) {
  const age = /^age_over_(\d+)$/.exec(name);
  if (age) {
    const term = say(`年满 ${age[1]} 岁`, `At least ${age[1]} years old`);
    return [term, value ? say('是', 'Yes') : say('否', 'No')];
  }
  // A counterfoil is long, and what it says is said here.
  if (name === 'receipt')
    return [
      say('核验凭据', 'Receipt'),
      say('证明您已核验，不含您是谁', 'that you were verified, and not who you are'),
    ];
  const terms = {
    document_class: say('证件类别', 'Kind of document'),
    assurance: say('核验强度', 'Strength of the verification'),
  };
  return [terms[name] ?? name, String(value)];
}
