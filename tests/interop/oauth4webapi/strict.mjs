// oauth4webapi: FAPI 2.0, and where the person is at another device.

import * as oauth from 'oauth4webapi'
import { Platform, parametersOf, refusal } from './platform.mjs'

// Pushed, with signed assertions, proofs with the service's nonces, PKCE, and `iss` checked.
export async function strict(given) {
  const platform = await (await Platform.of(given)).proofs()
  const found = await platform.codeFlow({ pushed: true })
  const seen = await spent(platform, found)
  const stranger = await (await Platform.of(given)).proofs()
  return {
    ...seen,
    nonceAsked: platform.nonceAsked,
    byStranger: await refusal(stranger.userInfo(found.tokens, found.claims.sub)),
  }
}

export async function byCertificate(given) {
  const platform = await Platform.of(given)
  const found = await platform.codeFlow({ pushed: true })
  const seen = await spent(platform, found)
  platform.options = { ...platform.options, [oauth.customFetch]: fetch }
  return { ...seen, without: await refusal(platform.userInfo(found.tokens, found.claims.sub)) }
}

export async function messageSigning(given) {
  const platform = await (await Platform.of(given)).proofs()
  const found = await platform.codeFlow({
    parameters: { response_mode: 'jwt' },
    signed: true,
    pushed: true,
    jwt: true,
  })
  const seen = await spent(platform, found)
  return { ...seen, answered: parametersOf(found.arrival), received: platform.received }
}

async function spent(platform, { tokens, claims, url }) {
  const refreshed = await platform.refresh(tokens.refresh_token)
  const userinfo = await platform.userInfo(refreshed, claims.sub)
  const before = await platform.introspect(refreshed.access_token)
  await platform.revoke(refreshed.refresh_token)
  const after = await platform.introspect(refreshed.access_token)
  return {
    kind: tokens.token_type,
    parameters: parametersOf(url),
    age: userinfo.age_over_18,
    bound: Object.keys(before.cnf),
    active: [before.active, after.active],
  }
}

export async function device(given) {
  const platform = await Platform.of(given)
  const { as, client, options } = platform
  const asked = await platform.token(
    (...who) => oauth.deviceAuthorizationRequest(...who, { scope: 'openid' }, options),
    oauth.processDeviceAuthorizationResponse,
  )
  const poll = () =>
    platform.token(
      (...who) => oauth.deviceCodeGrantRequest(...who, asked.device_code, options),
      oauth.processDeviceCodeResponse,
    )
  const pending = await refusal(poll())
  await given.person.entersCode(asked.verification_uri_complete)
  const tokens = await poll()
  return { pending, claims: oauth.getValidatedIdTokenClaims(tokens), again: await refusal(poll()) }
}

export async function ciba(given) {
  const platform = await Platform.of(given)
  const { options } = platform
  const asked = await platform.token(
    (...who) =>
      oauth.backchannelAuthenticationRequest(
        ...who,
        { scope: 'openid', login_hint: given.username, binding_message: 'desk 6' },
        options,
      ),
    oauth.processBackchannelAuthenticationResponse,
  )
  const poll = () =>
    platform.token(
      (...who) => oauth.backchannelAuthenticationGrantRequest(...who, asked.auth_req_id, options),
      oauth.processBackchannelAuthenticationGrantResponse,
    )
  const pending = await refusal(poll())
  await given.person.approves('desk 6')
  const tokens = await poll()
  return { pending, claims: oauth.getValidatedIdTokenClaims(tokens), again: await refusal(poll()) }
}
