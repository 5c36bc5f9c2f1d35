import hmac

import msgspec
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws as joserfc_jws
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from authsvc.identifiers import b64url
from authsvc.keyring import KeyRing
from authsvc.keyring.signing import ALGORITHMS
from authsvc.oidc import jws
from tests.makers import NOW

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@pytest.fixture(scope="module")
def ring(key_directory):
    return KeyRing.open(key_directory)


@pytest.fixture(scope="module")
def reader(ring):
    return jws.JWSReader(ring.signing)


# RFC 9864 has a newer name for EdDSA with Ed25519; clients know the old one.
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@settings(deadline=None, max_examples=40)
@given(st.dictionaries(st.text(), VALUES, max_size=5), st.sampled_from(ALGORITHMS))
def test_another_library_reads_what_we_sign(ring, claims, alg):
    token = jws.sign(claims, key=ring.signing.current(alg, now=NOW), typ="JWT")
    keys = KeySet.import_key_set(ring.signing.public_jwks(now=NOW))
    read = jwt.decode(token, keys, algorithms=[alg])
    assert read.claims == claims
    assert read.header == {"alg": alg, "kid": ring.signing.current(alg, now=NOW).kid, "typ": "JWT"}


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_we_read_what_we_sign(ring, reader, alg):
    key = ring.signing.current(alg, now=NOW)
    token = jws.sign({"sub": "状态"}, key=key, typ="at+jwt")
    assert reader.read(token, typ="at+jwt", now=NOW) == ({"sub": "状态"}, key.kid)


def test_a_token_of_another_type_is_refused(ring, reader):
    token = jws.sign({"sub": "x"}, key=ring.signing.current("ES256", now=NOW), typ="JWT")
    with pytest.raises(ValueError, match="not a token of ours"):
        reader.read(token, typ="at+jwt", now=NOW)


def forged(header, *, key):
    registry = joserfc_jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)
    return joserfc_jws.serialize_compact(
        {"alg": "ES256", "typ": "JWT"} | header,
        b'{"sub":"x"}',
        key,
        algorithms=["ES256"],
        registry=registry,
    )


@pytest.mark.parametrize("length", [0, 1, 100, 5000])
def test_what_is_no_token_is_refused(reader, length):
    for text in ("." * length, "A" * length, "é" * length, "a.b.c" + "A" * length):
        with pytest.raises(ValueError, match="not a token of ours"):
            reader.read(text, typ="JWT", now=NOW)


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_the_public_key_is_no_shared_secret(ring, reader, alg):
    """HS256 over the public key's own bytes (row 17)."""
    ours = ring.signing.current(alg, now=NOW)
    pem = ours.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    head = msgspec.json.encode({"alg": "HS256", "kid": ours.kid, "typ": "JWT"})
    signing_input = f"{b64url(head)}.{b64url(b'{}')}"
    token = f"{signing_input}.{b64url(hmac.digest(pem, signing_input.encode(), 'sha256'))}"
    with pytest.raises(ValueError, match="not a token of ours"):
        reader.read(token, typ="JWT", now=NOW)


def test_a_foreign_key_is_refused_whatever_the_header_brings_along(ring, reader):
    """`jwk`, `jku`, `x5u` in the header change nothing (row 18)."""
    foreign = ECKey.generate_key("P-256")
    kid = ring.signing.current("ES256", now=NOW).kid
    for header in (
        {},
        {"kid": "unknown"},
        {"kid": kid},
        {"kid": kid, "jwk": foreign.as_dict(private=False)},
        {"kid": kid, "jku": "https://evil.example/jwks"},
        {"kid": ring.signing.current("RS256", now=NOW).kid},
    ):
        token = forged(header, key=foreign)
        with pytest.raises(ValueError, match="not a token of ours"):
            reader.read(token, typ="JWT", now=NOW)


@pytest.mark.parametrize(
    "header", [b"{}", b"[]", b"null", b"\xff", b'{"kid":1}', b'{"alg":"none"}']
)
def test_a_header_of_another_shape_is_refused(reader, header):
    token = f"{b64url(header)}.{b64url(b'{}')}.{b64url(b'x' * 64)}"
    with pytest.raises(ValueError, match="not a token of ours"):
        reader.read(token, typ="JWT", now=NOW)


@pytest.mark.parametrize("payload", [b"[]", b"null", b"\xff", b'"x"', b"{"])
def test_a_payload_of_another_shape_is_refused(ring, reader, payload):
    key = ring.signing.current("ES256", now=NOW)
    head = b64url(b'{"alg":"ES256","kid":"' + key.kid.encode() + b'","typ":"JWT"}')
    signing_input = f"{head}.{b64url(payload)}"
    token = f"{signing_input}.{b64url(key.sign(signing_input.encode()))}"
    with pytest.raises(ValueError, match="not a token of ours"):
        reader.read(token, typ="JWT", now=NOW)
