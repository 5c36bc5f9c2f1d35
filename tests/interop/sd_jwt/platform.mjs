// npm's @sd-jwt/sd-jwt-vc as a platform that is shown certificates, and as a wallet that shows one.
// The library leaves signatures, the choice of a key, and the audience to whoever uses it. A changed
// disclosure, which no digest asks for any more, it passes over (RFC 9901 section 7.1 has it
// refused): so a platform must say which claims it wants.

import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'

import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc'

const HASHES = { ES256: 'sha256', EdDSA: null }
const hasher = (data, alg) => createHash(alg.replace('-', '')).update(data).digest()
const header = (data) => JSON.parse(Buffer.from(data.split('.')[0], 'base64url'))
const publicKey = (jwk) => ({
  key: createPublicKey({ key: jwk, format: 'jwk' }),
  dsaEncoding: 'ieee-p1363',
})
const good = (alg, data, jwk, signature) =>
  verify(HASHES[alg], Buffer.from(data), publicKey(jwk), Buffer.from(signature, 'base64url'))

// What the library says of each that is shown: its claims, or why not.
export async function isShown({ metadata, lists, alg, audience, nonce, wanted, shown }) {
  const keys = new Map(metadata.jwks.keys.map((jwk) => [jwk.kid, jwk]))
  const platform = new SDJwtVcInstance({
    hasher,
    verifier: (data, signature) => {
      const { kid, alg: says } = header(data)
      return says === alg && keys.has(kid) && good(alg, data, keys.get(kid), signature)
    },
    kbVerifier: (data, signature, payload) =>
      header(data).alg === 'ES256' && good('ES256', data, payload.cnf.jwk, signature),
    statusListFetcher: async (uri) => lists[uri],
  })
  const found = []
  for (const { text, at } of shown) {
    try {
      const options = { currentDate: at, keyBindingNonce: nonce, requiredClaimKeys: wanted }
      const { payload, kb } = await platform.verify(text, options)
      if (kb.payload.aud !== audience) throw new Error('for another audience')
      found.push({ claims: payload })
    } catch (error) {
      found.push({ refused: error.message })
    }
  }
  return found
}

// What a wallet shows of a certificate.
export async function shows({ credential, claims, key, audience, nonce, at }) {
  const wallet = new SDJwtVcInstance({
    hasher,
    kbSignAlg: 'ES256',
    kbSigner: (data) =>
      sign('sha256', Buffer.from(data), {
        key: createPrivateKey({ key, format: 'jwk' }),
        dsaEncoding: 'ieee-p1363',
      }).toString('base64url'),
  })
  const frame = Object.fromEntries(claims.map((name) => [name, true]))
  return await wallet.present(credential, frame, { kb: { payload: { iat: at, aud: audience, nonce } } })
}
