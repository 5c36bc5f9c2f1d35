import pytest
from joserfc import jwe

from authsvc.clients.signed import read_signed
from tests.authentication.makers import ISSUER
from tests.clients.makers import metadata
from tests.oidc.front_makers import SIGNER, register, strict
from tests.oidc.jwt_makers import jwks_of, private_key
from tests.oidc.makers import Answer, request
from tests.oidc.strict import StrictPlatform
from tests.oidc.test_response_modes import FormPost

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)


async def read(provider, response, alg):
    """The claims of a response that we signed."""
    keys = (await provider.http().get("/jwks")).json()["keys"]
    return read_signed(response, keys, algorithms=[alg]).claims


@pytest.mark.parametrize("mode", ["jwt", "query.jwt"])
async def test_the_answer_is_one_signed_parameter(provider, browser, platform, clock, mode):
    asked = request(response_mode=mode)
    answer = await browser.authorize(asked)
    assert set(answer.parameters) == {"response"}
    claims = await read(provider, answer.parameters["response"], "RS256")
    assert set(claims) == {"iss", "aud", "exp", "code", "state"}
    assert claims["iss"] == ISSUER
    assert claims["aud"] == "platform-a"
    assert claims["state"] == asked.parameters["state"]
    assert 0 < claims["exp"] - clock.now().timestamp() <= 600
    assert (await platform.redeem(asked, claims["code"])).status_code == 200


async def test_the_form_carries_it_too(provider, browser):
    await browser.authorize(request())
    asked = request(response_mode="form_post.jwt")
    page = FormPost((await browser.get("/authorize", **asked.parameters)).text)
    assert set(page.inputs) == {"response"}
    assert (await read(provider, page.inputs["response"], "RS256"))["code"]


async def test_errors_are_signed_as_well(provider, browser):
    asked = request(response_mode="jwt", prompt="none")
    answer = Answer.of(await browser.get("/authorize", **asked.parameters))
    assert set(answer.parameters) == {"response"}
    claims = await read(provider, answer.parameters["response"], "RS256")
    assert claims["error"] == "login_required"
    assert claims["aud"] == "platform-a"


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA"])
async def test_the_registered_algorithm_signs(provider, browser, alg):
    await register(provider, metadata("jarm", authorization_signed_response_alg=alg))
    answer = await browser.authorize(request("jarm", response_mode="jwt"))
    assert (await read(provider, answer.parameters["response"], alg))["code"]


async def test_a_strict_platform_gets_no_rs256(provider, browser):
    await register(provider, strict())
    platform, asked = (
        StrictPlatform(provider, "strict", key=SIGNER),
        request("strict", response_mode="jwt"),
    )
    outside = await platform.pushed(asked)
    answer = await browser.through(await browser.get("/authorize", **outside))
    claims = await read(provider, answer.parameters["response"], "ES256")
    assert (await platform.redeem(asked, claims["code"])).status_code == 200


async def test_it_is_encrypted_to_a_platform_that_is_registered_for_that(provider, browser):
    key = private_key("ES256", "encryption")
    public = {**key.as_dict(private=False), "use": "enc"}
    await register(
        provider,
        metadata(
            "jarm",
            jwks={"keys": [*jwks_of(SIGNER)["keys"], public]},
            authorization_signed_response_alg="ES256",
            authorization_encrypted_response_alg="ECDH-ES",
            authorization_encrypted_response_enc="A256GCM",
        ),
    )
    answer = await browser.authorize(request("jarm", response_mode="jwt"))
    opened = jwe.decrypt_compact(
        answer.parameters["response"], key, algorithms=["ECDH-ES", "A256GCM"]
    )
    assert opened.headers()["cty"] == "JWT"
    assert opened.plaintext is not None
    assert (await read(provider, opened.plaintext.decode(), "ES256"))["code"]


async def test_an_answer_is_no_hint(provider, browser):
    answer = await browser.authorize(request(response_mode="jwt"))
    hinted = request(prompt="none", id_token_hint=answer.parameters["response"])
    found = Answer.of(await browser.get("/authorize", **hinted.parameters))
    assert found.parameters["error"] == "invalid_request"
