import json

import pytest

from authsvc.authentication.assurance import AAL1, AAL2
from authsvc.oidc.authorize.claims_request import read_claims_request
from authsvc.oidc.errors import InvalidRequest
from tests.authentication.makers import totp_code
from tests.clients.makers import client, metadata
from tests.oidc.front_makers import register
from tests.oidc.jwt_makers import unverified
from tests.oidc.makers import Answer, Browser, Platform, request

ONE_STORE = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def read(document, **members):
    text = document if isinstance(document, str) else json.dumps(document)
    return read_claims_request(text, client(**members))


def asking(client_id="platform-a", *, claims=None, **parameters):
    if claims is not None:
        parameters["claims"] = json.dumps(claims)
    return request(client_id, **parameters)


def must_be(*acrs):
    return {"id_token": {"acr": {"essential": True, "values": list(acrs)}}}


async def claims_of(platform, asked, answer):
    tokens = (await platform.redeem(asked, answer.parameters["code"])).json()
    return unverified(tokens["id_token"])


async def refusal(browser, asked):
    return Answer.of(await browser.get("/authorize", **asked.parameters)).parameters["error"]


def test_nothing_asked_is_nothing_kept():
    found = read_claims_request(None, client())
    assert (found.members, found.acr, found.subject) == (None, None, None)
    assert not found.asks_auth_time
    for empty in ("{}", '{"id_token":null}', '{"userinfo":{}}', '{"other":1}'):
        assert read(empty).members is None


def test_what_we_know_is_kept_and_the_rest_is_ignored():
    asked = {
        "userinfo": {"age_over_18": {"essential": True}, "name": None, "name#zh": None},
        "id_token": {"age_band": None, "acr": None, "picture": {"value": "x"}},
    }
    assert read(asked).members == {
        "userinfo": {"age_over_18": None},
        "id_token": {"age_band": None},
    }


def test_ages_are_for_clients_that_may_ask_for_them():
    assert read({"userinfo": {"age_over_18": None}}, scope="openid").members is None


@pytest.mark.parametrize("value", [None, []])
def test_verified_claims_that_ask_for_nothing_are_not_kept(value):
    assert read({"id_token": {"verified_claims": value}}).members is None


def test_the_subject_and_the_authentication_are_read_apart():
    found = read(
        {"id_token": {"sub": {"value": "x"}, "auth_time": None, "acr": {"values": [AAL2]}}}
    )
    assert found.subject == "x"
    assert found.asks_auth_time
    assert found.acr == {"values": [AAL2]}
    assert found.members is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON",
        "[]",
        "null",
        '{"id_token":1}',
        '{"id_token":[]}',
        '{"userinfo":{"name":true}}',
        '{"userinfo":{"name":[]}}',
        '{"userinfo":{"a":null,"a":null}}',
        '{"userinfo":{"a":NaN}}',
        '{"userinfo":{"a":{"value":"\\ud800"}}}',
        '{"id_token":{"sub":{"value":1}}}',
        '{"id_token":{"sub":{"value":["x"]}}}',
        '{"id_token":{"sub":{"value":"x"}},"userinfo":{"sub":{"value":"y"}}}',
        json.dumps({"id_token": {"sub": {"value": "x" * 257}}}),
        json.dumps({"userinfo": {f"c{n}": None for n in range(1001)}}),
        '{"a":' * 17 + "1" + "}" * 17,
        '{"a":' * 8000,
        json.dumps({"userinfo": {"x" * 17_000: None}}),
    ],
    ids=lambda text: f"{text[:40]} of {len(text)}",
)
def test_what_is_malformed_or_too_much_is_refused(text):
    with pytest.raises(InvalidRequest):
        read(text)


@ONE_STORE
async def test_auth_time_is_told_to_who_asks_for_it(browser, platform):
    asked = asking(claims={"id_token": {"auth_time": {"essential": True}}})
    assert "auth_time" in await claims_of(platform, asked, await browser.authorize(asked))
    plain = asking()
    assert "auth_time" not in await claims_of(platform, plain, await browser.authorize(plain))


@ONE_STORE
async def test_a_subject_that_is_asked_for_is_the_only_one_that_will_do(
    provider, browser, platform
):
    first = asking()
    subject = (await claims_of(platform, first, await browser.authorize(first)))["sub"]
    same = asking(claims={"id_token": {"sub": {"value": subject}}}, prompt="none")
    assert Answer.of(await browser.get("/authorize", **same.parameters)).parameters["code"]
    other = asking(claims={"userinfo": {"sub": {"value": "somebody else"}}}, prompt="none")
    assert await refusal(browser, other) == "login_required"
    shown = other.but(prompt=None)
    answer = await browser.through(await browser.get("/authorize", **shown.parameters))
    assert answer.parameters["error"] == "login_required"


@ONE_STORE
async def test_a_hint_and_a_subject_must_agree(browser, platform):
    tokens = await platform.tokens(browser)
    hinted = asking(
        claims={"id_token": {"sub": {"value": "another"}}}, id_token_hint=tokens["id_token"]
    )
    assert await refusal(browser, hinted) == "invalid_request"


