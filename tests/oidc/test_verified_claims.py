"""`verified_claims` (OpenID Connect for Identity Assurance 1.0), from the request to what is told.

The tests named after a module of the official plan assert what it asserts.
"""

import json

import pytest

from authsvc.evidence.kinds import KINDS
from authsvc.oidc.claims import known_claims, verified_claims
from authsvc.oidc.claims.verified_claims import (
    MalformedRequest,
    TooManyElements,
    VerifiedBy,
    answer,
    identity_element,
    read_verified_claims,
)
from tests.clients.makers import metadata
from tests.oidc.jwt_makers import unverified
from tests.oidc.makers import Answer, Platform, request

ONE_STORE = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
FRAMEWORK = verified_claims.TRUST_FRAMEWORK
RESIDENT = VerifiedBy()
VALUES = {"age_over_14": True, "age_over_16": True, "age_over_18": False, "age_band": "16_to_17"}
DOCUMENT = {"type": {"value": "document"}}


def element(verification=None, **wishes):
    return {"verification": {"trust_framework": None, **(verification or {})}, "claims": wishes}


def told(asked, by=RESIDENT, *, known=known_claims.POSSIBLE):
    kept = read_verified_claims(asked, known)
    return None if kept is None else answer(kept, VALUES, by)


def require_valid(value):
    """What the response schema of the specification wants, as far as we use it."""
    for each in value if isinstance(value, list) else [value]:
        assert set(each) == {"verification", "claims"}
        assert each["claims"]
        verification = each["verification"]
        assert isinstance(verification["trust_framework"], str)
        assert set(verification) <= {"trust_framework", "assurance_level", "evidence"}
        for evidence in verification.get("evidence", [{"type": "document"}]):
            assert evidence["type"] == "document"
            assert set(evidence) <= {"type", "document_details"}
            assert set(evidence.get("document_details", ["type"])) == {"type"}
        assert verification.get("evidence") != []


def test_the_trust_framework_is_always_said_and_nothing_else_unasked():
    found = told(element(age_over_16=None))
    assert found == {
        "verification": {"trust_framework": FRAMEWORK},
        "claims": {"age_over_16": True},
    }


def test_of_the_evidence_the_class_of_the_document_is_told():
    details = {"type": None, "document_number": None, "issuer": {"country": None}}
    asked = element(
        {
            "assurance_level": None,
            "time": None,
            "verification_process": None,
            "evidence": [{**DOCUMENT, "method": None, "document_details": details}],
        },
        age_band=None,
    )
    found = told(asked)
    require_valid(found)
    assert found == {
        "verification": {
            "trust_framework": FRAMEWORK,
            "assurance_level": "chip-and-face",
            "evidence": [{"type": "document", "document_details": {"type": "idcard"}}],
        },
        "claims": {"age_band": "16_to_17"},
    }


@pytest.mark.parametrize(
    "verification",
    [
        {"trust_framework": {"value": FRAMEWORK}},
        {"trust_framework": {"values": ["eidas", FRAMEWORK]}},
        {"assurance_level": {"value": "chip-and-face"}},
        {"evidence": None},
        {"evidence": []},
        {"evidence": [{"type": {"value": "vouch"}}, DOCUMENT]},
        {"evidence": [{**DOCUMENT, "document_details": {"type": {"values": ["idcard", "x"]}}}]},
        {"evidence": [{**DOCUMENT, "document_details": None}]},
        {"evidence": [{**DOCUMENT, "check_details": [{"check_method": None}]}]},
        {"unknown": None, "other": {"deep": [{"essential": True}]}},
        {"time": {"essential": True}},
    ],
    ids=str,
)
def test_requirements_that_are_met(verification):
    found = told(element(verification, age_over_16=None))
    require_valid(found)
    assert found["claims"] == {"age_over_16": True}


@pytest.mark.parametrize(
    "verification",
    [
        {"trust_framework": {"value": "eidas"}},
        {"trust_framework": {"values": []}},
        {"assurance_level": {"value": "high"}},
        {"evidence": [{"type": {"value": "vouch"}}]},
        {"evidence": [None]},
        {"evidence": [{**DOCUMENT, "document_details": {"type": {"value": "passport"}}}]},
        {"evidence": [{**DOCUMENT, "document_details": {"document_number": {"value": "1"}}}]},
        {"evidence": [{**DOCUMENT, "check_details": [{"check_method": {"value": "vpip"}}]}]},
        {"evidence": [{**DOCUMENT, "time": {"max_age": 1}}]},
        {"verification_process": {"value": "x"}},
        {"unknown": {"deep": [{"deeper": {"values": ["x"]}}]}},
        {"time": {"value": "2026-11-23T00:00:00Z"}},
        {"time": {"max_age": 63113852}},
        {"time": {"max_age": 10**30}},
    ],
    ids=str,
)
def test_one_requirement_that_is_not_met_takes_the_whole_element_along(verification):
    assert told(element(verification, age_over_16=None)) is None


