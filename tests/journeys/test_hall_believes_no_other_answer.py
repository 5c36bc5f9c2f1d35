"""What the service hall believes: answers of the service, sealed for it, about whom it asked."""

from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwe, jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from examples.service_hall.answers import Answers, Told
from examples.service_hall.errors import AnswerRefused, ServiceUnavailable
from examples.service_hall.online_number import Registration

ISSUER, HALL, NOW = "https://id.example", "hall", 1_900_000_000
DEPARTMENT = "https://departments.example/residence"
OURS = ECKey.generate_key("P-256", {"kid": "seal", "use": "enc"})
THEIRS = ECKey.generate_key("P-256", {"kid": "theirs", "use": "sig"})
ANOTHER = ECKey.generate_key("P-256", {"kid": "theirs", "use": "sig"})
ATTESTS = RSAKey.generate_key(2048, {"kid": "attests", "use": "sig"})
KEYS = KeySet([THEIRS])


@pytest.fixture
def answers() -> Answers:
    """A hall that was registered."""
    registration = Registration(
        issuer=ISSUER,
        client_id=HALL,
        key=ECKey.generate_key("P-256"),
        sealing_key=OURS,
        redirect_uri="https://hall.example/callback",
        departments="https://departments.example",
    )
    return Answers(registration, lambda: NOW)


def id_token(key: ECKey = THEIRS, alg: str = "ES256", **changes: Any) -> str:
    claims = {"iss": ISSUER, "aud": HALL, "sub": "somebody", "nonce": "n", "exp": NOW + 60}
    return jwt.encode({"alg": alg, "kid": "theirs"}, claims | changes, key)


def sealed(inside: str, key: ECKey = OURS) -> str:
    header = {"alg": "ECDH-ES", "enc": "A128CBC-HS256", "cty": "JWT"}
    return jwe.encrypt_compact(header, inside, key)


def userinfo(key: ECKey = THEIRS, **changes: Any) -> str:
    claims = {"iss": ISSUER, "aud": HALL, "sub": "somebody"}
    return sealed(jwt.encode({"alg": "ES256", "kid": "theirs"}, claims | changes, key))


def attestation(
    key: RSAKey = ATTESTS, typ: str = "attribute-attestation+jwt", **changes: Any
) -> str:
    said = {"iss": DEPARTMENT, "aud": "urn:authsvc:audience:government", "exp": NOW + 60}
    header = {"alg": "RS256", "kid": "attests", "typ": typ}
    return jwt.encode(header, said | {"residence_city": "440300"} | changes, key)


def about_the_city(token: str) -> dict[str, Any]:
    return {
        "sub": "somebody",
        "_claim_names": {"residence_city": "residence"},
        "_claim_sources": {"residence": {"JWT": token}},
        "attributes_missing": {"student": "not_linked"},
    }


async def department_keys(address: str) -> dict[str, Any]:
    assert address == DEPARTMENT
    return {"keys": [ATTESTS.as_dict(private=False)]}


def test_an_id_token_that_answers_us_is_believed(answers):
    assert answers.subject(id_token(), KEYS, "n") == "somebody"


@pytest.mark.parametrize(
    "make",
    [
        lambda: id_token(ANOTHER),
        lambda: id_token(iss="https://other.example"),
        lambda: id_token(aud="another"),
        lambda: id_token(aud=[HALL, "another"]),
        lambda: id_token(nonce="of another question"),
        lambda: id_token(exp=NOW - 60),
        lambda: id_token() + "x",
        lambda: "None",
    ],
    ids=[
        "another key",
        "another issuer",
        "another audience",
        "one audience more",
        "another question",
        "over",
        "changed",
        "none",
    ],
)
def test_no_other_id_token_is(answers: Answers, make: Callable[[], str]):
    with pytest.raises(AnswerRefused):
        answers.subject(make(), KEYS, "n")


def test_sealed_userinfo_about_the_same_person_is_believed(answers):
    assert answers.userinfo(userinfo(), KEYS, "somebody")["sub"] == "somebody"


@pytest.mark.parametrize(
    "make",
    [
        lambda: userinfo(sub="somebody else"),
        lambda: userinfo(aud="another"),
        lambda: userinfo(iss="https://other.example"),
        lambda: userinfo(ANOTHER),
        lambda: sealed(id_token(), ECKey.generate_key("P-256", {"kid": "seal"})),
        lambda: sealed("no token"),
        id_token,
        lambda: '{"sub": "somebody"}',
    ],
    ids=[
        "another person",
        "another audience",
        "another issuer",
        "another key",
        "sealed for another",
        "no token inside",
        "not sealed",
        "not signed",
    ],
)
def test_no_other_userinfo_is(answers: Answers, make: Callable[[], str]):
    with pytest.raises(AnswerRefused):
        answers.userinfo(make(), KEYS, "somebody")


async def test_what_a_department_signed_is_told_and_what_is_missing_named(answers):
    told = await answers.told(about_the_city(attestation()), department_keys)
    assert told == Told(
        "somebody", None, None, {"residence_city": "440300"}, {"student": "not_linked"}
    )


@pytest.mark.parametrize(
    "make",
    [
        lambda: attestation(RSAKey.generate_key(2048, {"kid": "attests"})),
        lambda: attestation(typ="JWT"),
        lambda: attestation(iss="https://departments.example/education"),
        lambda: attestation(aud="urn:authsvc:audience:commerce"),
        lambda: attestation(exp=NOW - 60),
        lambda: attestation() + "x",
        id_token,
    ],
    ids=[
        "another key",
        "another type",
        "another department",
        "another category",
        "over",
        "changed",
        "no attestation",
    ],
)
async def test_no_other_attestation_is(answers: Answers, make: Callable[[], str]):
    with pytest.raises(AnswerRefused):
        await answers.told(about_the_city(make()), department_keys)


async def test_a_department_whose_keys_do_not_come_says_nothing(answers):
    async def away(address: str) -> dict[str, Any]:
        raise ServiceUnavailable

    told = await answers.told(about_the_city(attestation()), away)
    assert not told.attributes
    assert told.missing == {"residence_city": "unavailable", "student": "not_linked"}


@pytest.mark.parametrize(
    "change",
    [
        {"_claim_names": {}, "_claim_sources": {"residence": {}}},
        {"_claim_sources": []},
        {"attributes_missing": 5},
        {"verified_claims": {"verification": {"evidence": []}, "claims": {"name": "x"}}},
        {"verified_claims": {"claims": {}}},
    ],
    ids=["no JWT", "no members", "no reasons", "no evidence", "no verification"],
)
async def test_an_answer_of_another_shape_is_refused(answers, change):
    with pytest.raises(AnswerRefused):
        await answers.told(about_the_city(attestation()) | change, department_keys)