@ONE_STORE
async def test_a_single_predicate_is_consented_to_by_itself(provider, browser):
    await browser.authorize(asking(scope="openid"))
    asked = asking(scope="openid", claims={"userinfo": {"age_over_18": None}})
    _, page = await browser.follow(await browser.get("/authorize", **asked.parameters))
    assert "whether you are over 18" in page.text
    await browser.authorize(asked)
    assert Answer.of(await browser.get("/authorize", **asked.parameters)).parameters["code"]


@ONE_STORE
@pytest.mark.parametrize("parameters", [{}, {"acr_values": AAL2}, {"acr_values": "1 2"}], ids=str)
async def test_a_wish_that_is_not_fulfilled_is_no_error(browser, platform, parameters):
    """The person has only a phone, and goes on without."""
    asked = asking(**parameters)
    found = await claims_of(platform, asked, await browser.authorize(asked))
    assert found["acr"] == AAL1
    again = asked.but(prompt="none")
    assert Answer.of(await browser.get("/authorize", **again.parameters)).parameters["code"]


@ONE_STORE
async def test_a_must_that_cannot_be_fulfilled_is_an_error(provider, browser):
    """Somebody without an authenticator, a passkey or a phone."""
    await provider.person("wang", phone="")
    await browser.authorize(asking(), username="wang")
    asked = asking(claims=must_be(AAL2))
    assert await refusal(browser, asked) == "unmet_authentication_requirements"
    assert await refusal(browser, asked.but(prompt="none")) == "unmet_authentication_requirements"
    answer = await Browser(provider).authorize(asked, username="wang")
    assert answer.parameters["error"] == "unmet_authentication_requirements"
    unknown = asking(claims=must_be("urn:example:gold"))
    assert await refusal(browser, unknown) == "unmet_authentication_requirements"


@ONE_STORE
@pytest.mark.parametrize("claim", [{"essential": True}, {"essential": True, "values": []}, None])
async def test_a_must_that_names_no_level_is_fulfilled_by_any(browser, claim):
    asked = asking(claims={"id_token": {"acr": claim}})
    assert (await browser.authorize(asked)).parameters["code"]


@ONE_STORE
@pytest.mark.parametrize("claim", [{"values": "x"}, {"values": [1]}, {"value": {"x": 1}}], ids=str)
async def test_a_level_is_a_text(browser, claim):
    assert await refusal(browser, asking(claims={"id_token": {"acr": claim}})) == "invalid_request"


async def stepping_up(provider, browser, name="wang"):
    """Somebody who signed in by password alone, and has turned a second factor on since."""
    subscriber = await provider.person(name)
    await browser.authorize(asking(), username=name)
    async with provider.database.transaction() as tx:
        await provider.house.credentials.import_totp(
            tx, subscriber, SECRET, now=provider.clock.now()
        )
    return {"username": name, "otp": totp_code(SECRET, provider.clock.now())}


@ONE_STORE
@pytest.mark.parametrize(
    "parameters",
    [{"acr_values": f"{AAL2} {AAL2}"}, {"claims": must_be(AAL2)}],
    ids=["a wish", "a must"],
)
async def test_who_can_do_better_is_asked_to(provider, browser, platform, parameters):
    person = await stepping_up(provider, browser)
    asked = asking(**parameters)
    _, page = await browser.follow(await browser.get("/authorize", **asked.parameters))
    assert "otp" in page.inputs
    assert "username" not in page.inputs
    answer = await browser.authorize(asked, **person)
    found = await claims_of(platform, asked, answer)
    assert found["acr"] == AAL2
    assert "mfa" in found["amr"]


@ONE_STORE
async def test_where_no_page_may_be_shown_a_must_fails_and_a_wish_does_not(provider, browser):
    await stepping_up(provider, browser)
    silent_must = asking(claims=must_be(AAL2), prompt="none")
    assert await refusal(browser, silent_must) == "login_required"
    wish = asking(acr_values=AAL2, prompt="none")
    assert Answer.of(await browser.get("/authorize", **wish.parameters)).parameters["code"]


@ONE_STORE
async def test_a_must_is_answered_by_a_level_that_was_asked_for(provider, browser, platform):
    await provider.person("wang", totp=SECRET)
    asked = asking(claims=must_be(AAL1))
    otp = totp_code(SECRET, provider.clock.now())
    answer = await browser.authorize(asked, username="wang", otp=otp)
    assert (await claims_of(platform, asked, answer))["acr"] == AAL1
    plain = asking()
    found = await claims_of(platform, plain, await browser.authorize(plain))
    assert found["acr"] == AAL2


@ONE_STORE
async def test_a_registered_level_is_wished_for_where_the_request_says_nothing(provider, browser):
    person = await stepping_up(provider, browser)
    await register(provider, metadata("plain", default_acr_values=[AAL2]))
    _, page = await browser.follow(await browser.get("/authorize", **asking("plain").parameters))
    assert "otp" in page.inputs
    asked = asking("plain")
    found = await claims_of(
        Platform(provider, "plain"), asked, await browser.authorize(asked, **person)
    )
    assert found["acr"] == AAL2
