// openid-client: tokens that only their owner can use, and the strict profile.

import * as oidc from 'openid-client'
import { claimsOf } from './grants.mjs'
import { codeFlow, configured, parametersOf, refusal, signingKey } from './platform.mjs'

export async function dpop(given) {
  const config = await configured(given)
  const pair = await oidc.randomDPoPKeyPair('ES256')
  const options = { DPoP: oidc.getDPoPHandle(config, pair) }
  const { tokens, claims } = await codeFlow(config, given, { options })
  const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token, {}, options)
  const userinfo = await oidc.fetchUserInfo(config, refreshed.access_token, claims.sub, options)
  const stranger = { DPoP: oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair('ES256')) }
  return {
    type: tokens.token_type,
    bound: 'jkt' in (await oidc.tokenIntrospection(config, tokens.access_token)).cnf,
    age: userinfo.age_over_18,
    asBearer: await status(oidc.fetchUserInfo(config, tokens.access_token, claims.sub)),
    byStranger: await status(
      oidc.fetchUserInfo(config, tokens.access_token, claims.sub, stranger),
    ),
    unproven: await refusal(oidc.refreshTokenGrant(config, refreshed.refresh_token)),
  }
}

// The certificate of the handshake is the client's proof, and what its tokens are bound to.
export async function certificate(given) {
  const config = await configured(given)
  const { tokens, claims } = await codeFlow(config, given)
  const seen = {
    claims: claimsOf(tokens.access_token),
    userinfo: await oidc.fetchUserInfo(config, tokens.access_token, claims.sub),
    rotated: (await oidc.refreshTokenGrant(config, tokens.refresh_token)).token_type,
  }
  config[oidc.customFetch] = fetch
  seen.without = await status(oidc.fetchUserInfo(config, tokens.access_token, claims.sub))
  seen.unproven = await refusal(oidc.tokenIntrospection(config, tokens.access_token))
  return seen
}

// FAPI 2.0: pushed, signed assertion, proofs with the service's nonces, PKCE, iss.
export async function strict(given) {
  const config = await configured(given)
  const pair = await oidc.randomDPoPKeyPair('ES256')
  const options = { DPoP: oidc.getDPoPHandle(config, pair) }
  const found = await codeFlow(config, given, {
    start: oidc.buildAuthorizationUrlWithPAR,
    options,
  })
  return { ...(await spent(config, found, options)), iss: found.arrival.searchParams.get('iss') }
}

// FAPI 2.0 with a certificate in place of assertion and proofs.
export async function strictByCertificate(given) {
  const config = await configured(given)
  const found = await codeFlow(config, given, { start: oidc.buildAuthorizationUrlWithPAR })
  return { ...(await spent(config, found, {})), iss: found.arrival.searchParams.get('iss') }
}

// FAPI 2.0 Message Signing: the request signed and pushed, the answer signed.
export async function strictMessageSigning(given) {
  const config = await configured(given)
  oidc.useJwtResponseMode(config)
  const key = await signingKey(given.platform)
  const pair = await oidc.randomDPoPKeyPair('ES256')
  const options = { DPoP: oidc.getDPoPHandle(config, pair) }
  const start = async (_, parameters) => {
    const { searchParams } = await oidc.buildAuthorizationUrlWithJAR(config, parameters, key)
    return await oidc.buildAuthorizationUrlWithPAR(config, searchParams, options)
  }
  const found = await codeFlow(config, given, { start, options })
  return {
    ...(await spent(config, found, options)),
    answered: parametersOf(found.arrival),
  }
}

// Everything that a platform does with its tokens.
async function spent(config, { tokens, claims, url }, options) {
  const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token, {}, options)
  const userinfo = await oidc.fetchUserInfo(config, refreshed.access_token, claims.sub, options)
  const state = await oidc.tokenIntrospection(config, refreshed.access_token)
  await oidc.tokenRevocation(config, refreshed.refresh_token)
  const after = await oidc.tokenIntrospection(config, refreshed.access_token)
  return {
    type: tokens.token_type,
    parameters: parametersOf(url),
    age: userinfo.age_over_18,
    bound: Object.keys(state.cnf),
    active: [state.active, after.active],
  }
}

const status = (promise) => promise.then(() => 200, (error) => error.status ?? error.code)
