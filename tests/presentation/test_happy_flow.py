"""The modules of an OpenID4VP 1.0 verifier plan that end well: each mode and each prefix."""

import pytest

from tests.makers import NOW
from tests.presentation.conftest import ADDRESS, RETURN_TO, SECTOR
from tests.presentation.wallet import (
    AT_PLATFORM,
    Wallet,
    answer_form,
    read_link,
)

FLOWS = [
    pytest.param("x509_hash", True, id="x509_hash, direct_post.jwt"),
    pytest.param("x509_hash", False, id="x509_hash, direct_post"),
    pytest.param("x509_san_dns", True, id="x509_san_dns, direct_post.jwt"),
    pytest.param("redirect_uri", True, id="redirect_uri, direct_post.jwt"),
    pytest.param("redirect_uri", False, id="redirect_uri, direct_post"),
]


@pytest.mark.parametrize("prefix,encrypted", FLOWS)
async def test_happy_flow(door, wallet, prefix, encrypted):
    """oid4vp-1final-verifier-happy-flow: of each prefix and mode."""
    asked = await door.orders("age_over_18", client_id_prefix=prefix, encrypted=encrypted)
    assert asked["qr"].startswith("data:image/svg+xml")
    assert await door.result(asked["id"]) == {"status": "waiting"}
    request = await door.opens(asked["link"])

    presented = wallet.present(request, "age_over_18", now=NOW)
    answer = await door.answers(request, answer_form(request, {"person": [presented]}))

    assert (answer.status_code, answer.json()) == (200, {})
    result = await door.result(asked["id"])
    assert result["status"] == "presented"
    [person] = result["credentials"]["person"]
    assert person["claims"]["age_over_18"] is True
    # What was kept back stays where it is, and what only verifies is not told.
    assert not {"age_over_14", "assurance", "cnf", "_sd"} & set(person["claims"])
    assert "status" not in person


async def test_what_a_wallet_reads_in_a_request(door):
    asked = await door.orders("age_over_18")
    request = await door.opens(asked["link"])

    told = request.parameters
    assert request.header["typ"] == "oauth-authz-req+jwt"
    # One certificate, and not the authority's own (HAIP 1.0 section 5).
    assert len(request.header["x5c"]) == 1
    assert told["aud"] == "https://self-issued.me/v2"
    assert (told["response_type"], told["response_mode"]) == ("vp_token", "direct_post.jwt")
    assert told["response_uri"].startswith(f"{ADDRESS}/responses/")
    assert told["dcql_query"] == door.query("age_over_18")
    assert min(len(told["nonce"]), len(told["state"])) >= 43
    metadata = told["client_metadata"]
    assert metadata["vp_formats_supported"]["dc+sd-jwt"]["kb-jwt_alg_values"] == ["ES256"]
    assert metadata["encrypted_response_enc_values_supported"] == ["A128GCM", "A256GCM"]
    [key] = metadata["jwks"]["keys"]
    assert (key["kty"], key["crv"], key["use"], key["alg"]) == ("EC", "P-256", "enc", "ECDH-ES")
    assert "d" not in key
    # Nothing is equal in two requests but who asks.
    other = await door.opens((await door.orders("age_over_18"))["link"])
    for name in ("nonce", "state", "response_uri", "client_metadata"):
        assert other.parameters[name] != told[name]


async def test_a_request_says_who_asks_and_what_for_and_its_link_is_for_one_wallet(door):
    own = {"name": "平台 · Platform", "purpose": "登录 · Sign in"}
    app = "https://id.example/app/present#/present"
    asked = await door.orders("age_over_18", **own, wallet=app)
    assert asked["link"].startswith(f"{app}?client_id=")
    request = await door.opens("openid4vp://" + asked["link"].removeprefix(app))
    metadata = request.parameters["client_metadata"]
    assert (metadata["client_name"], metadata["purpose"]) == (own["name"], own["purpose"])


async def test_a_request_is_fetched_by_post_with_a_nonce_of_the_wallet(door):
    """oid4vp-1final-verifier-request-uri-method-post: the nonce is in what is signed."""
    asked = await door.orders()
    assert read_link(asked["link"])["request_uri_method"] == "post"

    request = await door.opens(asked["link"], nonce="a nonce of the wallet")

    assert request.parameters["wallet_nonce"] == "a nonce of the wallet"
    assert "wallet_nonce" not in (await door.opens(asked["link"])).parameters
    address = read_link(asked["link"])["request_uri"]
    refused = await door.http.post(address, data={"wallet_nonce": "x" * 513})
    assert refused.status_code == 400


