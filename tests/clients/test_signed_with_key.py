import pytest

from authsvc.clients.errors import ClientKeyRefused, SignatureRefused
from authsvc.clients.signed import read_signed, read_with_key, unverified_header
from tests.clients.signer import Signer

ALGORITHMS = ("PS256", "ES256", "EdDSA")
CLAIMS = {"htm": "POST"}

EC = Signer("P-256", kid="ec")
OTHER_EC = Signer("P-256", 2, kid="other")
RSA = Signer("RSA", kid="rsa")


def proof(signer=EC, **header):
    return signer.sign(CLAIMS, typ="dpop+jwt", jwk=signer.jwk, **header)


def test_a_key_that_comes_along_is_used_whatever_the_kid_says():
    for kid in ("ec", "other", ""):
        token = proof(kid=kid)
        jwk = unverified_header(token)["jwk"]
        found = read_with_key(token, jwk, algorithms=["ES256"], typs={"dpop+jwt"})
        assert found.claims == CLAIMS


def test_a_key_that_comes_along_must_have_signed():
    with pytest.raises(SignatureRefused):
        read_with_key(proof(), OTHER_EC.jwk, algorithms=ALGORITHMS)


def test_a_key_that_comes_along_must_fit_the_algorithm():
    with pytest.raises(SignatureRefused):
        read_with_key(proof(), RSA.jwk, algorithms=ALGORITHMS)


def test_a_key_that_comes_along_must_be_public():
    with pytest.raises(ClientKeyRefused):
        read_with_key(proof(), EC.private_jwk, algorithms=ALGORITHMS)
    with pytest.raises(ClientKeyRefused):
        read_with_key(proof(), {"kty": "oct", "k": "AAAA"}, algorithms=ALGORITHMS)


def test_a_key_that_comes_along_is_not_looked_at_by_others():
    with pytest.raises(SignatureRefused):
        read_signed(proof(OTHER_EC, kid="ec"), [EC.jwk], algorithms=ALGORITHMS)
