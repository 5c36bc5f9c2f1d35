"""Step-up (RFC 9470): data of a client that registered a level is not told on a weaker sign-in."""

import json
import re

import pytest

from authsvc.authentication.assurance import AAL1, AAL2
from tests.authentication.makers import totp_code
from tests.clients.makers import metadata
from tests.oidc.makers import Platform, request

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


async def register(provider, *levels):
    document = metadata("plain", default_acr_values=list(levels))
    await provider.clients.import_clients([document], now=provider.clock.now())
    return Platform(provider, "plain")


async def test_the_whole_loop_from_the_challenge_to_success(provider, browser):
    subscriber = await provider.person("wang")
    plain = await register(provider, AAL2)
    weak = await plain.tokens(browser, username="wang")
    async with provider.database.transaction() as tx:
        await provider.house.credentials.import_totp(
            tx, subscriber, SECRET, now=provider.clock.now()
        )

    refused = await plain.userinfo(weak["access_token"])
    assert refused.status_code == 401
    challenge = refused.headers["www-authenticate"]
    assert challenge.startswith('Bearer realm="authsvc", error="insufficient_user_authentication"')
    (levels,) = re.findall(r'acr_values="([^"]+)"', challenge)
    assert refused.json()["error"] == "insufficient_user_authentication"

    must = {"id_token": {"acr": {"essential": True, "values": levels.split(" ")}}}
    asked = request("plain", acr_values=levels, claims=json.dumps(must))
    otp = totp_code(SECRET, provider.clock.now())
    strong = await plain.tokens(browser, asked, username="wang", otp=otp)
    answer = await plain.userinfo(strong["access_token"])
    assert answer.status_code == 200
    assert answer.json()["age_over_18"] is True
    assert (await plain.userinfo(weak["access_token"])).status_code == 401


async def test_the_weakest_of_the_registered_levels_will_do(provider, browser):
    plain = await register(provider, AAL2, AAL1)
    tokens = await plain.tokens(browser)
    assert (await plain.userinfo(tokens["access_token"])).status_code == 200


async def test_levels_that_nobody_here_knows_require_nothing(provider, browser):
    plain = await register(provider, "1", "urn:example:gold")
    tokens = await plain.tokens(browser)
    assert (await plain.userinfo(tokens["access_token"])).status_code == 200


async def test_a_level_registered_later_holds_for_tokens_that_are_out(provider, browser):
    plain = Platform(provider, "plain")
    tokens = await plain.tokens(browser)
    assert (await plain.userinfo(tokens["access_token"])).status_code == 200
    await register(provider, AAL2)
    response = await plain.userinfo(tokens["access_token"])
    assert f'acr_values="{AAL2}"' in response.headers["www-authenticate"]


async def test_a_revoked_token_is_told_that_and_not_how_to_step_up(provider, browser):
    plain = await register(provider, AAL2)
    tokens = await plain.tokens(browser)
    await plain.revoke(tokens["access_token"])
    response = await plain.userinfo(tokens["access_token"])
    assert response.json()["error"] == "invalid_token"
