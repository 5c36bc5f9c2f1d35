"""What departments attest, asked one question at a time (RFC 9396, OpenID Connect Core 5.6.2)."""

import asyncio
import json
from datetime import date
from html import unescape
from uuid import uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from authsvc.attributes.errors import DepartmentUnavailable
from authsvc.oidc.grants import Grant, Standing
from authsvc.oidc.token.access_token import AccessToken
from authsvc.subscribers.activity import ActivityKind
from tests.attributes.makers import LAW, ON_RECORD, departments_of, offices, part
from tests.authentication.makers import ISSUER
from tests.clients.makers import OTHER_SECRET, metadata
from tests.oidc.identity_makers import KEY, opened
from tests.oidc.makers import REFRESHING, Answer, Browser, Platform, request, service

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)

RIGHTS = [
    {
        "department": "residence",
        "attributes": ["residence_province", "residence_city", "residence_permit_city"],
        "purpose": "school_admission",
        "legal_basis": LAW,
    },
    {
        "department": "education",
        "attributes": ["education_level"],
        "purpose": "school_admission",
        "legal_basis": "《样例法》第二条",
    },
]
SENSITIVE = {
    "department": "social_insurance",
    "attributes": ["pension_insured", "contribution_years"],
    "purpose": "social_insurance_transfer",
    "legal_basis": "《样例法》第三条",
}
CITY = {
    "type": "attribute_query",
    "department": "residence",
    "attributes": ["residence_city"],
    "purpose": "school_admission",
}
LEVEL = {
    "type": "attribute_query",
    "department": "education",
    "attributes": ["education_level"],
    "purpose": "school_admission",
}
PENSION = {
    "type": "attribute_query",
    "department": "social_insurance",
    "attributes": ["pension_insured"],
    "purpose": "social_insurance_transfer",
}


def asker(client_id="platform-a", **members):
    """A platform that may ask, as an operator registers it."""
    document = {
        "grant_types": REFRESHING,
        "contacts": ["hall@hall.example"],
        "category": "government",
        "authorization_details_types": ["attribute_query"],
        "attribute_queries": RIGHTS,
    }
    return metadata(client_id, **(document | members))


ENCRYPTED = {
    "jwks": {"keys": [KEY.as_dict(private=False)]},
    "userinfo_signed_response_alg": "ES256",
    "userinfo_encrypted_response_alg": "ECDH-ES",
    "userinfo_encrypted_response_enc": "A256GCM",
}


@pytest.fixture
def found(tmp_path, keyring, clock):
    return offices(tmp_path / "departments", keyring, clock, service=ISSUER)


@pytest.fixture
async def provider(storage, keyring, clock, found):
    stores = (storage.database, storage.ephemeral)
    async with service(*stores, keyring, clock, departments=departments_of(found)) as built:
        askers = [
            asker(),
            asker(
                "platform-b",
                client_secret=OTHER_SECRET,
                attribute_queries=[*RIGHTS, SENSITIVE],
                category="public_service",
                **ENCRYPTED,
            ),
        ]
        await built.clients.import_clients(askers, now=clock.now())
        yield built


@pytest.fixture
async def zhang(provider):
    """Somebody whom no department knows."""
    return await provider.person()


@pytest.fixture
async def person(provider, zhang, found, clock):
    """Whoever signs in as zhang, linked with every department."""
    await linked(provider, zhang, found, clock)
    return zhang


async def linked(provider, subscriber, found, clock):
    for each in found.values():
        pseudonym = provider.house.subscribers.subject_for(subscriber, each.seen.kind.sector)
        await each.link(pseudonym, ON_RECORD[each.seen.kind.id], clock)


def asking(*details, client_id="platform-a", scope="openid", **parameters):
    asked = json.dumps(details, ensure_ascii=False)
    return request(client_id, scope=scope, authorization_details=asked, **parameters)


async def told(provider, browser, *details, client_id="platform-a", ticks=False):
    platform = Platform(provider, client_id)
    asked = asking(*details, client_id=client_id)
    tokens = await platform.tokens(browser, asked, ticks=ticks)
    response = await platform.userinfo(tokens["access_token"])
    return response.json() if client_id == "platform-a" else opened(response)


