// openid-client: the grant types, and what becomes of tokens.

import * as oidc from 'openid-client'
import { codeFlow, configured, refusal } from './platform.mjs'

// Code with PKCE, UserInfo, refresh, introspection, revocation, sign-out.
export async function everything(given) {
  const config = await configured(given)
  const { tokens, claims, url } = await codeFlow(config, given)
  const seen = {
    claims,
    userinfo: await oidc.fetchUserInfo(config, tokens.access_token, claims.sub),
    authMethod: given.platform.metadata.token_endpoint_auth_method,
  }
  const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token)
  seen.rotated = refreshed.refresh_token !== tokens.refresh_token
  seen.refreshedSubject = (await oidc.fetchUserInfo(config, refreshed.access_token, claims.sub)).sub
  const introspect = async (token) => (await oidc.tokenIntrospection(config, token)).active
  const confidential = seen.authMethod !== 'none'
  if (confidential) seen.activeBefore = await introspect(refreshed.access_token)
  await oidc.tokenRevocation(config, refreshed.refresh_token)
  if (confidential) seen.activeAfter = await introspect(refreshed.access_token)
  seen.refreshAfterRevocation = await refusal(
    oidc.refreshTokenGrant(config, refreshed.refresh_token),
  )
  const end = oidc.buildEndSessionUrl(config, {
    id_token_hint: tokens.id_token,
    post_logout_redirect_uri: given.platform.metadata.post_logout_redirect_uris[0],
    state: 'bye',
  })
  seen.farewell = (await given.person.visits(end)).searchParams.get('state')
  // The session is over: whoever comes now is asked to sign in.
  seen.askedAgain = await given.person.isAskedToSignIn(url)
  return seen
}

export async function codeAlone(given) {
  const config = await configured(given)
  const { claims, tokens } = await codeFlow(config, given)
  return { claims, header: headerOf(tokens.id_token) }
}

export async function codeByOAuthMetadata(given) {
  const config = await configured(given, { algorithm: 'oauth2' })
  return (await codeFlow(config, given)).claims
}

export async function rotation(given) {
  const config = await configured(given)
  const { tokens } = await codeFlow(config, given)
  const first = await oidc.refreshTokenGrant(config, tokens.refresh_token)
  const second = await oidc.refreshTokenGrant(config, first.refresh_token)
  // Two steps back is no lost reply: somebody has a copy.
  const replayed = await refusal(oidc.refreshTokenGrant(config, tokens.refresh_token))
  const afterwards = await refusal(oidc.refreshTokenGrant(config, second.refresh_token))
  const all = [tokens, first, second].map((each) => each.refresh_token)
  return { distinct: new Set(all).size, replayed, afterwards }
}

export async function clientCredentials(given) {
  const config = await configured(given)
  const [resource] = given.platform.metadata.resources
  const tokens = await oidc.clientCredentialsGrant(config, { resource })
  return { type: tokens.token_type, claims: claimsOf(tokens.access_token) }
}

// A portal is told of a person, calls a service, and that one calls another.
export async function tokenExchange(given) {
  const [cases, archive] = given.platform.metadata.resources
  const portal = await configured(given)
  const { tokens } = await codeFlow(portal, given, {
    parameters: { resource: cases },
    tokenParameters: { resource: cases },
  })
  const service = await configured({ ...given, platform: given.platforms.cases })
  const exchanged = await oidc.genericGrantRequest(
    service,
    'urn:ietf:params:oauth:grant-type:token-exchange',
    {
      subject_token: tokens.access_token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      resource: archive,
    },
  )
  const last = await configured({ ...given, platform: given.platforms.archive })
  return {
    issued: exchanged.issued_token_type,
    before: claimsOf(tokens.access_token),
    after: await oidc.tokenIntrospection(last, exchanged.access_token),
    toStranger: await oidc.tokenIntrospection(portal, exchanged.access_token),
  }
}

export async function device(given) {
  const config = await configured(given)
  const asked = await oidc.initiateDeviceAuthorization(config, { scope: 'openid age' })
  const tokens = oidc.pollDeviceAuthorizationGrant(config, { ...asked, interval: 1 })
  const page = await given.person.entersCode(asked.verification_uri_complete)
  return { page, interval: asked.interval, claims: (await tokens).claims() }
}

export function headerOf(jwt) {
  return JSON.parse(Buffer.from(jwt.split('.')[0], 'base64url'))
}

export function claimsOf(jwt) {
  return JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url'))
}
