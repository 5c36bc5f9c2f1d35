// oauth4webapi: codes, requests, answers and tokens.

import * as jose from 'jose'
import * as oauth from 'oauth4webapi'
import { Platform, parametersOf, refusal } from './platform.mjs'

export async function everything(given) {
  const platform = await Platform.of(given, { algorithm: given.algorithm })
  const { tokens, claims } = await platform.codeFlow()
  const refreshed = await platform.refresh(tokens.refresh_token)
  const userinfo = await platform.userInfo(refreshed, claims.sub)
  const before = await platform.introspect(refreshed.access_token)
  await platform.revoke(refreshed.refresh_token)
  const after = await platform.introspect(refreshed.access_token)
  return {
    claims,
    algorithm: jose.decodeProtectedHeader(tokens.id_token).alg,
    age: userinfo.age_over_18,
    rotated: refreshed.refresh_token !== tokens.refresh_token,
    active: [before.active, after.active],
    afterwards: await refusal(platform.refresh(refreshed.refresh_token)),
  }
}

// The request: pushed, signed, or both.
export async function asked(given) {
  const platform = await Platform.of(given)
  const { signed, pushed } = given
  const { url, claims } = await platform.codeFlow({ signed, pushed })
  return { parameters: parametersOf(url), claims }
}

// The answer to the request as a JWT, by redirect or form, encrypted or not.
export async function jarm(given) {
  const platform = await Platform.of(given)
  const { arrival, answer, parts } = await platform.codeFlow({
    parameters: { response_mode: given.mode },
    jwt: true,
  })
  return { posted: arrival instanceof Request, iss: answer.get('iss'), parts }
}

export async function formPost(given) {
  const platform = await Platform.of(given)
  const { arrival, claims } = await platform.codeFlow({
    parameters: { response_mode: 'form_post' },
  })
  return { posted: arrival instanceof Request, claims }
}

// ID token, UserInfo and introspection, signed or encrypted as registered.
export async function answered(given) {
  const platform = await Platform.of(given)
  const { tokens, claims } = await platform.codeFlow()
  const userinfo = await platform.userInfo(tokens, claims.sub)
  const types = [platform.received]
  const state = await platform.introspect(tokens.access_token)
  types.push(platform.received)
  return { claims, header: jose.decodeProtectedHeader(tokens.id_token), userinfo, state, types }
}

export async function detailed(given) {
  const platform = await Platform.of(given)
  const details = [{ type: 'service_case', case_id: 'case-9', action: 'consult' }]
  const { tokens } = await platform.codeFlow({
    parameters: { authorization_details: JSON.stringify(details) },
    pushed: true,
  })
  return { details, granted: tokens.authorization_details }
}

// A resource server looks at the access token, and the proof, that it is called with.
export async function resourceServer(given) {
  const platform = await (await Platform.of(given)).proofs()
  const { as, client, options } = platform
  const [resource] = client.resources
  const tokens = await platform.token((...who) =>
    oauth.clientCredentialsGrantRequest(...who, { resource }, options),
  )
  let called
  const capture = async (url, { method, headers }) => {
    called = new Request(url, { method, headers })
    return new Response()
  }
  await oauth.protectedResourceRequest(
    ...[tokens.access_token, 'GET', new URL(`${resource}/cases/1`), new Headers(), undefined],
    { ...options, [oauth.customFetch]: capture },
  )
  const checks = { requireDPoP: true, ...platform.options, [oauth.customFetch]: fetch }
  const foreign = 'https://elsewhere.example'
  return {
    type: tokens.token_type,
    claims: await oauth.validateJwtAccessToken(as, called.clone(), resource, checks),
    elsewhere: await refusal(oauth.validateJwtAccessToken(as, called, foreign, checks)),
  }
}

// Refused without a token, a client finds out where tokens for this resource come from (RFC 9728).
export async function resourceMetadata(given) {
  const { as, options } = await Platform.of(given)
  const refused = await fetch(as.userinfo_endpoint)
  const [, scheme, uri] = /^(\w+) .*resource_metadata="([^"]+)"/.exec(
    refused.headers.get('www-authenticate'),
  )
  const resource = new URL(as.userinfo_endpoint)
  const found = await oauth.processResourceDiscoveryResponse(resource, await fetch(uri))
  const looked = await oauth.resourceDiscoveryRequest(resource, options)
  const { authorization_servers: servers } = await oauth.processResourceDiscoveryResponse(
    resource,
    looked,
  )
  return { challenge: { scheme: scheme.toLowerCase(), named: found.resource }, servers }
}

export async function tokenExchange(given) {
  const [cases, archive] = given.platform.metadata.resources
  const portal = await Platform.of(given)
  const { tokens } = await portal.codeFlow({ parameters: { resource: cases } })
  const { as, options } = portal
  const service = await Platform.of({ ...given, platform: given.platforms.cases })
  const exchanged = await service.token((...who) =>
    oauth.genericTokenEndpointRequest(
      ...who,
      'urn:ietf:params:oauth:grant-type:token-exchange',
      {
        subject_token: tokens.access_token,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        resource: archive,
      },
      options,
    ),
  )
  const request = new Request(archive, {
    headers: { authorization: `Bearer ${exchanged.access_token}` },
  })
  const claims = await oauth.validateJwtAccessToken(as, request, archive, options)
  const before = jose.decodeJwt(tokens.access_token)
  return { issued: exchanged.issued_token_type, act: claims.act, same: claims.sub === before.sub }
}

export async function registration(given) {
  const { as, options } = await Platform.of(given)
  const { redirect_uris: redirectURIs } = given.platform.metadata
  const response = await oauth.dynamicClientRegistrationRequest(
    as,
    { redirect_uris: redirectURIs, scope: 'openid age', id_token_signed_response_alg: 'PS256' },
    { initialAccessToken: given.registrationToken, ...options },
  )
  const metadata = await oauth.processDynamicClientRegistrationResponse(response)
  const platform = new Platform({ ...given, platform: { metadata, keys: [], certificate: null } }, as)
  return { claims: (await platform.codeFlow()).claims, clientId: metadata.client_id }
}
