"""Each step of OpenID Connect Core 3.1.3.7: what is taken, and what is refused for which reason."""

import sys
from datetime import UTC, datetime, timedelta

import pytest
from authlib.oidc.core.util import create_half_hash

from authsvc import algorithms
from authsvc.authentication import assurance
from authsvc.errors import AuthsvcError
from authsvc.keyring import signing
from authsvc.verify import (
    AccessTokenRefused,
    AssuranceTooLow,
    AudienceRefused,
    AuthorizedPartyRefused,
    IDTokenVerifier,
    IssuedInTheFuture,
    IssuerRefused,
    KeySetRefused,
    NonceRefused,
    SignInTooOld,
    TokenExpired,
    TokenMalformed,
    TokenNotYetValid,
    TokenRefused,
    id_token,
)
from authsvc.verify.claims import LEEWAY
from tests.makers import NOW
from tests.oidc.jwt_makers import private_key
from tests.verify.makers import (
    ALGORITHMS,
    CLIENT,
    ISSUED,
    ISSUER,
    NONCE,
    key_set,
    published,
    token,
    verified,
    verifier,
)

SECOND = timedelta(seconds=1)
ACCESS_TOKEN = "an.access.token"


def test_a_good_token_tells_who_it_is_and_how_they_signed_in():
    found = verified(token(sid="a session", age_over_18=True))
    assert found.subject == "a pseudonym"
    assert found.acr == "urn:authsvc:acr:aal1"
    assert found.amr == ("pwd",)
    assert found.sid == "a session"
    assert found.issued_at == datetime.fromtimestamp(ISSUED, UTC)
    assert found.expires_at - found.issued_at == timedelta(minutes=10)
    assert found.auth_time == found.issued_at - timedelta(minutes=1)
    assert found.claims["age_over_18"] is True
    assert "pseudonym" not in repr(found)


def test_what_is_optional_may_be_missing():
    found = verified(token(auth_time=None, acr=None, amr=None))
    assert (found.auth_time, found.acr, found.amr, found.sid) == (None, None, (), None)


def test_a_token_that_was_verified_is_verified_again():
    whole = verifier()
    good = token()
    assert whole.verify(good, nonce=NONCE, now=NOW)
    with pytest.raises(TokenExpired):
        whole.verify(good, nonce=NONCE, now=NOW + timedelta(hours=1))
    with pytest.raises(TokenRefused):
        whole.verify(good[:-6] + "AAAAAA", nonce=NONCE, now=NOW)
    assert whole.verify(good, nonce=NONCE, now=NOW)


# Step 2


@pytest.mark.parametrize("iss", ["https://id.example/", "https://other.example", "", " "])
def test_another_issuer_is_refused(iss):
    with pytest.raises(IssuerRefused):
        verified(token(iss=iss))


# Steps 3 to 5


def test_the_audience_may_be_a_list_of_one():
    assert verified(token(aud=[CLIENT]))


@pytest.mark.parametrize("aud", ["platform-b", "", [], ["platform-b"], "platform-a "])
def test_another_audience_is_refused(aud):
    with pytest.raises(AudienceRefused):
        verified(token(aud=aud))


def test_a_token_for_others_as_well_is_refused_whoever_asked_for_it():
    for azp in (None, CLIENT):
        for aud in ([CLIENT, "platform-b"], ["platform-b", CLIENT], [CLIENT, CLIENT]):
            with pytest.raises(AudienceRefused):
                verified(token(aud=aud, azp=azp))


def test_who_asked_for_it_need_not_be_said_but_must_be_this_client():
    assert verified(token(azp=CLIENT))
    for azp in ("platform-b", ""):
        with pytest.raises(AuthorizedPartyRefused):
            verified(token(azp=azp))


# Steps 9 and 10


def test_an_expired_token_is_refused_when_the_leeway_is_over_too():
    end = NOW + timedelta(minutes=10)
    assert verified(token(), now=end + LEEWAY - SECOND)
    with pytest.raises(TokenExpired):
        verified(token(), now=end + LEEWAY)


def test_a_token_from_the_future_is_refused_but_for_the_leeway():
    assert verified(token(iat=ISSUED + 10))
    with pytest.raises(IssuedInTheFuture):
        verified(token(iat=ISSUED + 11))


def test_a_token_that_has_not_begun_is_refused_but_for_the_leeway():
    assert verified(token(nbf=ISSUED + 10))
    with pytest.raises(TokenNotYetValid):
        verified(token(nbf=ISSUED + 11))


def test_times_may_have_fractions():
    found = verified(token(iat=ISSUED + 0.5, exp=ISSUED + 1.5))
    assert found.expires_at - found.issued_at == SECOND


def test_a_moment_without_a_time_zone_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="time zone"):
        verified(token(), now=NOW.replace(tzinfo=None))


# Step 11