async def test_a_request_is_fetched_as_often_as_a_wallet_likes(door, wallet):
    """oid4vp-1final-verifier-request-uri-fetched-twice: it says the same, and is answered once."""
    asked = await door.orders("age_over_18")
    first, second = [await door.opens(asked["link"]) for _ in range(2)]
    assert first.parameters == second.parameters
    presented = wallet.present(second, "age_over_18", now=NOW)
    answer = await door.answers(second, answer_form(second, {"person": [presented]}))
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "beside",
    [{}, {"kid": "of the wallet", "use": "sig", "alg": "ES256", "key_ops": ["verify"]}],
    ids=["minimal", "with all that a key may say"],
)
async def test_what_a_holders_key_says_beside_itself_is_of_no_matter(door, issuer, beside):
    """oid4vp-1final-verifier-minimal-cnf-jwk: and the happy flow, whose key says more."""
    wallet = Wallet.of(issuer, now=NOW, holder_says=beside)
    request = await door.opens((await door.orders())["link"])
    form = answer_form(request, {"person": [wallet.present(request, now=NOW)]})
    assert (await door.answers(request, form)).status_code == 200


async def test_a_certificate_for_this_platform_tells_its_subject(door, issuer):
    wallet = Wallet.of(issuer, now=NOW, kind=AT_PLATFORM, sector=SECTOR, sub="a pseudonym")
    asked = await door.orders(query=door.query("sub", kind=AT_PLATFORM))
    request = await door.opens(asked["link"])

    presented = wallet.present(request, "sub", now=NOW)
    await door.answers(request, answer_form(request, {"person": [presented]}, enc="A256GCM"))

    [person] = (await door.result(asked["id"]))["credentials"]["person"]
    assert person["subject"] == "a pseudonym"


async def test_a_certificate_with_a_status_is_looked_up_in_its_list(door, issuer):
    wallet = Wallet.of(issuer, now=NOW, index=7)
    asked = await door.orders()
    request = await door.opens(asked["link"])

    presented = wallet.present(request, now=NOW)
    await door.answers(request, answer_form(request, {"person": [presented]}))

    [person] = (await door.result(asked["id"]))["credentials"]["person"]
    assert person["status"] == "valid"
    # Keys and a whole list: nothing that says which certificate it was.
    assert door.fetches.asked == [
        f"{issuer.url}/.well-known/jwt-vc-issuer",
        issuer.list_address,
    ]


async def test_on_one_device_the_browser_comes_back_with_a_code(door, wallet):
    """oid4vp-1final-verifier-happy-flow: the wallet is told where it goes on (HAIP 5.1)."""
    asked = await door.orders("age_over_18", way="same_device")
    request = await door.opens(asked["link"])
    presented = wallet.present(request, "age_over_18", now=NOW)

    answer = await door.answers(request, answer_form(request, {"person": [presented]}))

    back, _, code = answer.json()["redirect_uri"].partition("?response_code=")
    assert back == RETURN_TO
    assert len(code) >= 43
    # Who only polls learns that it went well, and nothing of the person.
    assert await door.result(asked["id"]) == {"status": "presented"}
    redeemed = await door.redeems(asked["id"], code)
    assert redeemed.json()["credentials"]["person"][0]["claims"]["age_over_18"] is True
    assert {"response_code", "session_digest"}.isdisjoint(redeemed.json())


async def test_who_declines_is_told_apart(door):
    asked = await door.orders()
    request = await door.opens(asked["link"])

    # Without encryption: a wallet that has nothing to tell need not be able to (section 8.3.1).
    form = {"error": "access_denied", "state": request.parameters["state"]}
    answer = await door.answers(request, form)

    assert answer.status_code == 200
    assert await door.result(asked["id"]) == {"status": "declined", "reason": "access_denied"}


async def test_alternatives_are_taken_as_the_query_has_them(door, wallet):
    claims = [
        {"id": "adult", "path": ["age_over_18"], "values": [True]},
        {"id": "sure", "path": ["assurance"], "values": ["substantial", "high"]},
    ]
    [credential] = door.query()["credentials"]
    credential |= {"claims": claims, "claim_sets": [["adult", "sure"], ["sure"]]}
    other = {**door.query()["credentials"][0], "id": "other"}
    sets = [{"options": [["other"], ["person"]]}]
    query = {"credentials": [credential, other], "credential_sets": sets}
    asked = await door.orders(query=query)
    request = await door.opens(asked["link"])

    presented = wallet.present(request, "assurance", now=NOW)
    await door.answers(request, answer_form(request, {"person": [presented]}))

    assert (await door.result(asked["id"]))["status"] == "presented"
