import pytest
from joserfc.jwk import KeySet, OKPKey

from authsvc.clients.errors import ClientKeyRefused
from authsvc.clients.public_jwk import read_public_jwk
from authsvc.identifiers import b64url, from_b64url
from tests.clients.signer import Signer


@pytest.mark.parametrize("kind", ["RSA", "P-256", "P-384", "P-521", "Ed25519"])
def test_a_public_key_is_read_and_its_thumbprint_is_that_of_another_implementation(kind):
    jwk = Signer(kind, kid="k", use="sig", key_ops=["verify"]).jwk
    found = read_public_jwk(jwk)
    other = KeySet.import_key_set({"keys": [jwk]}).keys[0]
    assert found.thumbprint == other.thumbprint()
    assert (found.kid, found.use, found.key_ops) == ("k", "sig", frozenset({"verify"}))
    assert (found.kty, found.crv) == (jwk["kty"], jwk.get("crv"))
    assert jwk["n" if kind == "RSA" else "x"] not in repr(found)


def test_a_key_of_x25519_is_read_too():
    jwk = OKPKey.generate_key("X25519").as_dict(private=False)
    assert read_public_jwk(jwk).crv == "X25519"


EC = Signer("P-256").jwk
RSA = Signer("RSA").jwk
ED = Signer("Ed25519").jwk


@pytest.mark.parametrize(
    "jwk",
    [
        pytest.param(None, id="nothing"),
        pytest.param("key", id="a text"),
        pytest.param({}, id="no kty"),
        pytest.param({"kty": "AKP"}, id="an unknown kty"),
        pytest.param({"kty": ["EC"]}, id="a list for a kty"),
        pytest.param({"kty": "oct", "k": "AAAA"}, id="a symmetric key"),
        pytest.param(Signer("P-256").private_jwk, id="a private EC key"),
        pytest.param(Signer("RSA").private_jwk, id="a private RSA key"),
        pytest.param(Signer("Ed25519").private_jwk, id="a private OKP key"),
        pytest.param({**EC, "k": ""}, id="a member of a symmetric key"),
        pytest.param({**RSA, "oth": []}, id="further primes"),
        pytest.param(Signer("RSA1024").jwk, id="RSA of 1024 bits"),
        pytest.param({**RSA, "n": b64url(b"\0" + from_b64url(RSA["n"]))}, id="n with a zero"),
        pytest.param({**RSA, "n": b64url(b"\xff" * 1100)}, id="RSA of 8800 bits"),
        pytest.param({**RSA, "n": ""}, id="an empty n"),
        pytest.param({**RSA, "e": b64url(b"\x01")}, id="an exponent of 1"),
        pytest.param({**RSA, "e": b64url(b"\x02")}, id="an even exponent"),
        pytest.param({**RSA, "e": b64url(b"\x01" * 9)}, id="an exponent too long"),
        pytest.param({**RSA, "e": 65537}, id="a number for an exponent"),
        pytest.param({**EC, "crv": "secp256k1"}, id="an unknown curve"),
        pytest.param({**EC, "crv": "P-384"}, id="another curve"),
        pytest.param({**EC, "x": EC["y"], "y": EC["x"]}, id="not on the curve"),
        pytest.param({**EC, "x": b64url(b"\0" + from_b64url(EC["x"]))}, id="a long coordinate"),
        pytest.param({**EC, "x": EC["x"] + "="}, id="padding"),
        pytest.param({**EC, "y": None}, id="no y"),
        pytest.param({**ED, "crv": "Ed448"}, id="Ed448"),
        pytest.param({**ED, "x": b64url(bytes(31))}, id="a short OKP key"),
        pytest.param({**EC, "kid": 7}, id="a number for a kid"),
        pytest.param({**EC, "kid": "k" * 513}, id="a kid too long"),
    ],
)
def test_what_is_secret_weak_or_no_key_is_refused(jwk):
    with pytest.raises(ClientKeyRefused) as caught:
        read_public_jwk(jwk)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("x5c", "found"), [(["AA", "BB"], "AA"), ([], None), ("AA", None), ([7], None)]
)
def test_of_a_chain_the_first_certificate_is_the_keys(x5c, found):
    assert read_public_jwk({**EC, "x5c": x5c}).x5c == found
