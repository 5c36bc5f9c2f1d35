"""Row 20: a name and a number go to whom a law names and the person told, and to nobody else."""

import json
from datetime import timedelta

import pytest

from authsvc.oidc.separate_consent import LIFETIME
from tests.authentication.makers import PASSWORD
from tests.clients.makers import OTHER_SECRET, metadata
from tests.oidc.identity_makers import (
    HALL,
    asking,
    hall_of,
    is_named,
    named_by_a_law,
    page_of,
    says,
)
from tests.oidc.jwt_makers import unverified
from tests.oidc.makers import Answer, Browser, Platform, request

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
# Whatever a library might call it, at every place, plain and verified.
NAMES = dict.fromkeys(("name", "given_name", "family_name", "personal_number", "birthdate"))
DETAILS = dict.fromkeys(("type", "personal_number", "document_number"))
ELEMENT = {
    "verification": {
        "trust_framework": None,
        "evidence": [{"type": {"value": "document"}, "document_details": DETAILS}],
    },
    "claims": NAMES | {"age_over_18": None},
}
EVERYTHING = json.dumps(
    dict.fromkeys(("id_token", "userinfo"), NAMES | {"verified_claims": ELEMENT})
)


@pytest.fixture
async def hall(provider):
    """A platform that a law names."""
    return await hall_of(provider)


@pytest.fixture
async def wang(provider):
    return await provider.person("wang")


@pytest.fixture
async def secrets(provider, wang):
    """What must not be told."""
    async with provider.database.reading() as tx:
        identity = await provider.house.subscribers.identity_of(tx, wang)
    return identity.name, identity.number


async def withdraw(provider, person):
    async with provider.database.transaction() as tx:
        await provider.provider.grants.withdraw_identity(tx, person, HALL, now=provider.clock.now())


async def test_whoever_is_not_registered_is_told_nothing_whatever_is_sent(
    browser, platform, wang, secrets
):
    """The word, the parameter `claims`, and a box that was never shown."""
    asked = request(scope="openid age identity", claims=EVERYTHING)
    answer = await browser.get("/authorize", **asked.parameters)
    response, page = await browser.follow(answer)
    url = str(response.url)
    response = await browser.submit(url, page, username="wang", password=PASSWORD)
    response, page = await browser.follow(response)
    assert page.boxes == {}
    answer = Answer.of(await browser.submit(url, page, "approve", identity="allow"))
    tokens = (await platform.redeem(asked, answer.parameters["code"])).json()
    assert tokens["scope"] == "openid age"
    said = [
        str(unverified(tokens["id_token"])),
        str(unverified(tokens["access_token"])),
        (await platform.userinfo(tokens["access_token"])).text,
        response.text,
    ]
    assert not [secret for secret in secrets for text in said if secret in text]


async def test_a_box_beside_a_question_that_was_not_put_counts_for_nothing(
    provider, browser, hall, wang
):
    """A registered platform asks for `openid`; the form has the box of its other page."""
    await browser.authorize(request(), username="wang")
    _, other = await page_of(browser, asking())
    asked = asking(scope="openid")
    url, page = await page_of(browser, asked)
    answer = Answer.of(await browser.submit(url, page, "approve", **other.boxes))
    tokens = (await hall.redeem(asked, answer.parameters["code"])).json()
    assert tokens["scope"] == "openid"
    silent = Answer.of(await browser.get("/authorize", **asking(prompt="none").parameters))
    assert silent.parameters["error"] == "consent_required"


async def test_neither_token_has_it_where_userinfo_does(browser, hall, wang, secrets):
    """Asked of every place by name, by who may have it: sealed at UserInfo, and nowhere else."""
    tokens = await hall.tokens(browser, asking(claims=EVERYTHING), username="wang", ticks=True)
    answer = await hall.userinfo(tokens["access_token"])
    for text in (str(unverified(tokens["id_token"])), str(unverified(tokens["access_token"]))):
        assert not [secret for secret in secrets if secret in text]
    assert not [secret for secret in secrets if secret in answer.text]
    *asked_for, own = (await says(hall, tokens))["verified_claims"]
    assert own["claims"] == {"name": secrets[0]}
    assert not [secret for secret in secrets if secret in str(asked_for)]


async def test_another_law_than_the_one_on_the_page_is_asked_about(provider, browser, hall):
    """While the page is open the platform is registered anew; the old box is ticked."""
    await browser.authorize(request())
    url, page = await page_of(browser, asking())
    await hall_of(provider, identity_legal_basis="《样例法》第九十九条")
    response = await browser.submit(url, page, "approve", **page.boxes)
    _, page = await browser.follow(response)
    assert "第九十九条" in page.text
    assert list(page.boxes) == ["identity"]


async def test_nobody_is_named_by_a_page_that_somebody_else_saw(provider, browser, hall, wang):
    """The browser changes hands while the page is open; the box is ticked by the next one."""
    await browser.authorize(request(), username="wang")
    url, page = await page_of(browser, asking())
    await browser.authorize(request(prompt="login"), username="zhang")
    response = await browser.submit(url, page, "approve", **page.boxes)
    _, shown = await browser.follow(response)
    assert shown.boxes != page.boxes


