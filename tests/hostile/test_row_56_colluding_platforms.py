"""Row 56: two platforms lay everything they received side by side and look for the same people.

A value joins if both platforms received it about one person and nobody received it about anybody
else. What everybody has (the issuer, a scope) or several have (an age band) tells nobody apart.

Nothing may join, not even when both platforms are used in one session. The moment of its sign-in
(`auth_time`) would; so it is told only to a platform that asks for it (by `max_age`, or by its
registration), to the second and no finer, and that is the one thing two such platforms can compare.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date

import httpx2
import pytest

from authsvc.identifiers import from_b64url
from tests.family import grown_up, ward_of
from tests.oidc.jwt_makers import unverified
from tests.whole import MARKET, SQUARE, Platform, Received, Resident, Service

# Who received it, about whom, what it is called -> the value.
Ledger = dict[tuple[str, str], dict[str, str]]
GROWN = date(1990, 1, 1)
YOUNG = date(2011, 5, 5)
# Everything that can be asked for by name, with everything there is to know of how it was verified.
EVERY_AGE = dict.fromkeys(("age_over_14", "age_over_16", "age_over_18", "age_band"))
EVIDENCE = {
    "type": {"value": "document"},
    "document_details": dict.fromkeys(
        ("type", "document_number", "serial_number", "date_of_issuance", "date_of_expiry")
    ),
    "check_details": [dict.fromkeys(("check_method", "check_id", "time", "organization"))],
    "time": None,
}
VERIFICATION = {
    **dict.fromkeys(
        ("trust_framework", "assurance_level", "time", "verification_process", "assurance_process")
    ),
    "evidence": [EVIDENCE],
}
EVERYTHING = EVERY_AGE | {
    "acr": None,
    "name": None,
    "birthdate": None,
    "verified_claims": {
        "verification": VERIFICATION,
        "claims": EVERY_AGE | {"given_name": None, "birthdate": None, "txn": None},
    },
}
# `time` is asked for in every way that might let one find it out.
TIMED = [
    {"verification": {"trust_framework": None, "time": {"max_age": 10**power}}, "claims": EVERY_AGE}
    for power in range(12)
]


@pytest.fixture
async def people(service: Service) -> list[Resident]:
    """Four people of two ages; a guardian vouched for the younger ones."""
    async with grown_up(service) as guardian:
        return [
            *[await service.enrolled(name, birth_date=GROWN) for name in ("样例甲", "样例乙")],
            *[
                await ward_of(service, guardian, birth_date=YOUNG, name=name)
                for name in ("样例丙", "样例丁")
            ],
        ]


def leaves(place: str, value: object) -> Iterator[tuple[str, str]]:
    """Every single value inside a document, with its place."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(f"{place}.{name}", inner)
    elif isinstance(value, list):
        # Also as a whole: a set of values may tell more than each.
        yield place, json.dumps(value)
        for inner in value:
            yield from leaves(place, inner)
    else:
        yield place, json.dumps(value)


async def use(service: Service, browser, platform: Platform, resident: Resident) -> Received:
    """Everything that a platform can ask about somebody who came to it."""
    claims = json.dumps({"userinfo": EVERYTHING, "id_token": EVERYTHING})
    received = await service.code_flow(browser, platform, resident, claims=claims)
    await service.userinfo(received)
    assert (await service.receipt(received)).status_code == 200
    for kind in ("access_token", "refresh_token"):
        await service.as_platform(received, "/introspect", {"token": received.tokens[kind]})
    first = received.tokens
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    refreshed = await service.as_platform(received, "/token", form)
    assert refreshed.status_code == 200
    # A mistake may be told more than the truth.
    await service.as_platform(received, "/token", form)
    await service.userinfo(received)
    return received


def gather(received: Received) -> dict[str, str]:
    """Every value that the platform received, by its place."""
    found = dict(leaves("redirect", received.redirect))
    for number, answer in enumerate(received.answers):
        body = {"receipt": answer.text} if _is_receipt(answer) else answer.json()
        found |= dict(leaves(f"answer {number}", body))
        found |= {f"header {number}.{name}": value for name, value in answer.headers.items()}
        for kind in ("access_token", "id_token", "receipt"):
            if token := body.get(kind):
                header, _, signature = token.split(".")
                found |= dict(leaves(f"{kind} {number}", unverified(token)))
                found |= dict(leaves(f"{kind} {number} header", json.loads(from_b64url(header))))
                found[f"{kind} {number} signature"] = signature
                found[f"{kind} {number} length"] = f"{len(token)} characters"
    return found


def _is_receipt(answer: httpx2.Response) -> bool:
    return answer.headers["content-type"] == "application/verification-receipt+jwt"


