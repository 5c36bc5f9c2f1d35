"""The parameter `claims` (OpenID Connect Core 5.5), from the request to what is told."""

import json

import pytest
from sqlalchemy import select

from authsvc.oidc import store
from tests.clients.makers import OTHER_SECRET, metadata
from tests.oidc.jwt_makers import unverified
from tests.oidc.makers import REFRESHING, Answer, Browser, Platform, request

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
OURS = {"iss", "sub", "aud", "exp", "iat", "acr", "amr", "at_hash", "nonce"}


def asking(client_id="platform-a", *, scope="openid", userinfo=None, id_token=None, **parameters):
    asked = {"userinfo": userinfo or {}, "id_token": id_token or {}}
    return request(client_id, scope=scope, claims=json.dumps(asked), **parameters)


async def told(platform, browser, asked, **person):
    """What UserInfo and the ID token tell, beside what they always do."""
    tokens = await platform.tokens(browser, asked, **person)
    answer = (await platform.userinfo(tokens["access_token"])).json()
    of_token = unverified(tokens["id_token"])
    return (
        {name: value for name, value in answer.items() if name != "sub"},
        {name: value for name, value in of_token.items() if name not in OURS},
    )


async def consent_page(browser, asked):
    return await browser.follow(await browser.get("/authorize", **asked.parameters))


async def asks_consent(browser, asked):
    response = await browser.get("/authorize", **asked.but(prompt="none").parameters)
    return Answer.of(response).parameters.get("error") == "consent_required"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("age_over_14", True),
        ("age_over_16", True),
        ("age_over_18", True),
        ("age_band", "18_and_over"),
    ],
)
@pytest.mark.parametrize("wish", [None, {}, {"essential": True}, {"essential": False}], ids=str)
async def test_one_predicate_is_told_alone_and_where_it_was_asked_for(
    browser, platform, name, value, wish
):
    asked = asking(userinfo={name: wish})
    assert await told(platform, browser, asked) == ({name: value}, {})
    asked = asking(id_token={name: wish})
    assert await told(platform, browser, asked) == ({}, {name: value})


async def test_two_places_are_told_two_things(browser, platform):
    asked = asking(userinfo={"age_over_14": None}, id_token={"age_over_16": None})
    assert await told(platform, browser, asked) == ({"age_over_14": True}, {"age_over_16": True})


async def test_the_scope_tells_all_of_them_at_userinfo_and_none_in_the_id_token(browser, platform):
    answer, of_token = await told(platform, browser, asking(scope="openid age"))
    assert set(answer) == {"age_over_14", "age_over_16", "age_over_18", "age_band"}
    assert of_token == {}


@pytest.mark.parametrize(
    ("wish", "is_told"),
    [
        ({"value": True}, True),
        ({"value": False}, False),
        ({"values": [False, True]}, True),
        ({"value": "true"}, False),
        ({"value": 1, "essential": True}, False),
    ],
    ids=str,
)
async def test_a_value_that_does_not_match_is_left_out_and_no_error(
    browser, platform, wish, is_told
):
    asked = asking(userinfo={"age_over_18": wish}, id_token={"age_over_18": wish})
    expected = {"age_over_18": True} if is_told else {}
    assert await told(platform, browser, asked) == (expected, expected)


async def test_a_required_value_counts_beside_the_scope(provider, browser, platform):
    asked = asking(scope="openid age", userinfo={"age_band": {"values": ["under_14", "14_to_15"]}})
    answer, _ = await told(platform, browser, asked)
    assert set(answer) == {"age_over_14", "age_over_16", "age_over_18"}


async def test_names_that_we_do_not_know_are_left_out(browser, platform):
    names = ("name", "birthdate", "email", "age_over_17", "age", "claim%1/a&,.b", "姓名")
    unknown = {name: {"essential": True} for name in names}
    asked = asking(userinfo={**unknown, "age_over_16": None}, id_token=unknown)
    assert await told(platform, browser, asked) == ({"age_over_16": True}, {})


async def test_a_client_gets_no_claim_beyond_its_registered_scopes(provider, browser, clock):
    document = metadata("plain", scope="openid")
    await provider.clients.import_clients([document], now=clock.now())
    plain = Platform(provider, "plain")
    asked = asking("plain", userinfo={"age_over_18": None}, id_token={"age_band": None})
    assert await told(plain, browser, asked) == ({}, {})


async def test_what_is_registered_no_more_is_told_no_more(provider, browser, clock):
    platform = Platform(provider, "platform-b")
    asked = asking("platform-b", scope="openid age", userinfo={"age_over_18": None})
    tokens = await platform.tokens(browser, asked)
    document = metadata(
        "platform-b", client_secret=OTHER_SECRET, scope="openid", grant_types=REFRESHING
    )
    await provider.clients.import_clients([document], now=clock.now())
    assert set((await platform.userinfo(tokens["access_token"])).json()) == {"sub"}


