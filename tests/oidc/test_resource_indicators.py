import pytest

from authsvc.oidc.authorize.errors import InvalidTarget
from authsvc.oidc.authorize.resource_indicators import read_resources
from tests.authentication.makers import ISSUER
from tests.clients.makers import client
from tests.oidc.front_makers import register, signing
from tests.oidc.jwt_makers import unverified
from tests.oidc.makers import Answer, Platform, request

ONE_STORE = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
FIRST, SECOND = "https://first.example/api", "https://second.example/"


def read(*asked):
    return read_resources(asked, client(resources=[FIRST, SECOND]), issuer=ISSUER)


def test_registered_resources_and_the_issuer_may_be_asked_for_once_each():
    assert read() == ()
    assert read(FIRST) == (FIRST,)
    assert read(SECOND, FIRST, SECOND, ISSUER) == (SECOND, FIRST, ISSUER)


@pytest.mark.parametrize(
    "resource",
    [
        FIRST + "/",
        FIRST + "?x",
        FIRST + "#x",
        "HTTPS://first.example/api",
        "https://first.example",
        "//first.example/api",
        "/api",
        "first",
        "",
        " ",
        FIRST + " ",
        FIRST + "\n",
        "https://资源.example/",
        ISSUER + "/",
        "https://a.example/" + "x" * 3000,
    ],
)
def test_everything_else_is_refused(resource):
    with pytest.raises(InvalidTarget):
        read(FIRST, resource)


@ONE_STORE
async def test_the_token_is_for_what_was_asked(provider, browser):
    await register(provider, signing(resources=[FIRST, SECOND]))
    platform, asked = Platform(provider, "signer"), request("signer")
    pairs = [*asked.parameters.items(), ("resource", FIRST), ("resource", SECOND)]
    answer = await browser.through(await browser.http.get("/authorize", params=pairs))
    tokens = (await platform.redeem(asked, answer.parameters["code"])).json()
    payload = unverified(tokens["access_token"])
    assert set(payload["aud"]) == {FIRST, SECOND}


@ONE_STORE
async def test_a_foreign_resource_is_an_invalid_target(provider, browser):
    await register(provider, signing(resources=[FIRST]))
    pairs = [*request("signer").parameters.items(), ("resource", FIRST), ("resource", SECOND)]
    answer = Answer.of(await browser.http.get("/authorize", params=pairs))
    assert answer.parameters["error"] == "invalid_target"
