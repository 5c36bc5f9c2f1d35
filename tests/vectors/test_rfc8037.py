"""RFC 8037 appendix A: Ed25519 in JOSE, by our own signing key.

The private value is the one that the RFC prints, so that everybody can repeat its example.
"""

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519

from authsvc.algorithms import EDDSA
from authsvc.clients.errors import SignatureRefused, SignedMalformed
from authsvc.clients.public_jwk import read_public_jwk
from authsvc.clients.signed import read_signed
from authsvc.identifiers import b64url, from_b64url
from authsvc.keyring import SigningKey
from authsvc.oidc import jws
from authsvc.verify.signatures import read_key

SEED = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
X = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
THUMBPRINT = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
SIGNING_INPUT = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
SIGNATURE = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"


@pytest.fixture
def key():
    private = ed25519.Ed25519PrivateKey.from_private_bytes(from_b64url(SEED))
    return SigningKey(private, alg=EDDSA)


def test_a_2_the_public_half(key):
    assert {"kty": "OKP", "crv": "Ed25519", "x": X}.items() <= key.public_jwk.items()
    assert key.public_jwk["alg"] == "EdDSA"


def test_a_3_the_kid_is_the_published_thumbprint(key):
    assert key.kid == THUMBPRINT
    assert read_public_jwk(key.public_jwk).thumbprint == THUMBPRINT


def test_a_4_our_signature_is_the_published_one(key):
    assert b64url(key.sign(SIGNING_INPUT.encode())) == SIGNATURE


def test_a_5_the_published_signature_is_accepted_and_no_other(key):
    """The payload is a sentence: our reader of claims says so once it took the signature."""
    flipped = SIGNATURE.replace("hgyY", "hgyZ")
    for signature, refusal in ((SIGNATURE, SignedMalformed), (flipped, SignatureRefused)):
        with pytest.raises(refusal):
            read_signed(f"{SIGNING_INPUT}.{signature}", [key.public_jwk], algorithms=[EDDSA])


def test_a_5_the_published_signature_is_accepted_offline(key):
    offline = read_key(key.public_jwk)
    assert offline is not None
    offline.verify(from_b64url(SIGNATURE), SIGNING_INPUT.encode())
    with pytest.raises(InvalidSignature):
        offline.verify(from_b64url(SIGNATURE), f"{SIGNING_INPUT}A".encode())


def test_section_3_1_the_header_of_our_encoder_says_eddsa(key):
    token = jws.sign({"sub": "x"}, key=key, typ="JWT")
    read = read_signed(token, [key.public_jwk], algorithms=[EDDSA])
    assert read.header == {"alg": "EdDSA", "kid": THUMBPRINT, "typ": "JWT"}
    signing_input, _, signature = token.rpartition(".")
    key.public_key().verify(from_b64url(signature), signing_input.encode())
    with pytest.raises(InvalidSignature):
        key.public_key().verify(from_b64url(signature), b"another input")
