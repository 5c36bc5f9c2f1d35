"""Which keys of a JWK Set are used, and which are passed over."""

import json
from typing import Any

import pytest

from authsvc.verify import KeySetRefused, VerificationKeys
from authsvc.verify.signatures import read_key
from tests.oidc.jwt_makers import private_key
from tests.verify.makers import published

EC = published(private_key("ES256"))
RSA = published(private_key("RS256"), "RS256")
ED = published(private_key("EdDSA"), "EdDSA")


def without(jwk: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in jwk.items() if name not in names}


def algorithm(jwk: dict[str, Any]) -> str | None:
    found = read_key(jwk)
    return None if found is None else found.alg


def test_a_set_is_read_from_json_or_from_what_was_read_already():
    document = {"keys": [EC, RSA, ED], "more": 1}
    for form in (document, json.dumps(document), json.dumps(document).encode()):
        keys = VerificationKeys.from_jwks(form)
        found = [keys.find(jwk["kid"]) for jwk in (EC, RSA, ED)]
        assert [key and key.alg for key in found] == ["ES256", "RS256", "EdDSA"]
        assert keys.find("another") is None


def test_a_key_may_leave_out_what_its_type_says_already():
    for jwk in (EC, ED):
        assert algorithm(without(jwk, "use", "alg")) == jwk["alg"]
        assert algorithm({**jwk, "key_ops": []}) == jwk["alg"]
        assert algorithm({**jwk, "key_ops": ["verify"]}) == jwk["alg"]


def test_an_rsa_key_says_which_of_its_two_algorithms_it_is_for():
    assert algorithm(without(RSA, "alg")) is None
    assert algorithm({**RSA, "alg": "PS256"}) == "PS256"


WRONG = {
    "to encrypt with": {**EC, "use": "enc"},
    "to sign with": {**EC, "key_ops": ["sign"]},
    "for nothing that can be read": {**EC, "key_ops": 1},
    "of another hash": {**EC, "alg": "ES384"},
    "of another type's algorithm": {**EC, "alg": "RS256"},
    "of a list of algorithms": {**EC, "alg": ["ES256"]},
    "of another curve": {**EC, "crv": "P-384"},
    "of a curve that is not spoken": {**EC, "crv": "secp256k1"},
    "a point beside the curve": {**EC, "y": EC["x"]},
    "a coordinate that is too long": {**EC, "x": EC["x"] + "AA"},
    "a coordinate with padding": {**EC, "x": EC["x"] + "="},
    "a coordinate that is no text": {**EC, "x": 1},
    "without a coordinate": without(EC, "y"),
    "without a name": without(EC, "kid"),
    "of an empty name": {**EC, "kid": ""},
    "of a name that is no text": {**EC, "kid": 1},
    "of another type": {**EC, "kty": "RSA"},
    "of a list of types": {**EC, "kty": ["EC"]},
    "RSA of another hash": {**RSA, "alg": "RS512"},
    "RSA as a secret": {**RSA, "alg": "HS256"},
    "RSA of 1020 bits": {**RSA, "n": RSA["n"][:170]},
    "RSA with the exponent 1": {**RSA, "e": "AQ"},
    "RSA with the exponent 2": {**RSA, "e": "Ag"},
    "RSA with a long exponent": {**RSA, "e": "_" * 16},
    "RSA without an exponent": without(RSA, "e"),
    "Ed25519 to agree upon a key with": {**ED, "crv": "X25519"},
    "Ed448": {**ED, "crv": "Ed448"},
    "Ed25519 cut short": {**ED, "x": ED["x"][:-2]},
    "Ed25519 of another type's algorithm": {**ED, "alg": "ES256"},
    "Ed25519 without a curve": without(ED, "crv"),
    "a secret": {"kty": "oct", "k": "AAAA", "kid": "secret", "alg": "HS256"},
    "nothing": {"kid": "nothing"},
}


@pytest.mark.parametrize("jwk", WRONG.values(), ids=[*WRONG])
def test_a_key_that_is_none_to_verify_with_is_passed_over_and_the_others_are_used(jwk):
    assert read_key(jwk) is None
    good = published(private_key("ES256", "second"))
    assert VerificationKeys.from_jwks({"keys": [jwk, good]}).find(good["kid"])


SETS: dict[str, Any] = {
    "nothing": {},
    "no keys": {"keys": []},
    "null": {"keys": None},
    "an object": {"keys": {"a": 1}},
    "a number": {"keys": [1]},
    "a key to encrypt with": {"keys": [{**EC, "use": "enc"}]},
    "a key twice": {"keys": [EC, EC]},
    "two keys of one name": {"keys": [EC, {**ED, "kid": EC["kid"]}]},
    "too many keys": {"keys": [{**EC, "kid": str(number)} for number in range(101)]},
    "a list": [],
    "an empty text": "",
    "no JSON": "no JSON",
    "no UTF-8": b"\xff",
    "a list in JSON": "[]",
    "a deep one": '{"keys":' * 10_000,
}


@pytest.mark.parametrize("document", SETS.values(), ids=[*SETS])
def test_a_set_that_cannot_be_used_is_refused(document):
    with pytest.raises(KeySetRefused):
        VerificationKeys.from_jwks(document)


def test_a_set_does_not_change_when_what_it_was_read_from_does():
    document = {"keys": [EC]}
    keys = VerificationKeys.from_jwks(document)
    document["keys"].clear()
    assert keys.find(EC["kid"])
