// openid-client goes through everything that a client does with this provider.
//
// node openid_client.mjs ISSUER CLIENT_ID SECRET METHOD ALGORITHM PORT
//
// It prints the address to open in a browser, waits for the redirect on the loopback port, and
// prints one line of JSON about what it saw. Then the address to sign out at; the browser is
// expected back once more.

import { createServer } from 'node:http'
import * as oidc from 'openid-client'

const [issuer, clientId, secret, method, algorithm, port] = process.argv.slice(2)
const callback = `http://127.0.0.1:${port}/callback`
const signedOut = `http://127.0.0.1:${port}/signed-out`

const authentication = {
  client_secret_basic: () => oidc.ClientSecretBasic(secret),
  client_secret_post: () => oidc.ClientSecretPost(secret),
  none: () => oidc.None(),
}[method]()

const server = createServer()
server.listen(Number(port), '127.0.0.1')

function browserComesTo(path) {
  return new Promise((resolve) => {
    server.once('request', (request, response) => {
      response.end('Done')
      const url = new URL(request.url, callback)
      if (url.pathname !== path) throw new Error(`came to ${url.pathname}`)
      resolve(url)
    })
  })
}

const config = await oidc.discovery(
  new URL(issuer),
  clientId,
  { id_token_signed_response_alg: algorithm },
  authentication,
  { execute: [oidc.allowInsecureRequests] },
)

// Authorization code with PKCE.
const verifier = oidc.randomPKCECodeVerifier()
const state = oidc.randomState()
const nonce = oidc.randomNonce()
const url = oidc.buildAuthorizationUrl(config, {
  redirect_uri: callback,
  scope: 'openid age',
  code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
  state,
  nonce,
})
console.log(url.href)
const tokens = await oidc.authorizationCodeGrant(config, await browserComesTo('/callback'), {
  pkceCodeVerifier: verifier,
  expectedState: state,
  expectedNonce: nonce,
  idTokenExpected: true,
})
const claims = tokens.claims()

// UserInfo, refresh, introspection, revocation.
const seen = { claims, userinfo: await oidc.fetchUserInfo(config, tokens.access_token, claims.sub) }
const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token)
seen.rotated = refreshed.refresh_token !== tokens.refresh_token
seen.refreshedSubject = (await oidc.fetchUserInfo(config, refreshed.access_token, claims.sub)).sub
if (method !== 'none') {
  const introspect = async (token) => (await oidc.tokenIntrospection(config, token)).active
  seen.activeBefore = await introspect(refreshed.access_token)
  await oidc.tokenRevocation(config, refreshed.refresh_token)
  seen.activeAfter = await introspect(refreshed.access_token)
} else {
  await oidc.tokenRevocation(config, refreshed.refresh_token)
}
seen.refreshAfterRevocation = await oidc
  .refreshTokenGrant(config, refreshed.refresh_token)
  .then(() => 'refreshed', (error) => error.error)
console.log(JSON.stringify(seen))

// RP-initiated logout.
const end = oidc.buildEndSessionUrl(config, {
  id_token_hint: tokens.id_token,
  post_logout_redirect_uri: signedOut,
  state: 'bye',
})
console.log(end.href)
console.log((await browserComesTo('/signed-out')).searchParams.get('state'))
server.close()