async def test_an_attribute_is_passed_on_as_the_department_signed_it(
    provider, browser, person, found
):
    claims = await told(provider, browser, CITY)
    assert claims["_claim_names"] == {"residence_city": "residence"}
    keys = KeySet.import_key_set(found["residence"].simulated.jwks())
    answer = claims["_claim_sources"]["residence"]["JWT"]
    token = jwt.decode(answer, keys, algorithms=["RS256"])
    assert token.claims["iss"] == "https://residence.example"
    assert token.claims["residence_city"] == "659000"
    # Core 5.6.2: no `sub` that is not the department's own, and that would be a joint.
    assert "sub" not in token.claims
    assert "attributes_missing" not in claims


async def test_two_departments_are_asked_at_once(provider, browser, person):
    claims = await told(provider, browser, CITY, LEVEL)
    assert claims["_claim_names"] == {
        "residence_city": "residence",
        "education_level": "education",
    }
    assert set(claims["_claim_sources"]) == {"residence", "education"}


async def test_the_question_stands_in_the_persons_own_log(provider, browser, person, found):
    await told(provider, browser, CITY)
    log = await provider.log_of(person)
    [line] = [each for each in log if each.kind is ActivityKind.ATTRIBUTES_ASKED]
    assert (line.client_id, line.scopes, line.department, line.purpose, line.legal_basis) == (
        "platform-a",
        ("residence_city",),
        "residence",
        "school_admission",
        LAW,
    )
    [asked] = found["residence"].simulated.books()
    assert asked.consent == line.consent


async def test_what_a_department_learns(provider, browser, person, found):
    """Purpose, law and category; neither which platform nor anybody else's name for the person."""
    claims = await told(provider, browser, CITY)
    [asked] = found["residence"].simulated.books()
    assert asked.category == "government"
    written = asked.__class__.__struct_fields__
    everything = " ".join(str(getattr(asked, name)) for name in written)
    for secret in ("platform-a", claims["sub"], person.id.hex, str(person.id)):
        assert secret not in everything
    assert asked.person not in json.dumps(claims)
    assert asked.consent not in json.dumps(claims)


async def test_a_token_asks_once(provider, browser, person, found):
    """However often UserInfo is asked; another question wants another consent."""
    platform = Platform(provider)
    tokens = await platform.tokens(browser, asking(CITY))
    answers = [(await platform.userinfo(tokens["access_token"])).json() for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert len(found["residence"].simulated.books()) == 1


async def test_two_calls_at_once_ask_once(provider, browser, person, found):
    platform = Platform(provider)
    tokens = await platform.tokens(browser, asking(CITY))
    calls = [platform.userinfo(tokens["access_token"]) for _ in range(4)]
    answers = [each.json() for each in await asyncio.gather(*calls)]
    assert len(found["residence"].simulated.books()) == 1
    assert any("_claim_names" in each for each in answers)
    for each in answers:
        assert ("_claim_names" in each) is not ("attributes_missing" in each)


async def test_a_department_that_is_away_drowns_no_log(provider, browser, person, found):
    found["residence"].transport.error = DepartmentUnavailable()
    platform = Platform(provider)
    tokens = await platform.tokens(browser, asking(CITY))
    for _ in range(8):
        claims = (await platform.userinfo(tokens["access_token"])).json()
        assert claims["attributes_missing"] == {"residence_city": "unavailable"}
    log = await provider.log_of(person)
    assert sum(each.kind is ActivityKind.ATTRIBUTES_ASKED for each in log) == 5


async def test_a_refreshed_token_asks_nothing(provider, browser, person, found):
    platform = Platform(provider)
    tokens = await platform.tokens(browser, asking(CITY))
    fresh = (await platform.refresh(tokens["refresh_token"])).json()
    assert set((await platform.userinfo(fresh["access_token"])).json()) == {"sub"}
    assert found["residence"].simulated.books() == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "zh",
            (
                "向户籍与居住管理部门查询：户籍所在城市",
                f"用途：办理入学；法律依据：{LAW}",
            ),
        ),
        (
            "en",
            (
                "ask the residence department: the city of your registered residence",
                f"for: school admission; legal basis: {LAW}",
            ),
        ),
    ],
)
async def test_people_read_department_attribute_purpose_and_law(
    provider, browser, person, language, words
):
    await browser.authorize(request(scope="openid"))
    headers = {"accept-language": language}
    for _ in range(2):
        response, _ = await browser.follow(
            await browser.http.get("/authorize", params=asking(CITY).parameters, headers=headers)
        )
        page = unescape((await browser.http.get(response.url, headers=headers)).text)
        for each in words:
            assert each in page
    silent = asking(CITY, prompt="none")
    answer = Answer.of(await browser.get("/authorize", **silent.parameters))
    assert answer.parameters["error"] == "consent_required"