@pytest.mark.parametrize(
    ("wishes", "expected"),
    [
        ({"age_over_18": {"value": True}, "age_over_16": None}, {"age_over_16": True}),
        ({"age_over_18": {"value": True}}, None),
        ({"age_over_18": {"value": "random"}}, None),
        ({"given_name": {"essential": True}, "age_over_14": None}, {"age_over_14": True}),
        ({"given_name": None}, None),
    ],
    ids=str,
)
def test_a_claim_that_does_not_match_is_left_out_and_an_element_without_claims_too(
    wishes, expected
):
    found = told(element(**wishes))
    assert (None if found is None else found["claims"]) == expected


def test_each_of_several_elements_is_answered_by_itself():
    asked = [
        element({"trust_framework": {"value": "eidas"}}, age_over_14=None),
        element(age_over_16=None),
        element({"evidence": [DOCUMENT]}, age_over_16=None),
        element(age_over_16=None),
        element(age_over_18={"value": True}),
    ]
    found = told(asked)
    require_valid(found)
    assert [each["verification"].get("evidence") for each in found] == [
        None,
        [{"type": "document"}],
    ]
    assert told(asked[:1]) is None
    assert told([asked[-1]]) is None


def test_whoever_may_ask_for_no_claim_is_told_of_no_verification():
    assert told(element(age_over_16=None), known={}) is None


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"verification": {"trust_framework": None}},
        {"verification": {"trust_framework": None}, "claims": {}},
        {"verification": {"trust_framework": None}, "claims": []},
        {"verification": {}, "claims": {"age_band": None}},
        {"verification": None, "claims": {"age_band": None}},
        {"claims": {"age_band": None}},
        ["x"],
        [None],
    ],
    ids=str,
)
def test_an_element_without_trust_framework_or_claims_is_malformed(asked):
    with pytest.raises(MalformedRequest):
        read_verified_claims(asked, known_claims.POSSIBLE)


def test_claims_that_are_null_ask_for_none():
    asked = {"verification": {"trust_framework": None}, "claims": None}
    assert read_verified_claims(asked, known_claims.POSSIBLE) is None


def test_more_elements_than_we_answer_are_refused_and_repeated_ones_are_not_counted():
    names = ("age_over_14", "age_over_16", "age_over_18", "age_band")
    several = [element(**{name: None}) for name in names]
    assert len(told(several * 3)) == 4
    assert read_verified_claims(several * 3, known_claims.POSSIBLE) == read_verified_claims(
        several, known_claims.POSSIBLE
    )
    with pytest.raises(TooManyElements):
        read_verified_claims(
            [*several, element(age_band=None, age_over_14=None)], known_claims.POSSIBLE
        )


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_document_is_told_by_its_own_words(kind):
    """Of a passport it is not said that it is a card, nor of a printed page that it has a chip."""
    by = VerifiedBy.named(kind)
    asked = element(
        {"assurance_level": None, "evidence": [{**DOCUMENT, "document_details": {"type": None}}]},
        age_over_16=None,
    )
    said = told(asked, by)["verification"]
    assert said["assurance_level"] == KINDS[kind].assurance.value
    assert said["evidence"][0]["document_details"]["type"] == KINDS[kind].document_type
    chip = told(element({"assurance_level": {"value": "chip-and-face"}}, age_over_16=None), by)
    assert (chip is not None) is KINDS[kind].has_chip
    either = {"assurance_level": {"values": ["chip-and-face", "register-and-face"]}}
    assert told(element(either, age_over_16=None), by)
    passport = {"evidence": [{**DOCUMENT, "document_details": {"type": {"value": "passport"}}}]}
    assert (told(element(passport, age_over_16=None), by) is not None) is (kind == "passport")


def test_what_was_asked_before_there_were_several_kinds_is_still_answered():
    """A refresh token may have carried such an element for months."""
    kept = {
        "verification": {
            "trust_framework": FRAMEWORK,
            "assurance_level": "chip-and-face",
            "evidence": [{"type": "document", "document_details": {"type": "idcard"}}],
        },
        "claims": {"age_over_16": None},
    }
    assert answer([kept], VALUES, RESIDENT) == [{**kept, "claims": {"age_over_16": True}}]
    assert answer(kept, VALUES, VerifiedBy.named("passport")) is None


def test_a_passport_is_named_by_its_own_number_and_a_card_by_its_holders():
    passport = identity_element("SPECIMEN", "UTO/L898902C3", VerifiedBy.named("passport"))
    details = passport["verification"]["evidence"][0]["document_details"]
    assert details == {
        "type": "passport",
        "document_number": "L898902C3",
        "issuer": {"country_code": "UTO"},
    }
    permit = identity_element(
        "SPECIMEN", "H01234567", VerifiedBy.named("hong_kong_macao_travel_permit")
    )
    details = permit["verification"]["evidence"][0]["document_details"]
    assert details == {"type": "travel_permit", "personal_number": "H01234567"}


