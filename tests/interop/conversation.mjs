// node conversation.mjs SCRIPT FLOW: runs one flow. The protocol stands in node.py.

import { createInterface } from 'node:readline'

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`)
const hear = async () => JSON.parse((await lines.next()).value)

async function ask(act, ...rest) {
  say({ act, with: rest })
  return await hear()
}

// How somebody comes back to a platform: what its server would be given.
function arrival({ url, body }) {
  if (url === undefined) throw new Error('nobody came back')
  if (!body) return new URL(url)
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return new Request(url, { method: 'POST', body, headers })
}

const others = {
  person: {
    visits: async (url) => arrival(await ask('visits', String(url))),
    denies: async (url) => arrival(await ask('denies', String(url))),
    isAskedToSignIn: (url) => ask('is_asked_to_sign_in', String(url)),
    entersCode: (url) => ask('enters_code', String(url)),
    approves: (message) => ask('approves', message),
  },
  server: {
    receives: (path) => ask('receives', path),
    offers: (path, type, text) => ask('offers', path, type, text),
  },
}

const [script, flow] = process.argv.slice(2)
try {
  const flows = await import(`./${script}`)
  say({ seen: (await flows[flow]({ ...(await hear()), ...others })) ?? null })
} catch (error) {
  const causes = []
  for (let each = error; each instanceof Error; each = each.cause) causes.push(each.stack)
  const answer = error.error ? `${error.error}: ${error.error_description}` : ''
  const claims = error.cause instanceof Error ? '' : JSON.stringify(error.cause)
  say({ failed: [...causes, answer, claims].join('\n') })
}
process.exit()