REFUSED = {
    "a department that there is not": CITY | {"department": "police"},
    "an attribute of another department": CITY | {"attributes": ["education_level"]},
    "an attribute that is not registered": CITY | {"attributes": ["residence_permit_until"]},
    "another purpose": CITY | {"purpose": "recruitment"},
    "no purpose that there is": CITY | {"purpose": "curiosity"},
    "the person's own purpose": CITY | {"purpose": "own_certificate"},
    "another law": CITY | {"legal_basis": "《样例法》第九条"},
    "no attribute": CITY | {"attributes": []},
    "an attribute twice": CITY | {"attributes": ["residence_city", "residence_city"]},
    "an unknown member": CITY | {"subject": "x"},
    "a department that is not registered": PENSION,
}


@pytest.mark.parametrize("why", REFUSED)
async def test_what_a_platform_is_not_registered_for_is_refused(provider, browser, zhang, why):
    asked = asking(REFUSED[why])
    answer = Answer.of(await browser.get("/authorize", **asked.parameters))
    assert answer.parameters["error"] == "invalid_authorization_details"


async def test_a_platform_that_lost_its_right_meanwhile_is_told_nothing(
    provider, browser, person, found, clock
):
    platform = Platform(provider)
    tokens = await platform.tokens(browser, asking(CITY))
    await provider.clients.import_clients([asker(attribute_queries=RIGHTS[1:])], now=clock.now())
    claims = (await platform.userinfo(tokens["access_token"])).json()
    assert claims["attributes_missing"] == {"residence_city": "not_allowed"}
    assert found["residence"].simulated.books() == []


async def test_withdrawal_ends_it(provider, browser, person, found, clock):
    platform = Platform(provider)
    tokens = await platform.tokens(browser, asking(CITY))
    async with provider.database.transaction() as tx:
        await provider.provider.grants.withdraw(tx, person, "platform-a")
    assert (await platform.userinfo(tokens["access_token"])).status_code == 401
    assert found["residence"].simulated.books() == []


async def test_a_department_that_is_away_keeps_back_nothing_else(provider, browser, person, found):
    """The sign-in works, the others answer, and what is missing looks like no answer at all."""
    found["residence"].transport.error = DepartmentUnavailable()
    platform = Platform(provider)
    tokens = await platform.tokens(browser, asking(CITY, LEVEL))
    claims = (await platform.userinfo(tokens["access_token"])).json()
    assert claims["_claim_names"] == {"education_level": "education"}
    assert claims["attributes_missing"] == {"residence_city": "unavailable"}
    # Once it is back, the same token gets the answer that it was allowed.
    found["residence"].transport.error = None
    claims = (await platform.userinfo(tokens["access_token"])).json()
    assert set(claims["_claim_names"]) == {"education_level", "residence_city"}
    assert "attributes_missing" not in claims


async def test_somebody_whom_a_department_does_not_know_gets_no_wrong_no(provider, browser, zhang):
    claims = await told(provider, browser, CITY)
    assert claims["attributes_missing"] == {"residence_city": "not_linked"}
    assert "_claim_names" not in claims


async def test_what_is_not_on_record_is_said_to_be_so(provider, browser, person):
    asked = CITY | {"attributes": ["residence_city", "residence_permit_city"]}
    claims = await told(provider, browser, asked)
    assert claims["_claim_names"] == {"residence_city": "residence"}
    assert claims["attributes_missing"] == {"residence_permit_city": "not_on_record"}


