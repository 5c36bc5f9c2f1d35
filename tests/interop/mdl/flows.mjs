// @auth0/mdl: verifies what is presented, presents what a wallet was given, and issues.

import { DeviceResponse, Document, MDoc, Verifier, parse } from '@auth0/mdl'

const octets = (text) => Buffer.from(text, 'base64')
const text = (buffer) => Buffer.from(buffer).toString('base64')

// It wants a transcript as an item that stays encoded (ISO/IEC 18013-5 section 9.1.5.1).
const asItem = (transcript) => Buffer.concat([Buffer.from([0xd8, 0x18]), header(transcript), transcript])

function header({ length }) {
  if (length < 24) return Buffer.from([0x40 + length])
  if (length < 256) return Buffer.from([0x58, length])
  return Buffer.from([0x59, length >> 8, length & 0xff])
}

// What each case comes to: the elements, or why it is refused.
export async function verifies({ cases }) {
  const found = {}
  for (const [name, { response, transcript, roots }] of Object.entries(cases)) {
    try {
      const mdoc = await new Verifier(roots).verify(octets(response), {
        encodedSessionTranscript: asItem(octets(transcript)),
      })
      const [document] = mdoc.documents
      found[name] = { told: document.getIssuerNameSpace(document.docType) }
      for (const key of Object.keys(found[name].told)) String(found[name].told[key])
    } catch (error) {
      found[name] = { refused: `${error.constructor.name}: ${error.message}` }
    }
  }
  return found
}

async function presented(mdoc, { docType, elements, deviceKey, transcript }) {
  const fields = elements.map((name) => ({
    path: [`$['${docType}']['${name}']`],
    intent_to_retain: false,
  }))
  const definition = {
    id: 'one',
    input_descriptors: [
      {
        id: docType,
        format: { mso_mdoc: { alg: ['ES256'] } },
        constraints: { limit_disclosure: 'required', fields },
      },
    ],
  }
  const response = await DeviceResponse.from(mdoc)
    .usingPresentationDefinition(definition)
    .usingSessionTranscriptBytes(asItem(octets(transcript)))
    .authenticateWithSignature(deviceKey, 'ES256')
    .sign()
  return text(response.encode())
}

// A device of theirs, with a document that somebody else has issued.
export async function presents({ document, ...asked }) {
  return await presented(parse(octets(document)), asked)
}

// An issuer of theirs, and a device.
export async function issues({ told, issuerKey, certificate, signed, validUntil, ...asked }) {
  const { d, ...devicePublicKey } = asked.deviceKey
  const document = await new Document(asked.docType)
    .addIssuerNameSpace(asked.docType, told)
    .useDigestAlgorithm('SHA-256')
    .addValidityInfo({ signed: new Date(signed), validUntil: new Date(validUntil) })
    .addDeviceKeyInfo({ deviceKey: devicePublicKey })
    .sign({ issuerPrivateKey: issuerKey, issuerCertificate: certificate, alg: 'ES256' })
  return await presented(new MDoc([document]), asked)
}
