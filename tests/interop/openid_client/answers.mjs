// openid-client: the forms in which answers come.

import { importJWK } from 'jose'
import * as oidc from 'openid-client'
import { headerOf } from './grants.mjs'
import { codeFlow, configured, question, refusal } from './platform.mjs'

export async function formPost(given) {
  const config = await configured(given)
  const { arrival, claims } = await codeFlow(config, given, {
    parameters: { response_mode: 'form_post' },
  })
  return { claims, method: arrival.method }
}

// JARM; openid-client itself says response_mode=jwt, which is query.jwt for a code.
export async function signedResponse(given) {
  const config = await configured(given)
  oidc.useJwtResponseMode(config)
  const { arrival, claims } = await codeFlow(config, given)
  return { claims, parameters: [...arrival.searchParams.keys()] }
}

export async function signedUserInfo(given) {
  const config = await configured(given)
  const { tokens, claims } = await codeFlow(config, given)
  const [userinfo, type] = await userInfo(config, tokens, claims)
  return { userinfo, type, claims }
}

// ID token and UserInfo, decrypted with the platform's own key.
export async function encrypted(given) {
  const config = await configured(given)
  const { id_token_encrypted_response_alg: alg, id_token_encrypted_response_enc: enc } =
    given.platform.metadata
  const [jwk] = given.platform.keys
  const key = { key: await importJWK(jwk, alg), kid: jwk.kid, alg }
  oidc.enableDecryptingResponses(config, [enc], key)
  const { tokens, claims } = await codeFlow(config, given)
  const [userinfo, type] = await userInfo(config, tokens, claims)
  return {
    claims,
    header: headerOf(tokens.id_token),
    userinfo,
    type,
    introspected: await oidc.tokenIntrospection(config, tokens.access_token),
  }
}

async function userInfo(config, tokens, claims) {
  const fetched = config[oidc.customFetch] ?? fetch
  let type
  config[oidc.customFetch] = async (...request) => {
    const response = await fetched(...request)
    if (String(request[0]).endsWith('/userinfo')) type = response.headers.get('content-type')
    return response
  }
  return [await oidc.fetchUserInfo(config, tokens.access_token, claims.sub), type]
}

// The person says no; a strict client looks at state and issuer of that answer, too.
export async function denied(given) {
  const config = await configured(given)
  if (given.jwt) oidc.useJwtResponseMode(config)
  const { parameters, checks } = await question(given.platform, { prompt: 'consent' })
  const arrival = await given.person.denies(oidc.buildAuthorizationUrl(config, parameters))
  return {
    parameters: [...arrival.searchParams.keys()].sort(),
    error: await refusal(oidc.authorizationCodeGrant(config, arrival, checks)),
  }
}

// How long ago the person signed in, and what is answered without asking them.
export async function recent(given) {
  const config = await configured(given)
  const silently = await question(given.platform, { prompt: 'none' })
  const nobody = await given.person.visits(
    oidc.buildAuthorizationUrl(config, silently.parameters),
  )
  const asked = await question(given.platform, { max_age: 600 })
  const arrival = await given.person.visits(oidc.buildAuthorizationUrl(config, asked.parameters))
  const checks = { ...asked.checks, maxAge: 600 }
  const tokens = await oidc.authorizationCodeGrant(config, arrival, checks)
  const hinted = await question(given.platform, {
    prompt: 'none',
    max_age: 600,
    id_token_hint: tokens.id_token,
  })
  const again = await given.person.visits(oidc.buildAuthorizationUrl(config, hinted.parameters))
  const found = await oidc.authorizationCodeGrant(config, again, { ...hinted.checks, maxAge: 600 })
  return {
    nobody: await refusal(oidc.authorizationCodeGrant(config, nobody, silently.checks)),
    sameSignIn: tokens.claims().auth_time === found.claims().auth_time,
  }
}