async def test_nothing_is_asked_about_a_child(provider, found, clock, storage):
    """A guardian allows one use of the number, and this is more. Whatever token there may be."""
    child = await provider.person("child", birth_date=date(2020, 1, 1))
    await linked(provider, child, found, clock)
    now = clock.now()
    details = ({**CITY, "legal_basis": LAW},)
    token = AccessToken(
        kid="k",
        jti="j",
        subject="s",
        client_id="platform-a",
        issued_at=0,
        expires_at=2**40,
        subscriber_id=child.id,
        family_id=uuid4(),
        authorized_at=now,
        audience=(ISSUER,),
        granted_to="platform-a",
        birth="b",
        details=details,
    )
    stamp = await provider.house.memory.stamp(child.id)
    standing = Standing(child, Grant("platform-a", ("openid",), now), stamp)
    tell = provider.provider.userinfo._attributes.tell
    client = await provider.client("platform-a")
    said = await tell(token, standing, client, now=now)
    assert said == {"attributes_missing": {"residence_city": "not_allowed"}}
    # Nor for anybody but the platform that the person allowed it.
    other = await provider.client("platform-b")
    assert await tell(token, standing, other, now=now) == {}
    assert found["residence"].simulated.books() == []


async def test_a_sensitive_attribute_is_told_only_with_its_own_tick(
    provider, browser, person, found
):
    asked = (CITY, PENSION)
    without = await told(provider, browser, *asked, client_id="platform-b")
    assert set(without["_claim_names"]) == {"residence_city"}
    assert found["social_insurance"].simulated.books() == []
    ticked = await told(provider, browser, *asked, client_id="platform-b", ticks=True)
    assert set(ticked["_claim_names"]) == {"residence_city", "pension_insured"}
    answer = part(ticked["_claim_sources"]["social_insurance"]["JWT"], 1)
    assert answer["pension_insured"] is True
    assert answer["aud"] == "urn:authsvc:audience:public_service"


async def test_the_token_response_says_what_was_allowed(provider, browser, person):
    platform = Platform(provider, "platform-b")
    asked = asking(CITY, PENSION, client_id="platform-b")
    tokens = await platform.tokens(browser, asked)
    kept = [each["department"] for each in tokens["authorization_details"]]
    assert kept == ["residence"]


async def test_a_tick_beside_another_question_counts_for_nothing(provider, browser, person, found):
    await browser.authorize(request("platform-b", scope="openid"))
    first = asking(PENSION, client_id="platform-b")
    other = asking(PENSION | {"attributes": ["contribution_years"]}, client_id="platform-b")
    _, page = await browser.follow(await browser.get("/authorize", **first.parameters))
    boxes = dict(page.boxes)
    response, page = await browser.follow(await browser.get("/authorize", **other.parameters))
    assert set(page.boxes) == set(boxes)
    response = await browser.submit(str(response.url), page, "approve", **boxes)
    answer = Answer.of(response)
    platform = Platform(provider, "platform-b")
    tokens = (await platform.redeem(other, answer.parameters["code"])).json()
    assert "authorization_details" not in tokens


async def test_two_platforms_have_the_same_answer_of_two_people_with_the_same_values(
    provider, browser, person, found, clock
):
    """A department that is shown an answer cannot say about whom it was asked."""
    li = await provider.person("li")
    await linked(provider, li, found, clock)
    first = await told(provider, browser, CITY)
    platform = Platform(provider)
    tokens = await platform.tokens(Browser(provider), asking(CITY), username="li")
    second = (await platform.userinfo(tokens["access_token"])).json()
    assert first["_claim_sources"] == second["_claim_sources"]
    assert len({each.person for each in found["residence"].simulated.books()}) == 2


async def test_the_metadata_speaks_of_departments_only_if_there_are_some(
    provider, storage, keyring, clock
):
    path = "/.well-known/openid-configuration"
    metadata_of = (await provider.http().get(path)).json()
    assert metadata_of["claim_types_supported"] == ["normal", "aggregated"]
    assert "attribute_query" in metadata_of["authorization_details_types_supported"]


async def test_without_a_department_nothing_is_asked(storage, keyring, clock):
    async with service(storage.database, storage.ephemeral, keyring, clock) as built:
        await built.person()
        await built.clients.import_clients([asker()], now=clock.now())
        found = (await built.http().get("/.well-known/openid-configuration")).json()
        assert found["claim_types_supported"] == ["normal"]
        claims = await told(built, Browser(built), CITY)
        assert claims["attributes_missing"] == {"residence_city": "unavailable"}
