// openid-client: the ways in which a platform asks.

import * as jose from 'jose'
import * as oidc from 'openid-client'
import { codeFlow, configured, parametersOf, question, refusal, signingKey } from './platform.mjs'

export async function pushed(given) {
  const config = await configured(given)
  const found = await codeFlow(config, given, { start: oidc.buildAuthorizationUrlWithPAR })
  return { claims: found.claims, parameters: parametersOf(found.url) }
}

// Signed by value at the front channel, or pushed.
export async function signed(given) {
  const config = await configured(given)
  const key = await signingKey(given.platform)
  const sign = (parameters) => oidc.buildAuthorizationUrlWithJAR(config, parameters, key)
  const front = await codeFlow(config, given, { start: (_, parameters) => sign(parameters) })
  const pushing = async (_, parameters) => {
    const { searchParams } = await sign(parameters)
    return await oidc.buildAuthorizationUrlWithPAR(config, searchParams)
  }
  const back = await codeFlow(config, given, { start: pushing })
  const unsigned = await refusal(
    oidc.buildAuthorizationUrlWithPAR(config, (await question(given.platform)).parameters),
  )
  return {
    subjects: [front.claims.sub, back.claims.sub],
    parameters: [parametersOf(front.url), parametersOf(back.url)],
    unsigned,
  }
}

// Signed, and fetched by the service from where the platform laid it down.
export async function byReference(given) {
  const config = await configured(given)
  const key = await signingKey(given.platform)
  const start = async (_, parameters) => {
    const { searchParams } = await oidc.buildAuthorizationUrlWithJAR(config, parameters, key)
    const type = 'application/oauth-authz-req+jwt'
    const { url } = await given.server.offers('/request', type, searchParams.get('request'))
    return oidc.buildAuthorizationUrl(config, { request_uri: url })
  }
  const found = await codeFlow(config, given, { start })
  return { claims: found.claims, parameters: parametersOf(found.url) }
}

export async function detailed(given) {
  const config = await configured(given)
  const details = [
    { type: 'service_case', case_id: 'case-7', action: 'sign' },
    { type: 'identity_check', purpose: 'an artificial purpose', valid_for: 600 },
  ]
  const parameters = { authorization_details: JSON.stringify(details) }
  const { tokens } = await codeFlow(config, given, { parameters })
  const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token)
  const state = await oidc.tokenIntrospection(config, tokens.access_token)
  const unknown = JSON.stringify([{ type: 'payment' }])
  const asked = (await question(given.platform, { authorization_details: unknown })).parameters
  return {
    details,
    granted: tokens.authorization_details,
    refreshed: refreshed.authorization_details,
    introspected: state.authorization_details,
    unknown: await refusal(oidc.buildAuthorizationUrlWithPAR(config, asked)),
  }
}

// Two resource servers asked for, one token for each.
export async function aimed(given) {
  const config = await configured(given)
  const [cases, archive] = given.platform.metadata.resources
  const asked = await question(given.platform)
  const parameters = new URLSearchParams(asked.parameters)
  for (const resource of [cases, archive]) parameters.append('resource', resource)
  const arrival = await given.person.visits(oidc.buildAuthorizationUrl(config, parameters))
  const tokens = await oidc.authorizationCodeGrant(config, arrival, asked.checks, {
    resource: cases,
  })
  const other = await oidc.refreshTokenGrant(config, tokens.refresh_token, { resource: archive })
  const beyond = oidc.refreshTokenGrant(config, other.refresh_token, { resource: 'urn:other' })
  return {
    audiences: [tokens, other].map((each) => jose.decodeJwt(each.access_token).aud),
    types: [tokens, other].map((each) => jose.decodeProtectedHeader(each.access_token).typ),
    beyond: await refusal(beyond),
  }
}

// Single claims by name, and with the word of how they were verified.
export async function claimsByName(given) {
  const config = await configured(given)
  const wanted = {
    id_token: { age_over_18: { essential: true }, auth_time: { essential: true } },
    userinfo: {
      age_band: null,
      verified_claims: {
        verification: { trust_framework: null, assurance_level: null },
        claims: { age_over_16: null },
      },
    },
  }
  const parameters = { scope: 'openid', claims: JSON.stringify(wanted) }
  const { tokens, claims } = await codeFlow(config, given, { parameters })
  const userinfo = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub)
  return { claims, userinfo }
}
