// A platform whose software is oauth4webapi, and jose where that leaves something to others.

import * as jose from 'jose'
import * as oauth from 'oauth4webapi'

export class Platform {
  // Reads the service's metadata; `given` is what node.py says.
  static async of(given, { algorithm = 'oidc' } = {}) {
    const issuer = new URL(given.issuer)
    const insecure = { [oauth.allowInsecureRequests]: true }
    const found = await oauth.discoveryRequest(issuer, { algorithm, ...insecure })
    return new Platform(given, await oauth.processDiscoveryResponse(issuer, found))
  }

  constructor({ platform, person }, as) {
    const { client_secret: secret, ...client } = platform.metadata
    Object.assign(this, { as, client, secret, person })
    Object.assign(this, { keys: platform.keys, redirectURI: client.redirect_uris[0] })
    this.options = {
      [oauth.allowInsecureRequests]: true,
      [oauth.customFetch]: behindProxy(platform.certificate),
      [oauth.jweDecrypt]: (jwe) => this.#decrypt(jwe),
    }
  }

  async authentication() {
    const { token_endpoint_auth_method: method } = this.client
    if (method === 'private_key_jwt') return oauth.PrivateKeyJwt(await this.signingKey())
    if (method === 'self_signed_tls_client_auth') return oauth.TlsClientAuth()
    return oauth.ClientSecretBasic(this.secret)
  }

  async signingKey() {
    const [jwk] = this.keys
    return { key: await jose.importJWK(jwk, 'ES256'), kid: jwk.kid }
  }

  async #decrypt(jwe) {
    const [jwk] = this.keys
    const key = await jose.importJWK(jwk, jwk.alg)
    const { plaintext } = await jose.compactDecrypt(jwe, key, {
      keyManagementAlgorithms: [jwk.alg],
    })
    return new TextDecoder().decode(plaintext)
  }

  async proofs() {
    this.pair = await oauth.generateKeyPair('ES256')
    this.options = { ...this.options, DPoP: oauth.DPoP(this.client, this.pair) }
    return this
  }

  // One request, and a second if the service wants its own nonce in the proof.
  async #sent(request, process) {
    const attempt = async () => await process(await request(await this.authentication()))
    try {
      return await attempt()
    } catch (error) {
      if (!oauth.isDPoPNonceError(error)) throw error
      this.nonceAsked = true
      return await attempt()
    }
  }

  async question(more = {}) {
    const verifier = oauth.generateRandomCodeVerifier()
    const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()]
    const parameters = {
      client_id: this.client.client_id,
      response_type: 'code',
      redirect_uri: this.redirectURI,
      scope: 'openid age',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
      ...more,
    }
    return { parameters, verifier, state, nonce }
  }

  // Where the person is sent: with everything, signed, pushed, or signed and pushed.
  async address(parameters, { signed = false, pushed = false } = {}) {
    const { as, client, options } = this
    let sent = new URLSearchParams(parameters)
    if (signed) {
      const request = await oauth.issueRequestObject(as, client, sent, await this.signingKey())
      sent = new URLSearchParams({ client_id: client.client_id, request })
    }
    if (pushed) {
      const { request_uri: uri } = await this.#sent(
        (auth) => oauth.pushedAuthorizationRequest(as, client, auth, sent, options),
        (response) => oauth.processPushedAuthorizationResponse(as, client, response),
      )
      sent = new URLSearchParams({ client_id: client.client_id, request_uri: uri })
    }
    return new URL(`${as.authorization_endpoint}?${sent}`)
  }

  // What the answer says: its issuer (RFC 9207), its state and, of a JWT, its signature.
  async answer(arrival, { state }, { jwt = false } = {}) {
    const posted = arrival instanceof Request
    const parameters = posted
      ? new URLSearchParams(await arrival.text())
      : arrival.searchParams
    this.parts = parameters.get('response')?.split('.').length
    if (!jwt) return oauth.validateAuthResponse(this.as, this.client, parameters, state)
    return await oauth.validateJwtAuthResponse(
      this.as,
      this.client,
      parameters,
      state,
      this.options,
    )
  }

  async redeem(answer, { verifier, nonce }) {
    const { as, client, options, redirectURI } = this
    return await this.#signed(
      (auth) =>
        oauth.authorizationCodeGrantRequest(
          ...[as, client, auth, answer, redirectURI, verifier, options],
        ),
      (response) =>
        oauth.processAuthorizationCodeResponse(as, client, response, {
          expectedNonce: nonce,
          requireIdToken: true,
          ...options,
        }),
    )
  }

  // From the question to the tokens.
  async codeFlow({ parameters, signed, pushed, jwt } = {}) {
    const question = await this.question(parameters)
    const url = await this.address(question.parameters, { signed, pushed })
    const arrival = await this.person.visits(url)
    const answer = await this.answer(arrival, question, { jwt })
    const tokens = await this.redeem(answer, question)
    const claims = oauth.getValidatedIdTokenClaims(tokens)
    return { tokens, claims, url, arrival, answer, parts: this.parts }
  }

  async refresh(token) {
    const { as, client, options } = this
    return await this.#sent(
      (auth) => oauth.refreshTokenGrantRequest(as, client, auth, token, options),
      (response) => oauth.processRefreshTokenResponse(as, client, response, options),
    )
  }

  async token(request, process = oauth.processGenericTokenEndpointResponse) {
    const { as, client, options } = this
    return await this.#sent(
      (auth) => request(as, client, auth),
      (response) => process(as, client, response, options),
    )
  }

  async userInfo(tokens, subject) {
    const { as, client, options } = this
    return await this.#signed(
      () => oauth.userInfoRequest(as, client, tokens.access_token, options),
      (response) => oauth.processUserInfoResponse(as, client, subject, response, options),
    )
  }

  async introspect(token) {
    const { as, client, options } = this
    return await this.#signed(
      (auth) => oauth.introspectionRequest(as, client, auth, token, options),
      (response) => oauth.processIntrospectionResponse(as, client, response, options),
    )
  }

  async revoke(token) {
    const { as, client, options } = this
    await this.#sent(
      (auth) => oauth.revocationRequest(as, client, auth, token, options),
      oauth.processRevocationResponse,
    )
  }

  // As `#sent`; every JWT in the answer is verified, although it came straight from the service.
  async #signed(request, process) {
    return await this.#sent(request, async (response) => {
      const type = response.headers.get('content-type')
      const parts = (await response.clone().text()).split('.').length
      const found = await process(response)
      const verified = type !== 'application/json' || oauth.getValidatedIdTokenClaims(found)
      if (verified) {
        await oauth.validateApplicationLevelSignature(this.as, response, this.options)
      }
      this.received = type === 'application/json' ? [type] : [type, parts]
      return found
    })
  }
}

// The proxy in front of the service reports the certificate of the handshake (RFC 9440).
function behindProxy(certificate) {
  if (certificate === null) return fetch
  return (url, options) => {
    const headers = new Headers(options.headers)
    headers.set('client-cert', `:${certificate}:`)
    return fetch(url, { ...options, headers })
  }
}

export async function refusal(promise) {
  try {
    return { answer: await promise }
  } catch (error) {
    return error.error ?? error.cause?.[0]?.parameters?.error ?? error.status ?? error.message
  }
}

export const parametersOf = (url) => [...url.searchParams.keys()].sort()
