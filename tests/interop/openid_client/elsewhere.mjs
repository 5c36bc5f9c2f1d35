// openid-client: where the person is at another device, or the platform is not there yet.

import * as jose from 'jose'
import * as oidc from 'openid-client'
import { codeFlow, configured, refusal, signingKey } from './platform.mjs'

export async function poll(given) {
  const config = await configured(given)
  const details = [{ type: 'service_case', case_id: 'case-8', action: 'submit' }]
  const asked = await oidc.initiateBackchannelAuthentication(config, {
    scope: 'openid age',
    login_hint: given.username,
    binding_message: 'window 3',
    authorization_details: JSON.stringify(details),
  })
  const tokens = oidc.pollBackchannelAuthenticationGrant(config, { ...asked, interval: 1 })
  await given.person.approves('window 3')
  const found = await tokens
  // An ID token of before says whom it is about, too.
  const again = await oidc.initiateBackchannelAuthentication(config, {
    scope: 'openid',
    id_token_hint: found.id_token,
    binding_message: 'window 4',
  })
  await given.person.approves('window 4')
  const second = await oidc.pollBackchannelAuthenticationGrant(config, { ...again, interval: 1 })
  const subjects = [found.claims().sub, second.claims().sub]
  return { subjects, granted: found.authorization_details, details, lifetime: asked.expires_in }
}

// The request is signed, and the platform is told when to ask.
export async function ping(given) {
  const config = await configured(given)
  const token = oidc.randomState()
  const parameters = {
    scope: 'openid',
    login_hint: given.username,
    binding_message: 'line 5',
    client_notification_token: token,
  }
  const unsigned = await refusal(oidc.initiateBackchannelAuthentication(config, parameters))
  const { key, kid } = await signingKey(given.platform)
  const request = await new jose.SignJWT(parameters)
    .setProtectedHeader({ alg: 'ES256', kid })
    .setIssuer(given.platform.metadata.client_id)
    .setAudience(given.issuer)
    .setIssuedAt()
    .setNotBefore('0s')
    .setExpirationTime('5m')
    .setJti(oidc.randomState())
    .sign(key)
  const asked = await oidc.initiateBackchannelAuthentication(config, { request })
  await given.person.approves('line 5')
  const told = await given.server.receives('/ping')
  const tokens = await oidc.pollBackchannelAuthenticationGrant(config, { ...asked, interval: 1 })
  return {
    unsigned,
    authorized: told.headers.authorization === `Bearer ${token}`,
    about: JSON.parse(told.body).auth_req_id === asked.auth_req_id,
    acr: tokens.claims().acr,
  }
}

// A platform registers itself (RFC 7591), works, changes and ends its registration (RFC 7592).
export async function registration(given) {
  const wanted = {
    client_name: 'newcomer',
    redirect_uris: given.platform.metadata.redirect_uris,
    grant_types: ['authorization_code', 'refresh_token'],
    scope: 'openid age',
    id_token_signed_response_alg: 'ES256',
  }
  const config = await oidc.dynamicClientRegistration(new URL(given.issuer), wanted, undefined, {
    initialAccessToken: given.registrationToken,
    execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks],
  })
  const { registration_client_uri: uri, registration_access_token: token, ...registered } =
    config.clientMetadata()
  const { claims } = await codeFlow(config, given)
  const manage = (method, body) =>
    fetch(uri, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    })
  const read = await (await manage('GET')).json()
  const changed = { ...wanted, client_id: registered.client_id, client_name: 'resident' }
  const updated = await (await manage('PUT', changed)).json()
  const statuses = [(await manage('DELETE')).status, (await manage('GET')).status]
  const afterwards = await refusal(oidc.tokenIntrospection(config, 'any'))
  return {
    audience: claims.aud === registered.client_id,
    names: [registered, read, updated].map((each) => each.client_name),
    statuses,
    afterwards,
  }
}

// The person signs out, and the platform's server is told (Back-Channel Logout 1.0).
export async function signOut(given) {
  const config = await configured(given)
  const { tokens, claims } = await codeFlow(config, given)
  const end = oidc.buildEndSessionUrl(config, {
    id_token_hint: tokens.id_token,
    post_logout_redirect_uri: given.platform.metadata.post_logout_redirect_uris[0],
    state: 'bye',
  })
  const { searchParams } = await given.person.visits(end)
  const told = await given.server.receives('/logout')
  const keys = jose.createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri))
  const { payload } = await jose.jwtVerify(new URLSearchParams(told.body).get('logout_token'), keys, {
    issuer: given.issuer,
    audience: given.platform.metadata.client_id,
    typ: 'logout+jwt',
    algorithms: ['ES256'],
    maxTokenAge: '2m',
    requiredClaims: ['iat', 'exp', 'jti', 'events', 'sid'],
  })
  return {
    state: searchParams.get('state'),
    type: told.headers['content-type'],
    events: payload.events,
    sameSession: payload.sid === claims.sid,
    samePerson: payload.sub === claims.sub,
    nonce: 'nonce' in payload,
  }
}
