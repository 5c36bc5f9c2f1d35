// @openid4vc/openid4vci as a wallet: it fetches certificates by an offer, and by asking.

import { createHash, randomBytes } from 'node:crypto'
import {
  clientAuthenticationClientAttestationJwt,
  clientAuthenticationNone,
  createClientAttestationJwt,
  setGlobalConfig,
} from '@openid4vc/oauth2'
import { Openid4vciClient, createKeyAttestationJwt } from '@openid4vc/openid4vci'
import * as jose from 'jose'

setGlobalConfig({ allowInsecureUrls: true })

const PERSON = 'verified-person'
const privateKeys = new Map()

async function newKey() {
  const { publicKey, privateKey } = await jose.generateKeyPair('ES256', { extractable: true })
  const jwk = await jose.exportJWK(publicKey)
  privateKeys.set(jwk.x, privateKey)
  return jwk
}

const signer = (publicJwk) => ({ method: 'jwk', alg: 'ES256', publicJwk })

const callbacks = {
  fetch,
  hash: (data, algorithm) => createHash(algorithm.replace('-', '')).update(data).digest(),
  generateRandom: (length) => randomBytes(length),
  signJwt: async ({ publicJwk }, { header, payload }) => ({
    jwt: await new jose.SignJWT(payload)
      .setProtectedHeader(header)
      .sign(privateKeys.get(publicJwk.x)),
    signerJwk: publicJwk,
  }),
}

// The library still writes the media type of an earlier draft.
const finalCallbacks = {
  ...callbacks,
  signJwt: (by, { header, payload }) =>
    callbacks.signJwt(by, { header: { ...header, typ: 'key-attestation+jwt' }, payload }),
}

class Wallet {
  static async of({ issuer, platform, person, maker }) {
    const { client_id: clientId, redirect_uris: redirectUris } = platform.metadata
    const wallet = new Wallet()
    Object.assign(wallet, { issuer, person, clientId, redirectUri: redirectUris[0] })
    wallet.dpop = { signer: signer(await newKey()) }
    wallet.maker = maker && { jwk: maker, key: await jose.importJWK(maker, 'ES256') }
    const clientAuthentication = maker
      ? await wallet.#attested()
      : clientAuthenticationNone({ clientId })
    wallet.client = new Openid4vciClient({ callbacks: { ...callbacks, clientAuthentication } })
    wallet.issuerMetadata = await wallet.client.resolveIssuerMetadata(issuer)
    return wallet
  }

  #makersSigner() {
    const { d, ...publicJwk } = this.maker.jwk
    privateKeys.set(publicJwk.x, this.maker.key)
    return signer(publicJwk)
  }

  async #attested() {
    const own = await newKey()
    const clientAttestationJwt = await createClientAttestationJwt({
      callbacks,
      clientId: this.clientId,
      confirmation: { jwk: own },
      expiresAt: new Date(Date.now() + 3600_000),
      issuer: 'https://maker.example',
      signer: this.#makersSigner(),
    })
    return clientAuthenticationClientAttestationJwt({ callbacks, clientAttestationJwt })
  }

  async byOffer(link, txCode) {
    this.offer = await this.client.resolveCredentialOffer(link)
    const { accessTokenResponse } =
      await this.client.retrievePreAuthorizedCodeAccessTokenFromOffer({
        ...this.#known(),
        txCode,
        dpop: this.dpop,
      })
    this.tokens = accessTokenResponse
  }

  async byAsking(scope) {
    this.offer = {
      credential_issuer: this.issuer,
      credential_configuration_ids: scope.split(' '),
      grants: { authorization_code: {} },
    }
    const asked = { clientId: this.clientId, redirectUri: this.redirectUri }
    const { authorizationRequestUrl, pkce } = await this.client.initiateAuthorization({
      ...this.#known(),
      ...asked,
      scope,
      dpop: this.dpop,
    })
    const back = await this.person.visits(authorizationRequestUrl)
    const answer = this.client.parseAndVerifyAuthorizationResponseRedirectUrl({
      url: back.href,
      authorizationServerMetadata: this.issuerMetadata.authorizationServers[0],
    })
    const { accessTokenResponse } =
      await this.client.retrieveAuthorizationCodeAccessTokenFromOffer({
        ...this.#known(),
        authorizationCode: answer.code,
        pkceCodeVerifier: pkce.codeVerifier,
        redirectUri: this.redirectUri,
        dpop: this.dpop,
      })
    this.tokens = accessTokenResponse
    return authorizationRequestUrl
  }

  #known() {
    return { credentialOffer: this.offer, issuerMetadata: this.issuerMetadata }
  }

  async #proofs(keys) {
    const { c_nonce: nonce } = await this.client.requestNonce(this.#known())
    if (this.maker) {
      const attestation = await createKeyAttestationJwt({
        attestedKeys: keys,
        callbacks: finalCallbacks,
        expiresAt: new Date(Date.now() + 3600_000),
        nonce,
        signer: this.#makersSigner(),
        use: 'proof_type.attestation',
      })
      return { attestation: [attestation] }
    }
    const made = keys.map((jwk) =>
      this.client.createCredentialRequestJwtProof({
        clientId: this.clientId,
        credentialConfigurationId: PERSON,
        issuerMetadata: this.issuerMetadata,
        nonce,
        signer: signer(jwk),
      }),
    )
    return { jwt: (await Promise.all(made)).map(({ jwt }) => jwt) }
  }

  async fetches(count) {
    const keys = await Promise.all(Array.from({ length: count }, newKey))
    const asked = {
      accessToken: this.tokens.access_token,
      dpop: this.dpop,
      issuerMetadata: this.issuerMetadata,
    }
    const { credentialResponse } = await this.client.retrieveCredentials({
      ...asked,
      credentialConfigurationId: PERSON,
      proofs: await this.#proofs(keys),
    })
    const { credentials, notification_id: notificationId } = credentialResponse
    await this.client.sendNotification({
      ...asked,
      notification: { notificationId, event: 'credential_accepted' },
    })
    const found = credentials.map(({ credential }) => credential)
    const bound = found.map((each) => jose.decodeJwt(each.split('~')[0]).cnf.jwk.x)
    return { found, bound: keys.every(({ x }) => bound.includes(x)) }
  }
}

export async function byOffer(given) {
  const wallet = await Wallet.of(given)
  await wallet.byOffer(given.link, given.txCode)
  return { ...(await wallet.fetches(2)), tokenType: wallet.tokens.token_type }
}

export async function byAsking(given) {
  const wallet = await Wallet.of(given)
  const url = await wallet.byAsking(PERSON)
  const pushed = new URL(url).searchParams.has('request_uri')
  return { ...(await wallet.fetches(3)), tokenType: wallet.tokens.token_type, pushed }
}
