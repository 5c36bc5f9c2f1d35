// A platform whose software is openid-client.

import { importJWK } from 'jose'
import * as oidc from 'openid-client'

// What a platform's server is configured with. Every signature is verified, also of what comes
// straight from the service.
export async function configured({ issuer, platform }, { algorithm = 'oidc' } = {}) {
  const { client_secret: _, ...metadata } = platform.metadata
  return await oidc.discovery(
    new URL(issuer),
    metadata.client_id,
    metadata,
    await authentication(platform),
    {
      algorithm,
      execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks],
      [oidc.customFetch]: behindProxy(platform),
    },
  )
}

async function authentication(platform) {
  const { client_secret: secret, token_endpoint_auth_method: method } = platform.metadata
  const ways = {
    none: () => oidc.None(),
    client_secret_post: () => oidc.ClientSecretPost(secret),
    private_key_jwt: async () => oidc.PrivateKeyJwt(await signingKey(platform)),
    tls_client_auth: () => oidc.TlsClientAuth(),
    self_signed_tls_client_auth: () => oidc.TlsClientAuth(),
  }
  return await (ways[method] ?? (() => oidc.ClientSecretBasic(secret)))()
}

// The proxy in front of the service reports the certificate of the handshake (RFC 9440).
function behindProxy({ certificate }) {
  if (certificate === null) return fetch
  return (url, options) =>
    fetch(url, { ...options, headers: { ...options.headers, 'client-cert': `:${certificate}:` } })
}

export async function signingKey({ keys: [jwk], metadata }) {
  const usual = { EC: 'ES256', OKP: 'EdDSA', RSA: 'PS256' }[jwk.kty]
  const alg = metadata.token_endpoint_auth_signing_alg ?? usual
  return { key: await importJWK(jwk, alg), kid: jwk.kid }
}

// A question about a person, and all that has to be kept until the answer comes.
export async function question(platform, parameters = {}) {
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
  const [expectedState, expectedNonce] = [oidc.randomState(), oidc.randomNonce()]
  return {
    parameters: {
      redirect_uri: platform.metadata.redirect_uris[0],
      scope: 'openid age',
      code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: expectedState,
      nonce: expectedNonce,
      ...parameters,
    },
    checks: { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true },
  }
}

// From the question to the tokens.
export async function codeFlow(
  config,
  { platform, person },
  { parameters, start = oidc.buildAuthorizationUrl, tokenParameters, options } = {},
) {
  const asked = await question(platform, parameters)
  const url = await start(config, asked.parameters, options)
  const arrival = await person.visits(url)
  const tokens = await oidc.authorizationCodeGrant(
    config,
    arrival,
    asked.checks,
    tokenParameters,
    options,
  )
  return { tokens, claims: tokens.claims(), arrival, url }
}

// The code of an OAuth error, or what came instead of one.
export const refusal = (promise) => promise.then((answer) => ({ answer }), codeOf)

function codeOf(error) {
  // With a challenge in the header, openid-client looks no further.
  if (error.code === 'OAUTH_WWW_AUTHENTICATE_CHALLENGE') return error.status
  return error.error ?? error.code
}

export const parametersOf = (url) => [...url.searchParams.keys()].sort()
