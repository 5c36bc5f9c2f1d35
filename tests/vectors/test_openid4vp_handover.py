"""OpenID4VP 1.0 appendix B.2.6: what the device signs for an answer, as it is printed there."""

from hashlib import sha256
from typing import Any

import cbor2
from joserfc.jwk import ECKey

from authsvc.identifiers import from_b64url
from authsvc.verify.mdoc.session_transcript import by_browser, by_redirect

# Of both examples.
NONCE = "exc7gBkxjx1rdc9udRrveKvSsJIq80avlXeLHhGwqtA"
KEY: Any = {
    "kty": "EC",
    "crv": "P-256",
    "x": "DxiH5Q4Yx3UrukE2lWCErq8N8bqC9CHLLrAwLz5BmE0",
    "y": "XtLM4-3h5o3HUH0MHVJV0kyq0iBlrBwlh8qEDMZ4-Pc",
    "use": "enc",
    "alg": "ECDH-ES",
    "kid": "1",
}
THUMBPRINT = bytes.fromhex("4283ec927ae0f208daaa2d026a814f2b22dca52cf85ffa8f3f8626c6bd669047")

REDIRECT_INFO = (
    "847818783530395f73616e5f646e733a6578616d706c652e636f6d782b6578633767426b786a783172646339756452"
    "7276654b7653734a4971383061766c58654c486847777174415820" + THUMBPRINT.hex() + "781c68747470733a"
    "2f2f6578616d706c652e636f6d2f726573706f6e7365"
)
REDIRECT = (
    "83f6f682714f70656e494434565048616e646f7665725820048bc053c00442af9b8eed494cefdd9d95240d254b046b"
    "11b68013722aad38ac"
)
BROWSER_INFO = (
    "837368747470733a2f2f6578616d706c652e636f6d782b6578633767426b786a7831726463397564527276654b7653"
    "734a4971383061766c58654c486847777174415820" + THUMBPRINT.hex()
)
BROWSER = (
    "83f6f682764f70656e4944345650444341504948616e646f7665725820fbece366f4212f9762c74cfdbf83b8c69e37"
    "1d5d68cea09cb4c48ca6daab761a"
)


def test_the_thumbprint_is_that_of_the_key():
    assert from_b64url(ECKey.import_key(KEY).thumbprint()) == THUMBPRINT


def test_an_answer_that_is_posted():
    found = by_redirect(
        client_id="x509_san_dns:example.com",
        nonce=NONCE,
        thumbprint=THUMBPRINT,
        response_uri="https://example.com/response",
    )
    assert found.hex() == REDIRECT
    assert cbor2.loads(found)[2][1] == sha256(bytes.fromhex(REDIRECT_INFO)).digest()


def test_an_answer_through_the_browser():
    found = by_browser(origin="https://example.com", nonce=NONCE, thumbprint=THUMBPRINT)
    assert found.hex() == BROWSER
    assert cbor2.loads(found)[2][1] == sha256(bytes.fromhex(BROWSER_INFO)).digest()
    # For the mode `dc_api` null takes the place of the thumbprint.
    bare = by_browser(origin="https://example.com", nonce=NONCE, thumbprint=None)
    told = cbor2.dumps(["https://example.com", NONCE, None])
    assert cbor2.loads(bare) == [
        None,
        None,
        ["OpenID4VPDCAPIHandover", sha256(told).digest()],
    ]