def joins(ledger: Ledger) -> dict[str, set[str]]:
    """The values that single out one person at both platforms, by the places that hold them."""
    about: dict[str, set[str]] = defaultdict(set)
    where: dict[str, set[str]] = defaultdict(set)
    known: dict[str, set[str]] = defaultdict(set)
    for (platform, person), values in ledger.items():
        for place, value in values.items():
            about[value].add(person)
            where[value].add(platform)
            known[value].add(place)
    return {
        value: known[value] for value in about if len(about[value]) == 1 and len(where[value]) == 2
    }


async def ledger_of(service: Service, people: list[Resident], *, one_session: bool) -> Ledger:
    ledger: Ledger = {}
    for person in people:
        async with service.client() as first, service.client() as second:
            service.clock.advance(minutes=7, seconds=13)
            ledger[SQUARE.client_id, person.number] = gather(
                await use(service, first, SQUARE, person)
            )
            service.clock.advance(minutes=3, seconds=1)
            browser = first if one_session else second
            ledger[MARKET.client_id, person.number] = gather(
                await use(service, browser, MARKET, person)
            )
    return ledger


def test_the_comparison_finds_a_planted_value():
    """The test of the test: one shared value, at two different places."""
    ledger: Ledger = {
        ("square", "a"): {"sub": "1", "iss": "x", "band": "young"},
        ("market", "a"): {"device": "1", "iss": "x", "band": "young"},
        ("square", "b"): {"sub": "2", "iss": "x", "band": "young"},
        ("market", "b"): {"device": "3", "iss": "x", "band": "young"},
    }
    assert joins(ledger) == {"1": {"sub", "device"}}


async def test_nothing_joins_people_who_sign_in_for_each_platform(service: Service, people):
    """Two browsers, two sign-ins: the platforms have nothing at all in common about a person."""
    ledger = await ledger_of(service, people, one_session=False)
    assert all(len(values) > 60 for values in ledger.values())
    assert joins(ledger) == {}


async def test_nothing_joins_people_who_use_both_platforms_in_one_session(service: Service, people):
    """One sign-in for both platforms: there is still nothing in common about a person."""
    ledger = await ledger_of(service, people, one_session=True)
    assert all(len(values) > 60 for values in ledger.values())
    assert joins(ledger) == {}


async def test_both_are_told_that_somebody_was_verified_in_the_same_words_as_of_everybody(
    service: Service, people
):
    """Evidence, framework and level of all people at all platforms are one and the same."""
    said = set()
    for platform in (SQUARE, MARKET):
        for person in people:
            service.clock.advance(days=40)
            async with service.client() as browser:
                received = await use(service, browser, platform, person)
            answer = next(each.json() for each in received.answers if "token_type" not in each.text)
            for found in (answer, unverified(received.tokens["id_token"])):
                said.add(json.dumps(found["verified_claims"]["verification"], sort_keys=True))
    assert len(said) == 1


async def test_no_way_of_asking_tells_when_somebody_was_verified(service: Service, people):
    """A dozen ages of the verification are asked for: none of them gets another answer."""
    service.clock.advance(days=70)
    answers = set()
    for person in people[:2]:
        async with service.client() as browser:
            claims = json.dumps({"userinfo": {"verified_claims": TIMED}})
            received = await service.code_flow(
                browser, SQUARE, person, scope="openid", claims=claims
            )
            answers.add(tuple((await service.userinfo(received)).json()))
    assert answers == {("sub",)}


async def test_a_platform_knows_its_people_again_and_only_its_own(service: Service, people):
    """The pseudonym stays at one platform, and is another at every other, for everybody."""
    subjects: dict[str, set[str]] = defaultdict(set)
    for _ in range(2):
        for platform in (SQUARE, MARKET):
            for person in people:
                service.clock.advance(seconds=11)
                async with service.client() as browser:
                    received = await service.code_flow(browser, platform, person)
                subject = unverified(received.tokens["id_token"])["sub"]
                assert unverified(received.tokens["access_token"])["sub"] == subject
                subjects[platform.client_id].add(subject)
    assert [len(found) for found in subjects.values()] == [len(people)] * 2
    assert not subjects[SQUARE.client_id] & subjects[MARKET.client_id]


async def test_no_platform_receives_anything_that_names_a_person(service: Service, people):
    """Name, numbers, birth date, phone, sign-in name: in no value, header or parameter."""
    ledger = await ledger_of(service, people, one_session=True)
    everything = json.dumps([list(values.values()) for values in ledger.values()])
    for person in people:
        for what, value in person.personal.items():
            assert value not in everything, what
            assert json.dumps(value)[1:-1] not in everything, what
