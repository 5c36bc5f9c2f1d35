// npm's @openid4vc/openid4vp as a wallet: it reads our requests and answers them.
// The certificate, and the key that it is bound to, are handed in.

import { createHash, X509Certificate } from 'node:crypto'

import { setGlobalConfig } from '@openid4vc/oauth2'
import { Openid4vpClient } from '@openid4vc/openid4vp'
import { CompactEncrypt, exportJWK, importJWK, jwtVerify, SignJWT } from 'jose'

setGlobalConfig({ allowInsecureUrls: true }) // everything here is on loopback

const digest = (text) => createHash('sha256').update(text).digest('base64url')
const certificateOf = (base64) => new X509Certificate(Buffer.from(base64, 'base64'))

const callbacks = {
  hash: (data) => createHash('sha256').update(data).digest(),
  verifyJwt: async (signer, { compact }) => {
    const key = certificateOf(signer.x5c[0]).publicKey
    await jwtVerify(compact, key, { algorithms: ['ES256'] })
    return { verified: true, signerJwk: await exportJWK(key) }
  },
  getX509CertificateMetadata: (certificate) => ({
    sanDnsNames: (certificateOf(certificate).subjectAltName ?? '')
      .split(', ')
      .filter((name) => name.startsWith('DNS:'))
      .map((name) => name.slice('DNS:'.length)),
    sanUriNames: [],
  }),
  encryptJwe: async ({ publicJwk, alg, enc, apu, apv }, text) => {
    const encrypting = new CompactEncrypt(new TextEncoder().encode(text))
      .setProtectedHeader({ alg, enc, kid: publicJwk.kid })
      .setKeyManagementParameters({
        apu: apu && Buffer.from(apu, 'base64url'),
        apv: apv && Buffer.from(apv, 'base64url'),
      })
    const jwe = await encrypting.encrypt(await importJWK(publicJwk, alg))
    return { jwe, encryptionJwk: publicJwk }
  },
  signJwt: () => {
    throw new Error('nothing of an answer is signed but the proof')
  },
}
const client = new Openid4vpClient({ callbacks })

async function bound(shown, key, audience, nonce, authorized) {
  const proof = new SignJWT({ nonce, sd_hash: digest(shown), ...authorized })
    .setProtectedHeader({ alg: 'ES256', typ: 'kb+jwt' })
    .setIssuedAt()
    .setAudience(audience)
  return shown + (await proof.sign(await importJWK(key, 'ES256')))
}

// What the library has read of the transactions, each hashed as it was sent.
function authorizing(transactions) {
  if (!transactions) return {}
  return { transaction_data_hashes: transactions.map(({ encoded }) => digest(encoded)) }
}

async function answer({ request, audience, origin, shown, key, transactions }) {
  const authorized = authorizing(transactions)
  const presentation = await bound(shown, key, audience, request.nonce, authorized)
  return await client.createOpenid4vpAuthorizationResponse({
    authorizationRequestPayload: request,
    authorizationResponsePayload: { vp_token: { person: [presentation] } },
    origin,
    jarm: request.response_mode.endsWith('.jwt')
      ? {
          encryption: { nonce: 'a nonce of the wallet' },
          serverMetadata: {
            authorization_encryption_alg_values_supported: ['ECDH-ES'],
            authorization_encryption_enc_values_supported: ['A256GCM', 'A128GCM'],
          },
        }
      : undefined,
  })
}

// The link of a page, or of a QR code.
export async function byLink({ link, shown, key }) {
  const parsed = client.parseOpenid4vpAuthorizationRequest({ authorizationRequest: link })
  const resolved = await client.resolveOpenId4vpAuthorizationRequest({
    authorizationRequestPayload: parsed.params,
    responseMode: { type: 'direct_post' },
  })
  const request = resolved.authorizationRequestPayload
  const audience = resolved.client.effective
  const transactions = resolved.transactionData
  const made = await answer({ request, audience, shown, key, transactions })
  const { response } = await client.submitOpenid4vpAuthorizationResponse({
    authorizationRequestPayload: request,
    authorizationResponsePayload: made.authorizationResponsePayload,
    jarm: made.jarm,
  })
  return {
    prefix: resolved.client.prefix,
    query: resolved.dcql.query,
    transactions: transactions?.map(({ transactionData }) => transactionData) ?? [],
    status: response.status,
    told: await response.json(),
  }
}

// What a page handed to its browser, and the browser to a wallet.
export async function byBrowser({ browserRequest, origin, shown, key }) {
  const resolved = await client.resolveOpenId4vpAuthorizationRequest({
    authorizationRequestPayload: browserRequest.data,
    origin,
    responseMode: { type: 'dc_api', expectedOrigin: origin },
  })
  const request = resolved.authorizationRequestPayload
  const made = await answer({ request, audience: `origin:${origin}`, origin, shown, key })
  const data = made.jarm ? { response: made.jarm.responseJwt } : made.authorizationResponsePayload
  return { prefix: resolved.client.prefix, data: JSON.parse(JSON.stringify(data)) }
}