def test_the_nonce_is_the_one_of_the_request_or_there_is_none():
    assert verified(token(nonce="é 随机"), nonce="é 随机")
    assert verified(token(nonce=None), nonce=None)


def test_another_nonce_is_refused():
    for nonce in ("nonce-2", "nonce-1 ", "NONCE-1", ""):
        with pytest.raises(NonceRefused):
            verified(token(nonce=nonce))


def test_a_missing_nonce_is_refused():
    with pytest.raises(NonceRefused):
        verified(token(nonce=None))


def test_a_nonce_that_nobody_sent_is_refused():
    with pytest.raises(NonceRefused):
        verified(token(), nonce=None)


def test_nobody_forgets_the_nonce():
    with pytest.raises(TypeError):
        verifier().verify(token(), now=NOW)  # type: ignore[call-arg]


# Step 12


def test_a_sign_in_that_is_strong_enough_is_taken():
    low, high = id_token.LEVELS
    assert verified(token(acr=low), acr=low)
    assert verified(token(acr=high), acr=low)
    assert verified(token(acr=high), acr=high)


def test_a_weaker_sign_in_than_was_asked_for_is_refused():
    low, high = id_token.LEVELS
    for acr, wanted in ((low, high), (None, low), ("0", low), (high, "urn:authsvc:acr:aal9")):
        with pytest.raises(AssuranceTooLow):
            verified(token(acr=acr), acr=wanted)


# Step 13


def test_the_sign_in_may_be_as_old_as_was_asked_for():
    assert verified(token(), max_age=timedelta(seconds=60))
    assert verified(token(), max_age=timedelta(seconds=50))
    with pytest.raises(SignInTooOld):
        verified(token(), max_age=timedelta(seconds=49))


def test_without_its_time_no_sign_in_is_young_enough():
    with pytest.raises(SignInTooOld):
        verified(token(auth_time=None), max_age=timedelta(days=1))


# 3.1.3.8


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize("alg", ALGORITHMS)
def test_the_access_token_is_the_one_that_came_with_it(alg):
    at_hash = create_half_hash(ACCESS_TOKEN, "EdDSA" if alg == "Ed25519" else alg).decode()
    whole = verifier(key_set(published(private_key(alg), alg)), algorithms=(alg,))
    good = token(alg, at_hash=at_hash)
    assert whole.verify(good, nonce=NONCE, now=NOW, access_token=ACCESS_TOKEN)
    for other in ("another", "", "随机"):
        with pytest.raises(AccessTokenRefused):
            whole.verify(good, nonce=NONCE, now=NOW, access_token=other)


def test_a_token_that_says_nothing_of_the_access_token_does_not_go_with_one():
    with pytest.raises(AccessTokenRefused):
        verified(token(), access_token=ACCESS_TOKEN)
    assert verified(token(at_hash="whatever"))


# The claims themselves


@pytest.mark.parametrize("name", ["iss", "sub", "aud", "exp", "iat"])
def test_a_claim_that_every_id_token_has_must_be_there(name):
    with pytest.raises(TokenMalformed):
        verified(token(alg="ES256", **{name: None}))


@pytest.mark.parametrize(
    "wrong",
    [
        {"exp": "1800000000"},
        {"exp": True},
        {"exp": 10**400},
        {"exp": 253_402_300_800},
        {"iat": -1},
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": 1},
        {"aud": {"platform-a": 1}},
        {"aud": [1]},
        {"nonce": ["nonce-1"]},
        {"amr": "pwd"},
        {"acr": 1},
        {"azp": [CLIENT]},
        {"auth_time": "now"},
    ],
    ids=lambda wrong: str(wrong)[:30],
)
def test_a_claim_of_another_kind_is_refused(wrong):
    with pytest.raises(TokenMalformed):
        verified(token(**wrong))


# The verifier


def test_an_algorithm_that_is_not_spoken_is_a_mistake_of_the_caller():
    for wrong in (("HS256",), ("none",), ("ES256", "ES512"), "ES256"):
        with pytest.raises(ValueError, match="algorithms are"):
            IDTokenVerifier(issuer=ISSUER, client_id=CLIENT, keys=key_set(), algorithms=wrong)


def test_every_refusal_has_a_stable_code_of_its_own_and_words_in_both_languages():
    refusals: list[type[AuthsvcError]] = [
        KeySetRefused,
        TokenRefused,
        *TokenRefused.__subclasses__(),
    ]
    assert len({refusal.code for refusal in refusals}) == len(refusals)
    for refusal in refusals:
        assert refusal.code.startswith("verify.")
        assert refusal.title.zh != refusal.title.en
        assert refusal.__name__ in (sys.modules[refusal.__module__].__doc__ or "")


def test_what_stands_beside_the_house_spells_things_as_the_house_does():
    assert id_token.LEVELS == (assurance.AAL1, assurance.AAL2)
    assert {*signing.ALGORITHMS, *signing.CREDENTIAL_ALGORITHMS} == {*algorithms.ALGORITHMS}