async def test_a_consent_that_ends_before_userinfo_tells_nothing(browser, hall, wang, time_passes):
    """The year is over between the code and UserInfo, for this alone; all else goes on."""
    await browser.authorize(asking(), username="wang", ticks=True)
    await time_passes(days=1)
    await browser.authorize(asking(scope="openid", prompt="consent"), username="wang")
    await time_passes(LIFETIME - timedelta(days=1, minutes=1))
    asked = asking()
    answer = await browser.authorize(asked, username="wang")
    tokens = (await hall.redeem(asked, answer.parameters["code"])).json()
    assert is_named(await says(hall, tokens))
    await time_passes(minutes=2)
    assert (await says(hall, tokens)).keys() == {"iss", "aud", "sub"}
    refreshed = (await hall.refresh(tokens["refresh_token"])).json()
    assert refreshed["scope"] == "openid"


async def test_what_was_taken_back_comes_by_no_refresh_and_no_later_yes(
    provider, browser, hall, wang, clock
):
    """Withdrawn between code and redemption, after it, and given again later."""
    tokens = await hall.tokens(browser, asking(), username="wang", ticks=True)
    asked = asking()
    code = (await browser.authorize(asked)).parameters["code"]
    clock.advance(seconds=1)
    await withdraw(provider, wang)
    late = (await hall.redeem(asked, code)).json()
    assert late["scope"] == "openid"
    assert not is_named(await says(hall, tokens))
    refused = await hall.refresh(tokens["refresh_token"], scope="identity")
    assert refused.json()["error"] == "invalid_scope"
    clock.advance(seconds=1)
    again = await hall.tokens(browser, asking(prompt="consent"), ticks=True)
    assert is_named(await says(hall, again))
    # The old family is good for all but this: its authorization is older than the word.
    refreshed = (await hall.refresh(tokens["refresh_token"])).json()
    assert refreshed["scope"] == "openid"
    assert not is_named(await says(hall, tokens))


async def test_a_registration_that_lost_the_law_or_the_key_is_told_nothing(
    provider, browser, hall, wang, secrets
):
    """The operator takes the law away while a token is out."""
    tokens = await hall.tokens(browser, asking(), username="wang", ticks=True)
    document = named_by_a_law(identity_legal_basis=None, userinfo_encrypted_response_alg=None)
    document.pop("userinfo_encrypted_response_enc")
    await provider.clients.import_clients([document], now=provider.clock.now())
    answer = await hall.userinfo(tokens["access_token"])
    assert set(unverified(answer.text)) == {"iss", "aud", "sub"}


async def test_a_token_that_was_handed_on_names_nobody(provider, browser, hall, wang):
    """Another platform of the same law exchanges the token, and asks UserInfo itself."""
    archive, place = "archive", "https://archive.example/"
    documents = [
        named_by_a_law(resources=[place, provider.issuer]),
        named_by_a_law(
            archive,
            grant_types=["authorization_code", EXCHANGE],
            protected_resource=place,
            resources=[provider.issuer],
        ),
    ]
    await provider.clients.import_clients(documents, now=provider.clock.now())
    asked = asking(resource=place)
    tokens = await hall.tokens(browser, asked, username="wang", ticks=True)
    http = provider.http()
    exchanged = await http.post(
        "/token",
        data={
            "grant_type": EXCHANGE,
            "client_id": archive,
            "client_secret": OTHER_SECRET,
            "subject_token": tokens["access_token"],
            "subject_token_type": ACCESS_TOKEN,
            "resource": provider.issuer,
        },
    )
    assert exchanged.json()["scope"] == "openid identity", exchanged.text
    claims = await says(Platform(provider, archive), exchanged.json())
    assert claims.keys() == {"iss", "aud", "sub"}


async def test_whoever_froze_a_moment_ago_is_not_named(provider, hall, wang, monkeypatch):
    """The number is frozen after the token was looked at and before the answer goes out."""
    tokens = await hall.tokens(Browser(provider), asking(), username="wang", ticks=True)
    disclosures = provider.provider.userinfo._disclosures
    found = disclosures.element

    async def frozen_meanwhile(*arguments, **options):
        element = await found(*arguments, **options)
        async with provider.database.transaction() as tx:
            await provider.house.subscribers.raise_watermark(
                tx, wang.id, now=provider.clock.advance(seconds=1)
            )
        return element

    monkeypatch.setattr(disclosures, "element", frozen_meanwhile)
    answer = await hall.userinfo(tokens["access_token"])
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_token"


async def test_a_platform_of_no_law_keeps_its_form(provider, browser, wang):
    """Encrypted or not: without the law the word `identity` changes nothing."""
    document = metadata("plain", scope="openid identity")
    await provider.clients.import_clients([document], now=provider.clock.now())
    plain = Platform(provider, "plain")
    tokens = await plain.tokens(browser, request("plain", scope="openid identity"), username="wang")
    assert tokens["scope"] == "openid"
