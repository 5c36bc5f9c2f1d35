"""ekyc-test-plan-oidccore: OpenID Connect for Identity Assurance 1.0."""

import json
from uuid import uuid4

import pytest

from tests.conformance.registrar import Registrar

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
BOTH = ("id_token", "userinfo")
FULL = {
    "trust_framework": None,
    "assurance_level": None,
    "evidence": [{"type": {"value": "document"}, "document_details": {"type": None}}],
}


class Answers:
    """What was told at each place; `scheme` is the provider's metadata."""

    def __init__(self, signed_in, scheme):
        self.of = {"id_token": signed_in.claims, "userinfo": signed_in.userinfo}
        self.scheme = scheme

    def claims(self, place):
        """The verified claims of a place, after a look at everything around them."""
        found = self.of[place]["verified_claims"]
        require_schema(found)
        self._require_advertised(found)
        return found["claims"]

    def _require_advertised(self, found):
        """Nothing is said that the metadata do not offer."""
        verification = found["verification"]
        assert verification["trust_framework"] in self.scheme["trust_frameworks_supported"]
        for evidence in verification.get("evidence", []):
            assert evidence["type"] in self.scheme["evidence_supported"]
            details = evidence.get("document_details", {})
            if "type" in details:
                assert details["type"] in self.scheme["documents_supported"]
        assert set(found["claims"]) <= set(self.scheme["claims_in_verified_claims_supported"])

    def omitted(self, place):
        """Whether the whole of it was left out."""
        return "verified_claims" not in self.of[place]


def require_schema(found):
    """The response schema, as far as one element reaches: nothing empty, nothing null."""
    assert set(found) == {"verification", "claims"}
    assert found["claims"]
    assert None not in found["claims"].values()
    verification = found["verification"]
    assert isinstance(verification["trust_framework"], str)
    assert set(verification) <= {"trust_framework", "assurance_level", "evidence"}
    assert isinstance(verification.get("assurance_level", ""), str)
    for evidence in verification.get("evidence", [{"type": "document"}]):
        assert isinstance(evidence["type"], str)
        assert isinstance(evidence.get("document_details", {}), dict)


@pytest.fixture
async def rp(provider):
    """A static client that may ask for everything that is told here."""
    return await Registrar(provider, dynamic=False).client()


@pytest.fixture
async def scheme(person):
    return (await person.get("/.well-known/openid-configuration")).json()


@pytest.fixture
def name(scheme):
    """The claim that the suite asks for: one of those that are supported."""
    return scheme["claims_in_verified_claims_supported"][0]


@pytest.fixture
def asks(rp, person, scheme):
    """Asks for these claims, verified; `places` are where."""

    async def ask(wishes, *, places=BOTH, verification=None):
        element = {"verification": verification or {"trust_framework": None}, "claims": wishes}
        asked = {place: {"verified_claims": element} for place in places}
        return Answers(await rp.sign_in(person, claims=json.dumps(asked)), scheme)

    return ask


async def require_only(asks, name, wish):
    """One claim in one of its forms: told at both places, and nothing beside it."""
    found = await asks({name: wish})
    for place in BOTH:
        assert found.claims(place) == {name: True}
        assert set(found.of[place]["verified_claims"]["verification"]) == {"trust_framework"}
    assert set(found.of["userinfo"]) == {"sub", "verified_claims"}


async def test_the_metadata_say_what_can_be_verified(scheme):
    """happypath: what the module validates before it asks."""
    assert scheme["claims_parameter_supported"] is True
    assert scheme["verified_claims_supported"] is True
    for member in (
        "trust_frameworks_supported",
        "evidence_supported",
        "documents_supported",
        "claims_in_verified_claims_supported",
    ):
        assert scheme[member]
        assert all(isinstance(each, str) for each in scheme[member])
    assert set(scheme["evidence_supported"]) <= {
        "document",
        "electronic_record",
        "vouch",
        "electronic_signature",
    }


async def test_one_claim_is_told_with_how_it_was_verified(asks, name):
    """happypath: asked for by null."""
    await require_only(asks, name, None)


async def test_an_empty_object_asks_as_null_does(asks, name):
    """happypath-emptyobject: asked for by {}."""
    await require_only(asks, name, {})


async def test_what_is_not_essential_is_told_as_well(asks, name):
    """happypath-essentialfalse: asked for by {"essential": false}."""
    await require_only(asks, name, {"essential": False})


async def require_omitted(asks, name, unknown, wish):
    """The unknown name is left out beside a known one, and alone everything is."""
    found = await asks({name: None, unknown: wish})
    for place in BOTH:
        assert found.claims(place) == {name: True}
    found = await asks({unknown: wish})
    assert all(found.omitted(place) for place in BOTH)


async def test_an_unknown_claim_is_left_out(asks, name):
    """unknown-claim-omitted: and the request succeeds."""
    await require_omitted(asks, name, "an_unknown_claim", None)