async def test_the_sign_in_is_told_at_userinfo_to_who_asks_there(browser, platform, clock):
    asked = asking(userinfo={"acr": None, "auth_time": None})
    answer, _ = await told(platform, browser, asked)
    assert answer["acr"] == "urn:authsvc:acr:aal1"
    assert abs(answer["auth_time"] - clock.now().timestamp()) < 60
    other = asking(userinfo={"acr": {"value": "urn:authsvc:acr:aal2"}, "auth_time": {"value": 1}})
    answer, _ = await told(platform, browser, other)
    assert answer == {}


async def test_the_page_lists_exactly_what_is_asked_for(browser):
    await browser.authorize(request("plain", scope="openid"))
    asked = asking(userinfo={"age_over_18": None}, id_token={"age_band": None})
    _, page = await consent_page(browser, asked)
    assert "whether you are over 18" in page.text
    assert "your age band" in page.text
    assert "over 14" not in page.text
    assert "anything else about your age" in page.text
    _, page = await consent_page(browser, asked.but(ui_locales="zh"))
    assert "您是否已满 18 周岁" in page.text
    assert "您所在的年龄段" in page.text
    assert "14 周岁" not in page.text


async def test_beside_its_scope_a_predicate_is_not_listed_twice(browser):
    await browser.authorize(request("plain", scope="openid"))
    asked = asking(scope="openid age", userinfo={"age_over_18": None})
    _, page = await consent_page(browser, asked)
    assert page.text.count("over 14, 16 and 18") == 1
    assert "whether you are over 18" not in page.text


async def test_a_purpose_is_shown_with_a_predicate_of_its_scope(provider, browser, clock):
    purposes = {"age": {"zh": "仅限成年人", "en": "adults only"}}
    document = metadata("plain", purposes=purposes)
    await provider.clients.import_clients([document], now=clock.now())
    await browser.authorize(request())
    asked = asking("plain", userinfo={"age_over_14": None, "age_over_18": None})
    _, page = await consent_page(browser, asked)
    assert page.text.count("adults only") == 1


async def test_consent_is_asked_again_for_something_new_and_only_then(browser):
    await browser.authorize(asking(userinfo={"age_over_18": None}))
    assert not await asks_consent(browser, asking(id_token={"age_over_18": None}))
    assert not await asks_consent(browser, asking())
    assert await asks_consent(browser, asking(userinfo={"age_over_14": None}))
    assert await asks_consent(browser, asking(scope="openid age"))


async def test_consents_add_up(browser, platform):
    await browser.authorize(asking(userinfo={"age_over_18": None}))
    await browser.authorize(asking(userinfo={"age_over_14": None}))
    both = asking(userinfo={"age_over_18": None, "age_over_14": None})
    assert not await asks_consent(browser, both)
    await browser.authorize(asking(scope="openid age"))
    assert not await asks_consent(browser, asking(userinfo={"age_band": None}))


async def test_a_grant_that_covers_less_than_a_tokens_claims_is_not_enough(
    provider, browser, platform, now
):
    subscriber = await provider.person("wang")
    asked = asking(userinfo={"age_over_18": None})
    tokens = await platform.tokens(browser, asked, username="wang")
    grants = provider.provider.grants
    async with provider.database.transaction() as tx:
        await grants.withdraw(tx, subscriber, "platform-a")
        await grants.remember(
            tx,
            subscriber,
            client_id="platform-a",
            scopes=("openid",),
            claims=("age_over_14",),
            now=now,
        )
    assert (await platform.userinfo(tokens["access_token"])).status_code == 401
    assert (await platform.refresh(tokens["refresh_token"])).status_code == 400
    async with provider.database.transaction() as tx:
        await grants.remember(
            tx,
            subscriber,
            client_id="platform-a",
            scopes=("openid",),
            claims=("age_over_18",),
            now=now,
        )
    assert (await platform.userinfo(tokens["access_token"])).status_code == 200


async def test_what_was_asked_for_lasts_as_long_as_the_family(browser, platform):
    asked = asking(userinfo={"age_over_14": None}, id_token={"age_over_18": None})
    tokens = await platform.tokens(browser, asked)
    tokens = (await platform.refresh(tokens["refresh_token"])).json()
    assert unverified(tokens["id_token"])["age_over_18"] is True
    answer = (await platform.userinfo(tokens["access_token"])).json()
    assert answer["age_over_14"] is True


async def test_a_person_who_leaves_before_the_id_token_is_made_is_told_of_no_more(
    provider, browser, platform, monkeypatch
):
    asked = asking(id_token={"age_over_18": None})
    answer = await browser.authorize(asked)

    async def nobody(*_, **__):
        return None

    monkeypatch.setattr(provider.house.memory, "birth_date", nobody)
    response = await platform.redeem(asked, answer.parameters["code"])
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_grant"


async def test_what_was_consented_to_is_nowhere_in_the_clear(provider, browser):
    await browser.authorize(asking(userinfo={"age_over_18": None}))
    async with provider.database.reading() as tx:
        (row,) = (await tx.execute(select(store.consent))).all()
    assert "age_over" not in repr(row)


async def test_another_person_is_asked_for_themselves(provider, browser):
    await provider.person("wang")
    asked = asking(userinfo={"age_over_18": None})
    await browser.authorize(asked)
    other = Browser(provider)
    await other.authorize(asking(), username="wang")
    assert await asks_consent(other, asked)
