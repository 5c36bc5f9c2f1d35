// What the verifier in JavaScript says of each case on standard input, in their order.

import {
  keysOf,
  readStatusList,
  verifyPresentation,
} from '../../examples/javascript_verifier/verifier.mjs';

const said = JSON.parse(await new Response(process.stdin).text());
const { issuer, now } = said;
const { algorithms } = said.asked;
const keys = await keysOf(said.metadata, issuer);

async function verdict(work) {
  try {
    return await work();
  } catch (refusal) {
    return refusal.code ?? String(refusal.stack);
  }
}

const statuses = new Map();
const lists = [];
for (const token of said.lists) {
  lists.push(
    await verdict(async () => {
      const list = await readStatusList(token, { issuer, keys, now, algorithms });
      statuses.set(list.uri, list);
      return list.uri;
    }),
  );
}
const presentations = [];
for (const [text, at] of said.presentations) {
  const asked = { ...said.asked, issuer, keys, statuses, now: at };
  presentations.push(await verdict(() => verifyPresentation(text, asked)));
}
process.stdout.write(JSON.stringify({ lists, presentations }));