async def test_an_unknown_claim_is_left_out_however_essential(asks, name):
    """unknown-essential-claim-omitted: and the request succeeds."""
    await require_omitted(asks, name, "an_unknown_claim", {"essential": True})


@pytest.mark.parametrize(
    "unknown",
    ["%&/()=?*+ #-_.:,;<>|", '"quoted" and \\escaped\\', "姓名 \u200e\U0001f600", "<script>", ""],
)
async def test_an_unknown_claim_is_left_out_whatever_its_letters(asks, name, unknown):
    """unknown-claim-specialchars-omitted: and the request succeeds."""
    await require_omitted(asks, name, unknown, {"essential": True})


async def test_a_claim_that_has_another_value_is_left_out(asks, name):
    """one-claim-with-random-value-omitted: then there is nothing left, and all of it is."""
    found = await asks({name: {"value": str(uuid4())}})
    assert all(found.omitted(place) for place in BOTH)
    found = await asks({name: {"value": str(uuid4())}, "age_band": None})
    assert [found.claims(place) for place in BOTH] == [{"age_band": "18_and_over"}] * 2


async def test_what_is_asked_of_the_id_token_stands_there_alone(asks, name):
    """request-only-in-idtoken: UserInfo has no verified_claims."""
    found = await asks({name: None}, places=("id_token",))
    assert found.claims("id_token") == {name: True}
    assert found.omitted("userinfo")


async def test_what_is_asked_of_userinfo_stands_there_alone(asks, name):
    """request-only-in-userinfo: the ID token has no verified_claims."""
    found = await asks({name: None}, places=("userinfo",))
    assert found.claims("userinfo") == {name: True}
    assert found.omitted("id_token")


async def test_a_request_of_the_configuration_is_answered(rp, person, scheme):
    """testuserprovidedrequest: a list, of which one element can be met."""
    [framework] = scheme["trust_frameworks_supported"]
    asked = [
        {
            "verification": FULL | {"trust_framework": {"value": framework}},
            "claims": {"age_over_18": None, "age_band": {"essential": True}},
        },
        {
            "verification": {"trust_framework": {"value": "de_aml"}},
            "claims": {"given_name": None, "birthdate": None},
        },
    ]
    claims = json.dumps({"userinfo": {"verified_claims": asked}})
    signed_in = await rp.sign_in(person, claims=claims)
    [found] = signed_in.userinfo["verified_claims"]
    require_schema(found)
    assert found["verification"]["trust_framework"] == framework
    assert found["claims"] == {"age_over_18": True, "age_band": "18_and_over"}
    assert "verified_claims" not in signed_in.claims


def request_for(expected):
    """A request for everything that is expected, nothing of it constrained (as the suite does)."""
    verification = dict.fromkeys(expected["verification"])
    evidence = expected["verification"].get("evidence", [])
    if evidence:
        verification["evidence"] = [
            {"type": {"value": each["type"]}, "document_details": {"type": None}}
            for each in evidence
        ]
    return dict.fromkeys(expected["claims"]), verification


@pytest.fixture
def expected(scheme):
    """`ekyc.userinfo` of the configuration: all that there is to tell about Zhang."""
    [framework] = scheme["trust_frameworks_supported"]
    document = "idcard"
    assert document in scheme["documents_supported"]
    return {
        "verification": {
            "trust_framework": framework,
            "assurance_level": "chip-and-face",
            "evidence": [{"type": "document", "document_details": {"type": document}}],
        },
        "claims": {
            "age_over_14": True,
            "age_over_16": True,
            "age_over_18": True,
            "age_band": "18_and_over",
        },
    }


async def test_everything_that_is_known_is_told_who_asks_for_it(asks, expected):
    """testbasedonuserinfo-defaults: the answer is the configured userinfo."""
    wishes, verification = request_for(expected)
    found = await asks(wishes, places=("userinfo",), verification=verification)
    assert found.claims("userinfo") == expected["claims"]
    assert found.of["userinfo"]["verified_claims"] == expected


async def test_what_the_metadata_do_not_offer_is_left_out(asks, expected):
    """test-userinfo-notfoundinop: a userinfo with more in it than is told here."""
    expected["verification"] |= {"time": "2026-01-01T00:00:00Z", "verification_process": "x"}
    expected["claims"] |= {"given_name": "测试", "birthdate": "1990-01-01"}
    wishes, verification = request_for(expected)
    found = await asks(wishes, places=("userinfo",), verification=verification)
    assert set(found.claims("userinfo")) == set(wishes) - {"given_name", "birthdate"}
    alone = {"given_name": None, "birthdate": None}
    found = await asks(alone, places=("userinfo",), verification=verification)
    assert found.omitted("userinfo")


async def test_a_foreign_trust_framework_is_answered_with_nothing(asks, name):
    """test-userinfo-notfoundinop: the verification itself is not to be had."""
    found = await asks({name: None}, verification={"trust_framework": {"value": "eidas"}})
    assert all(found.omitted(place) for place in BOTH)
