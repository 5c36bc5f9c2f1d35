"""The scope `identity`: a person's own word, asked by itself, which ends and can be taken back."""

import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from joserfc.jwk import KeySet

from authsvc.clock import china_today
from authsvc.oidc import store
from authsvc.oidc.separate_consent import LIFETIME
from authsvc.subscribers.activity import ActivityKind
from tests.oidc.identity_makers import (
    HALL,
    KEY,
    LAW,
    PURPOSES,
    asking,
    hall_of,
    is_named,
    page_of,
    says,
)
from tests.oidc.jwt_makers import unverified
from tests.oidc.makers import Answer, Browser, request

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)


@pytest.fixture
async def hall(provider):
    return await hall_of(provider)


@pytest.fixture
async def wang(provider):
    return await provider.person("wang")


async def identity_of(provider, person):
    async with provider.database.reading() as tx:
        return await provider.house.subscribers.identity_of(tx, person)


async def kinds(provider, person):
    return [entry.kind for entry in await provider.log_of(person)]


async def test_the_page_asks_by_itself_after_the_results(provider, browser, hall, wang, clock):
    await browser.authorize(request(), username="wang")
    _, page = await page_of(browser, asking(scope="openid age identity"))
    identity = await identity_of(provider, wang)
    assert list(page.boxes) == ["identity"]
    results, _, apart = page.text.partition("Asked by itself")
    assert "whether you are over 14" in results
    places = [
        apart.index(words)
        for words in (
            f"{identity.number[:5]}*********{identity.number[-4:]}",
            PURPOSES["identity"]["en"],
            LAW,
            str(china_today(clock.now() + LIFETIME)),
            "hall@hall.example",
            "only this platform can open it",
            "without ticking the box",
            "Deny",
        )
    ]
    assert places == sorted(places)
    assert identity.number not in page.text
    assert identity.name not in page.text


async def test_whoever_ticks_is_named_to_this_platform_and_can_read_of_it(
    provider, browser, hall, wang
):
    tokens = await hall.tokens(browser, asking(), username="wang", ticks=True)
    assert tokens["scope"] == "openid identity"
    claims = await says(hall, tokens)
    identity = await identity_of(provider, wang)
    assert claims.keys() == {"iss", "aud", "sub", "verified_claims"}
    told = claims["verified_claims"]
    assert told["claims"] == {"name": identity.name}
    assert told["verification"]["evidence"] == [
        {
            "type": "document",
            "document_details": {"type": "idcard", "personal_number": identity.number},
        }
    ]
    # Twice told, twice written; allowed once.
    await says(hall, tokens)
    assert Counter(await kinds(provider, wang)) == {
        ActivityKind.IDENTITY_TOLD: 2,
        ActivityKind.PLATFORM_TOLD: 1,
        ActivityKind.IDENTITY_ALLOWED: 1,
        ActivityKind.PLATFORM_ALLOWED: 1,
        ActivityKind.SIGNED_IN: 1,
    }
    # It is remembered: no page, and the name again.
    again = await hall.tokens(browser, asking(prompt="none"))
    assert is_named(await says(hall, again))


async def test_what_the_document_shows_opens_the_answer(provider, browser, hall):
    document = (Path(__file__).parents[2] / "docs" / "platforms.md").read_text("utf-8")
    [snippet] = re.findall(r"```python\n(.*?)```", document, re.DOTALL)
    shown: dict = {}
    exec(compile(snippet, "docs/platforms.md", "exec"), shown)  # noqa: S102 - our own document
    tokens = await hall.tokens(browser, asking(), ticks=True)
    answer = (await hall.userinfo(tokens["access_token"])).text
    theirs = KeySet.import_key_set((await hall.http.get("/jwks")).json())
    with pytest.raises(ValueError, match="somebody else"):
        shown["who_it_is"](answer, ours=KEY, theirs=theirs)
    shown |= {"ISSUER": provider.issuer, "CLIENT_ID": HALL}
    claims = shown["who_it_is"](answer, ours=KEY, theirs=theirs)
    assert claims["sub"] == unverified(tokens["id_token"])["sub"]
    assert is_named(claims)


