"""RFC 7636 appendix B: the example of S256."""

import pytest

from authsvc.oidc.authorize import pkce
from authsvc.oidc.errors import InvalidGrant, InvalidRequest

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_the_challenge_of_the_example():
    assert pkce.challenge_of(VERIFIER) == CHALLENGE
    assert pkce.read_challenge(CHALLENGE, "S256", required=True) == CHALLENGE
    pkce.verify(CHALLENGE, VERIFIER)


@pytest.mark.parametrize("verifier", [None, "", VERIFIER[:-1], VERIFIER + "=", CHALLENGE, "é" * 43])
def test_another_verifier_is_refused(verifier):
    with pytest.raises(InvalidGrant):
        pkce.verify(CHALLENGE, verifier)


@pytest.mark.parametrize(
    "verifier", ["a" * 43, "a" * 128, "-._~" * 11], ids=["shortest", "longest", "marks"]
)
def test_section_4_1_allows_43_to_128_unreserved_characters(verifier):
    pkce.verify(pkce.challenge_of(verifier), verifier)


@pytest.mark.parametrize(
    "verifier",
    ["a" * 42, "a" * 129, "a" * 42 + "+", "a" * 43 + "\n"],
    ids=["too short", "too long", "a reserved character", "a line feed"],
)
def test_section_4_1_allows_nothing_else(verifier):
    with pytest.raises(InvalidGrant):
        pkce.verify(pkce.challenge_of(verifier), verifier)


def test_without_a_challenge_there_must_be_no_verifier():
    pkce.verify(None, None)
    with pytest.raises(InvalidGrant):
        pkce.verify(None, VERIFIER)


@pytest.mark.parametrize("method", [None, "plain", "s256", "S512", ""])
def test_s256_is_the_only_method(method):
    with pytest.raises(InvalidRequest):
        pkce.read_challenge(CHALLENGE, method, required=False)


@pytest.mark.parametrize("challenge", ["", CHALLENGE[:-1], CHALLENGE + "A", CHALLENGE[:-1] + "="])
def test_a_challenge_is_43_characters_of_base64url(challenge):
    with pytest.raises(InvalidRequest):
        pkce.read_challenge(challenge, "S256", required=False)


def test_whether_a_challenge_is_needed_is_for_the_caller_to_say():
    assert pkce.read_challenge(None, None, required=False) is None
    with pytest.raises(InvalidRequest):
        pkce.read_challenge(None, None, required=True)


def test_a_method_without_a_challenge_is_the_trace_of_a_downgrade():
    with pytest.raises(InvalidRequest):
        pkce.read_challenge(None, "S256", required=False)