# From here on over HTTP.


def asking(client_id="platform-a", *, userinfo=None, id_token=None, scope="openid", **parameters):
    asked = {
        place: {"verified_claims": wish}
        for place, wish in (("userinfo", userinfo), ("id_token", id_token))
        if wish is not None
    }
    return request(client_id, scope=scope, claims=json.dumps(asked), **parameters)


async def answers(platform, browser, asked):
    """`verified_claims` at UserInfo and in the ID token, each schema-valid."""
    tokens = await platform.tokens(browser, asked)
    userinfo = (await platform.userinfo(tokens["access_token"])).json()
    of_token = unverified(tokens["id_token"])
    found = [place.get("verified_claims") for place in (userinfo, of_token)]
    for each in found:
        if each is not None:
            require_valid(each)
    assert set(userinfo) <= {"sub", "verified_claims"}
    return found


@pytest.fixture
async def supported(platform):
    """The metadata, as the modules of the plan read it."""
    return (await platform.http.get("/.well-known/openid-configuration")).json()


@ONE_STORE
async def test_the_metadata_says_what_we_can_say(supported):
    assert supported["claims_parameter_supported"] is True
    assert supported["verified_claims_supported"] is True
    assert supported["trust_frameworks_supported"] == [FRAMEWORK]
    assert supported["evidence_supported"] == ["document"]
    assert supported["documents_supported"] == [
        "idcard",
        "household_register",
        "residence_permit",
        "travel_permit",
        "passport",
    ]
    assert supported["claims_in_verified_claims_supported"] == list(known_claims.NAMES)
    assert "attachments_supported" not in supported


@ONE_STORE
@pytest.mark.parametrize(
    "wish", [None, {}, {"essential": False}], ids=["happypath", "emptyobject", "essentialfalse"]
)
async def test_ekyc_happypath_in_every_form(browser, platform, supported, wish):
    name = supported["claims_in_verified_claims_supported"][0]
    asked = element(**{name: wish})
    expected = {"verification": {"trust_framework": FRAMEWORK}, "claims": {name: True}}
    found = await answers(platform, browser, asking(userinfo=asked, id_token=asked))
    assert found == [expected, expected]


@ONE_STORE
@pytest.mark.parametrize(
    ("unknown", "wish"),
    [("unknown_claim", None), ("unknown_claim", {"essential": True}), ("claim%1/a&,.b", None)],
    ids=["unknown-claim", "unknown-essential-claim", "unknown-claim-specialchars"],
)
async def test_ekyc_unknown_claims_are_omitted(browser, platform, unknown, wish):
    asked = element(**{"age_over_18": None, unknown: wish})
    found = await answers(platform, browser, asking(userinfo=asked, id_token=asked))
    assert [each["claims"] for each in found] == [{"age_over_18": True}] * 2
    alone = element(**{unknown: wish})
    found = await answers(platform, browser, asking(userinfo=alone, id_token=alone))
    assert found == [None, None]


@ONE_STORE
async def test_ekyc_one_claim_with_random_value_omitted(browser, platform):
    asked = element(age_over_14={"value": "4b7ff3a0-0f3e-4a3c-9d3e-6a1d9d5c2f01"})
    found = await answers(platform, browser, asking(userinfo=asked, id_token=asked))
    assert found == [None, None]


@ONE_STORE
async def test_ekyc_request_only_in_idtoken(browser, platform):
    found = await answers(platform, browser, asking(id_token=element(age_over_18=None)))
    assert found[0] is None
    assert found[1]["claims"] == {"age_over_18": True}


@ONE_STORE
async def test_ekyc_request_only_in_userinfo(browser, platform):
    found = await answers(platform, browser, asking(userinfo=element(age_over_18=None)))
    assert found[0]["claims"] == {"age_over_18": True}
    assert found[1] is None


@ONE_STORE
async def test_ekyc_testuserprovidedrequest(browser, platform):
    asked = [
        element({"trust_framework": {"value": FRAMEWORK}, "evidence": [DOCUMENT]}, age_band=None),
        element({"trust_framework": {"value": "de_aml"}}, given_name=None),
    ]
    found = await answers(platform, browser, asking(userinfo=asked))
    assert found == [
        [
            {
                "verification": {
                    "trust_framework": FRAMEWORK,
                    "evidence": [{"type": "document"}],
                },
                "claims": {"age_band": "18_and_over"},
            }
        ],
        None,
    ]