async def test_whoever_does_not_tick_signs_in_and_is_not_asked_every_time(
    provider, browser, hall, wang
):
    tokens = await hall.tokens(browser, asking(), username="wang")
    assert tokens["scope"] == "openid"
    assert (await says(hall, tokens)).keys() == {"iss", "aud", "sub"}
    again = await hall.tokens(browser, asking(prompt="none"))
    assert again["scope"] == "openid"
    assert ActivityKind.IDENTITY_ALLOWED not in await kinds(provider, wang)
    # A platform that must have it asks for consent anew; the box is as empty as before.
    _, page = await page_of(browser, asking(prompt="consent"))
    assert list(page.boxes) == ["identity"]
    late = await hall.tokens(browser, asking(prompt="consent"), ticks=True)
    assert is_named(await says(hall, late))


async def test_an_empty_box_takes_back_what_was_agreed_before_and_says_so(browser, hall, clock):
    tokens = await hall.tokens(browser, asking(), ticks=True)
    clock.advance(minutes=1)
    _, page = await page_of(browser, asking(prompt="consent"))
    assert "approving without the tick takes that back" in page.text
    await browser.authorize(asking(prompt="consent"))
    assert not is_named(await says(hall, tokens))


@pytest.mark.parametrize("change", ["a year", "the law", "the purpose"])
async def test_it_is_asked_anew(provider, browser, hall, time_passes, change):
    await browser.authorize(asking(), ticks=True)
    # All else that the platform was allowed is renewed meanwhile.
    await time_passes(days=1)
    await browser.authorize(asking(scope="openid", prompt="consent"))
    if change == "a year":
        await time_passes(LIFETIME - timedelta(days=1))
    elif change == "the law":
        await hall_of(provider, identity_legal_basis="《样例法》第二条")
    else:
        await hall_of(provider, purposes={"identity": {"zh": "另一用途", "en": "something else"}})
    await browser.authorize(request())
    silent = Answer.of(await browser.get("/authorize", **asking(prompt="none").parameters))
    assert silent.parameters["error"] == "consent_required"
    _, page = await page_of(browser, asking())
    assert list(page.boxes) == ["identity"]
    # What needs no word of its own goes on without a page.
    Answer.of(await browser.get("/authorize", **asking(scope="openid").parameters))


async def test_it_is_withdrawn_alone(provider, browser, hall, wang, clock):
    tokens = await hall.tokens(browser, asking(), username="wang", ticks=True)
    clock.advance(minutes=1)
    grants = provider.provider.grants
    for expected in (True, False):
        async with provider.database.transaction() as tx:
            assert await grants.withdraw_identity(tx, wang, HALL, now=clock.now()) is expected
    assert (await says(hall, tokens)).keys() == {"iss", "aud", "sub"}
    # The platform stays allowed, and the person is not asked again at once.
    again = await hall.tokens(browser, asking(prompt="none"))
    assert again["scope"] == "openid"


async def test_a_child_is_not_asked_and_never_named(provider, hall):
    browser = Browser(provider)
    await provider.person("little", birth_date=date(2016, 5, 5))
    await browser.through(
        await browser.get("/authorize", **request().parameters), username="little", button="deny"
    )
    url, page = await page_of(browser, asking())
    assert page.boxes == {}
    assert "your name, document number" in page.text
    # The box of nobody, pressed all the same: on to the guardian.
    response = await browser.submit(url, page, "approve", identity="x")
    _, waiting = await browser.follow(response)
    assert waiting is not None
    assert "under 14" in waiting.text


async def test_it_does_not_show_in_the_length_of_a_row(provider, browser, hall):
    async def lengths():
        async with provider.database.reading() as tx:
            return {len(row.sealed) for row in await tx.execute(store.consent.select())}

    await browser.authorize(request(scope="openid"))
    without = await lengths()
    await browser.authorize(asking(scope="openid age identity"), ticks=True)
    assert await lengths() == without
