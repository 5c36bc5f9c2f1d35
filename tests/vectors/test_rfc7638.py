"""RFC 7638 section 3.1: the thumbprint of the example key; ours are made the same way."""

import pytest
from joserfc.jwk import KeySet

from authsvc.algorithms import thumbprint
from authsvc.keyring import KeyRing
from authsvc.keyring.signing import ALGORITHMS
from tests.makers import NOW

MODULUS = (
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWK"
    "RXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicA"
    "taSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XP"
    "ksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
)
THUMBPRINT = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_the_thumbprint_of_the_example():
    # Members that are not required, and their order, do not count.
    assert thumbprint({"kty": "RSA", "n": MODULUS, "e": "AQAB"}) == THUMBPRINT
    assert thumbprint({"n": MODULUS, "e": "AQAB", "kty": "RSA"}) == THUMBPRINT


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_the_kid_of_our_keys_is_their_thumbprint(key_directory, alg):
    jwk: dict[str, str | list[str]] = {
        **KeyRing.open(key_directory).signing.current(alg, now=NOW).public_jwk
    }
    kid = jwk["kid"]
    key = KeySet.import_key_set({"keys": [jwk]}).keys[0]
    assert key.thumbprint() == kid