@ONE_STORE
async def test_ekyc_testbasedonuserinfo_defaults(browser, platform, supported):
    names = supported["claims_in_verified_claims_supported"]
    asked = element(**dict.fromkeys(names))
    (found, _) = await answers(platform, browser, asking(userinfo=asked))
    assert list(found["claims"]) == names


@ONE_STORE
async def test_ekyc_userinfo_notfoundinop(browser, platform, supported):
    full = {
        "trust_framework": None,
        "assurance_level": None,
        "time": None,
        "evidence": [{**DOCUMENT, "document_details": {"type": None}}],
    }
    names = supported["claims_in_verified_claims_supported"]
    (found, _) = await answers(
        platform, browser, asking(userinfo=element(full, **dict.fromkeys(names), name=None))
    )
    verification = found["verification"]
    assert verification["trust_framework"] in supported["trust_frameworks_supported"]
    (evidence,) = verification["evidence"]
    assert evidence["type"] in supported["evidence_supported"]
    assert evidence["document_details"]["type"] in supported["documents_supported"]
    assert set(found["claims"]) <= set(names)


@ONE_STORE
async def test_a_malformed_element_is_the_clients_mistake(browser):
    for asked in (element(), [element(age_band=None)] + [{}]):
        response = await browser.get("/authorize", **asking(userinfo=asked).parameters)
        assert Answer.of(response).parameters["error"] == "invalid_request"
    names = ("age_over_14", "age_over_16", "age_over_18", "age_band")
    many = [element(**{name: {"value": True}, "age_band": None}) for name in names]
    many.append(element(age_band=None, age_over_18=None))
    response = await browser.get("/authorize", **asking(userinfo=many).parameters)
    assert Answer.of(response).parameters["error"] == "invalid_request"


@ONE_STORE
async def test_the_page_says_that_the_verification_is_told_and_consent_is_asked_for_it(browser):
    await browser.authorize(asking(userinfo=None))
    plain = request(scope="openid", claims=json.dumps({"userinfo": {"age_over_18": None}}))
    await browser.authorize(plain)
    asked = asking(userinfo=element({"evidence": [DOCUMENT]}, age_over_18=None))
    silent = await browser.get("/authorize", **asked.but(prompt="none").parameters)
    assert Answer.of(silent).parameters["error"] == "consent_required"
    _, page = await browser.follow(await browser.get("/authorize", **asked.parameters))
    assert "whether you are over 18" in page.text
    assert "with what kind of document" in page.text
    await browser.authorize(asked)
    silent = await browser.get("/authorize", **asked.but(prompt="none").parameters)
    assert Answer.of(silent).parameters["code"]


@ONE_STORE
async def test_what_cannot_be_told_is_not_asked_of_the_person(browser):
    await browser.authorize(request("plain", scope="openid"))
    foreign = element({"trust_framework": {"value": "eidas"}}, age_over_18=None)
    asked = asking(userinfo=foreign)
    _, page = await browser.follow(await browser.get("/authorize", **asked.parameters))
    assert "over 18" not in page.text
    assert "kind of document" not in page.text


@ONE_STORE
async def test_a_client_without_the_scope_is_told_nothing(provider, browser, clock):
    document = metadata("plain", scope="openid")
    await provider.clients.import_clients([document], now=clock.now())
    asked = asking("plain", userinfo=element(age_over_18=None), id_token=element(age_over_18=None))
    assert await answers(Platform(provider, "plain"), browser, asked) == [None, None]


@ONE_STORE
async def test_the_fullest_request_still_fits_into_a_token(browser, platform):
    full = {
        "assurance_level": None,
        "time": None,
        "evidence": [{**DOCUMENT, "document_details": {"type": None}}],
    }
    wishes = {name: {"values": [True]} for name in ("age_over_14", "age_over_16", "age_over_18")}
    bands = ["under_14", "14_to_15", "18_and_over"]
    several = [
        element(full, **wishes, age_band={"values": [*bands[n:], "18_and_over"]}) for n in range(3)
    ]
    several.append(element(full, **wishes, age_band=None))
    asked = asking(userinfo=several, id_token=several, scope="openid age")
    found = await answers_in_full(platform, browser, asked)
    assert [len(each) for each in found] == [verified_claims.MOST_ELEMENTS] * 2


async def answers_in_full(platform, browser, asked):
    tokens = await platform.tokens(browser, asked)
    assert len(tokens["access_token"]) < 4096
    assert len(tokens["id_token"]) < 4096
    userinfo = await platform.userinfo(tokens["access_token"])
    assert userinfo.status_code == 200, userinfo.text
    hinted = request(id_token_hint=tokens["id_token"], prompt="none")
    response = await browser.get("/authorize", **hinted.parameters)
    assert Answer.of(response).parameters["code"]
    of_token = unverified(tokens["id_token"])
    return [place["verified_claims"] for place in (userinfo.json(), of_token)]
