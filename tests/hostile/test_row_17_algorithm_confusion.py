"""Row 17: a signature counts under the algorithm of its key, and under no other."""

import hmac
import json
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from authsvc.identifiers import b64url, from_b64url
from tests.hostile.key_platforms import EC, ED, P384, RSA, Door

# Nothing here is stored: one pair of stores tells what the other would.
pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)


@pytest.fixture
async def door(provider):
    return await Door.of(provider)


def forged(door, header, signature=b""):
    head, body = (b64url(json.dumps(part).encode()) for part in (header, door.claims()))
    made = signature(f"{head}.{body}".encode()) if callable(signature) else signature
    return f"{head}.{body}.{b64url(made)}"


async def test_the_door_opens_for_who_signs_as_it_should_be(door):
    """The control: each key under its own algorithm."""
    for number, (signer, alg) in enumerate(
        [(EC, "ES256"), (RSA, "PS256"), (RSA, "RS256"), (ED, "EdDSA"), (ED, "Ed25519")]
    ):
        assert await door.opens(signer.sign(door.claims(jti=str(number)), alg=alg))


async def test_none_in_any_spelling(door):
    """No signature, or a good one, under `none` and what could be taken for it: 401."""
    spellings: list[Any] = ["none", "None", "NONE", "nOnE", "", None, 0, [], {"alg": "none"}]
    for alg in spellings:
        assert not await door.opens(forged(door, {"alg": alg, "kid": "ec"}))
        good = EC.sign(door.claims(), header={"alg": alg, "kid": "ec"})
        assert not await door.opens(good)


async def test_no_algorithm_at_all(door):
    """A header without `alg`: 401."""
    assert not await door.opens(forged(door, {"kid": "ec"}))


@pytest.mark.parametrize("alg", ["HS256", "HS384", "HS512"])
@pytest.mark.parametrize("signer", [EC, RSA], ids=["EC", "RSA"])
async def test_a_public_key_taken_for_a_secret(door, signer, alg):
    """HMAC by what is public of the platform's key, in every form it is known in: 401."""
    public = signer.key.public_key()
    secrets = [
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).strip(),
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        json.dumps(signer.jwk).encode(),
        from_b64url(signer.jwk.get("n", signer.jwk.get("x"))),
        b"",
    ]
    for secret in secrets:
        header = {"alg": alg, "kid": signer.jwk["kid"]}
        token = forged(door, header, lambda text, k=secret: hmac.digest(k, text, sha256))
        assert not await door.opens(token)


@pytest.mark.parametrize(
    ("signer", "made", "said"),
    [
        pytest.param(RSA, "PS256", "RS256", id="PSS said to be PKCS 1"),
        pytest.param(RSA, "RS256", "PS256", id="PKCS 1 said to be PSS"),
        pytest.param(RSA, "PS256", "ES256", id="RSA said to be ECDSA"),
        pytest.param(EC, "ES256", "PS256", id="ECDSA said to be RSA"),
        pytest.param(EC, "ES256", "EdDSA", id="ECDSA said to be EdDSA"),
        pytest.param(ED, "EdDSA", "ES256", id="EdDSA said to be ECDSA"),
        pytest.param(P384, "ES256", "ES256", id="the wrong curve"),
        pytest.param(P384, "ES256", "ES384", id="a curve that is not spoken"),
        pytest.param(EC, "ES256", "ES384", id="another hash"),
        pytest.param(EC, "ES256", "ES256K", id="another curve's name"),
        pytest.param(EC, "ES256", "es256", id="lower case"),
        pytest.param(ED, "EdDSA", "Ed448", id="another Edwards curve"),
    ],
)
async def test_one_algorithm_said_to_be_another(door, signer, made, said):
    """A good signature under another name, with the kid of its own key: 401."""
    header = {"alg": said, "kid": signer.jwk["kid"]}
    assert not await door.opens(forged(door, header, lambda text: signer.signature(text, made)))


@pytest.mark.parametrize(("signer", "alg"), [(EC, "ES256"), (RSA, "RS256"), (ED, "EdDSA")])
async def test_another_algorithm_than_the_registered_one(door, signer, alg):
    """The platform registered PS256; its own other keys sign well: 401."""
    assert not await door.opens(signer.sign(door.claims("platform-ps256"), alg=alg))
    assert await door.opens(RSA.sign(door.claims("platform-ps256", jti="2"), alg="PS256"))


async def test_a_signature_in_another_encoding(door):
    """ECDSA as DER, as r and s cut or filled up, as zeros: 401 each."""
    header = {"alg": "ES256", "kid": "ec"}
    for signature in (b"\x30\x06\x02\x01\x01\x02\x01\x01", bytes(64), bytes(63), bytes(128), b"\0"):
        assert not await door.opens(forged(door, header, signature))
