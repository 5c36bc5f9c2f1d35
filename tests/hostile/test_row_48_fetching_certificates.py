"""HOSTILE row 48: what is sent to the issuer of certificates that was not made for it, or not now.

OpenID4VCI 1.0, sections 6.3 and 8.3.1. Each attack has its own word, and none of them leaves the
wallet that is attacked with less than it had.
"""

from datetime import timedelta

import pytest
import pytest_asyncio

from authsvc.clients.client import PRE_AUTHORIZED_CODE
from authsvc.identifiers import b64url
from authsvc.issuance import credential_endpoint
from tests.issuance.conftest import issuing
from tests.issuance.makers import AT_PLATFORM, PERSON, new_keys, read_certificate
from tests.issuance.test_offers import grant, offered, signed_in_by_password
from tests.oidc.jwt_makers import private_key
from tests.whole import SQUARE

__all__ = ["issuing"]

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(scope="session")
def wallet(issuing):
    """The wallet that is attacked."""
    return issuing.wallet()


@pytest_asyncio.fixture(loop_scope="session")
async def tokens(issuing, wallet):
    """Its tokens."""
    return await wallet.authorized(issuing.zhang, scope=PERSON)


async def outcome(wallet, tokens, proofs, **which):
    """The status and the word."""
    asked = which or {"credential_configuration_id": PERSON}
    response = await wallet.ask(tokens, asked | {"proofs": proofs})
    return response.status_code, response.json().get("error")


async def test_a_pre_authorized_code_is_redeemed_once_and_its_tokens_die_of_a_second_time(issuing):
    offer, wallet = await offered(issuing), issuing.wallet()
    tokens = await wallet.redeem(**grant(offer))
    other = issuing.wallet("wallet-b")
    response = await other.post("/token", grant(offer))
    assert response.json()["error"] == "invalid_grant"
    proofs = await wallet.proofs(new_keys(1))
    assert await outcome(wallet, tokens, proofs) == (401, "invalid_token")
    renewed = await wallet.post(
        "/token", {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    )
    assert renewed.json()["error"] == "invalid_grant"


async def test_a_pre_authorized_code_is_for_wallets(issuing):
    offer = await offered(issuing)
    async with issuing.service.client() as client:
        for auth in ((SQUARE.client_id, SQUARE.secret), None):
            response = await client.post("/token", data=grant(offer), auth=auth)
            expected = "invalid_client" if auth is None else "unauthorized_client"
            assert response.json()["error"] == expected
    assert PRE_AUTHORIZED_CODE in offer["credential_offer"]["grants"]
    assert (await issuing.wallet().post("/token", grant(offer))).status_code == 200


async def test_a_stolen_password_invites_no_wallet(issuing):
    """A wallet goes on with its refresh token: it wants what a further device wants."""
    wish = {"certificates": [PERSON]}
    async with issuing.service.client() as thief:
        await signed_in_by_password(thief, issuing.zhang)
        response = await thief.post("/holder/wallets/offers", json=wish)
    refusal = "authentication.phone_proof_required"
    assert (response.status_code, response.json()["code"]) == (403, refusal)


async def test_a_proof_is_this_wallets_for_us_and_of_now(issuing, wallet, tokens):
    [key], at = new_keys(1), int(issuing.service.clock.now().timestamp())
    nonce = await wallet.nonce()
    for changes in (
        {"aud": "https://elsewhere.example"},
        {"aud": None},
        {"aud": [wallet.client_id]},
        {"iss": "wallet-b"},
        {"iat": None},
        {"iat": at - 3600},
        {"iat": at + 3600},
        {"nonce": None},
        {"header": {"typ": "JWT"}},
        {"header": {"typ": "dpop+jwt"}},
        {"header": {"alg": "none"}},
        {"header": {"jwk": None}},
        {"header": {"jwk": key.as_dict(private=True)}},
        {"header": {"jwk": private_key("EdDSA").as_dict(private=False)}},
        {"header": {"kid": "did:example:1"}},
        {"header": {"x5c": ["MIIB"]}},
        {"header": {"crit": ["exp"]}},
    ):
        proofs = {"jwt": [wallet.key_proof(key, **({"nonce": nonce} | changes))]}
        assert await outcome(wallet, tokens, proofs) == (400, "invalid_proof"), changes
    # None of it has used the nonce up.
    good = {"jwt": [wallet.key_proof(key, nonce)]}
    assert await outcome(wallet, tokens, good) == (200, None)


async def test_a_proof_and_its_nonce_are_good_once(issuing, wallet, tokens):
    proofs = await wallet.proofs(new_keys(2))
    assert await outcome(wallet, tokens, proofs) == (200, None)
    assert await outcome(wallet, tokens, proofs) == (400, "invalid_nonce")
    two = {"jwt": [*proofs["jwt"][:1], *(await wallet.proofs(new_keys(1)))["jwt"]]}
    assert await outcome(wallet, tokens, two) == (400, "invalid_proof")
    late = await wallet.proofs(new_keys(1))
    issuing.service.clock.advance(timedelta(minutes=5))
    fresh = await wallet.authorized(issuing.zhang, scope=PERSON)
    assert await outcome(wallet, fresh, late) == (400, "invalid_nonce")


async def test_a_key_is_certified_once_and_for_one_certificate(issuing, wallet, tokens):
    [key] = new_keys(1)
    assert await outcome(wallet, tokens, await wallet.proofs([key])) == (200, None)
    assert await outcome(wallet, tokens, await wallet.proofs([key])) == (400, "invalid_proof")
    twice = await wallet.proofs(new_keys(1) * 2)
    assert await outcome(wallet, tokens, twice) == (400, "invalid_proof")


async def test_a_token_opens_what_the_person_allowed_and_nothing_else(issuing, wallet, tokens):
    proofs = await wallet.proofs(new_keys(1))
    for which, expected in (
        ({"credential_configuration_id": "no-such"}, (400, "unknown_credential_configuration")),
        ({"credential_configuration_id": AT_PLATFORM}, (403, "insufficient_scope")),
        ({"credential_identifier": f"{AT_PLATFORM}.all"}, (403, "insufficient_scope")),
        ({"credential_identifier": "no-such"}, (400, "unknown_credential_identifier")),
    ):
        assert await outcome(wallet, tokens, proofs, **which) == expected
    received = await issuing.service.code_flow_of_a_new_browser(SQUARE, issuing.zhang)
    body = {"credential_configuration_id": PERSON, "proofs": proofs}
    response = await wallet.ask(received.tokens, body, scheme="Bearer", dpop=False)
    assert (response.status_code, response.json()["error"]) == (403, "insufficient_scope")


async def test_a_found_token_is_worth_nothing_without_its_key(issuing, wallet, tokens):
    body = {"credential_configuration_id": PERSON, "proofs": await wallet.proofs(new_keys(1))}
    thief = issuing.wallet("wallet-b")
    for attempt in (
        wallet.ask(tokens, body, dpop=False),
        wallet.ask(tokens, body, scheme="Bearer", dpop=False),
        thief.ask(tokens, body),
    ):
        assert (await attempt).status_code == 401


async def test_nothing_but_keys_is_taken_from_a_request(issuing, wallet, tokens):
    """HOSTILE row 49: another subject, a longer life, other claims, a wish to issue oneself."""
    [key], later = new_keys(1), int(issuing.service.clock.now().timestamp()) + 10**9
    wishes = {"sub": "somebody", "exp": later, "claims": {"age_over_18": False}, "vct": "x"}
    said = {"sub": "somebody", "exp": later, "age_over_18": False, "platform": "square.example"}
    nonce = await wallet.nonce()
    proofs = {"jwt": [wallet.key_proof(key, nonce, **said)]}
    asked = {"credential_configuration_id": PERSON, "proofs": proofs}
    response = await wallet.ask(tokens, wishes | asked)
    [found] = response.json()["credentials"]
    _, claims, shown = read_certificate(found["credential"])
    assert claims["exp"] - claims["iat"] == 14 * 24 * 3600
    assert {"sub", "aud"}.isdisjoint({*claims, *shown})
    assert shown["age_over_18"] is True
    assert set(claims["cnf"]["jwk"]) == {"kty", "crv", "x", "y"}


async def test_requests_that_are_refused_are_counted_like_any(issuing, wallet, tokens, monkeypatch):
    """Sent: sixty-four proofs, again and again, with nonces that nobody made."""
    monkeypatch.setattr(credential_endpoint, "MOST_REQUESTS", 0)
    [key] = new_keys(1)
    proofs = {"jwt": [wallet.key_proof(key, b64url(bytes(40)))]}
    status, _ = await outcome(wallet, tokens, proofs)
    assert status == 429


async def test_what_is_no_request_is_refused_as_one(wallet, tokens):
    for body in ({}, {"proofs": {"jwt": "text"}}, {"credential_identifier": 7}):
        response = await wallet.ask(tokens, body)
        assert (response.status_code, response.json()["error"]) == (
            400,
            "invalid_credential_request",
        )
    response = await wallet.ask(tokens, "not.a.request")
    assert response.json()["error"] == "invalid_encryption_parameters"
    for said in ({}, {"notification_id": "x", "event": "credential_lost"}):
        response = await wallet.ask(tokens, said, path="/credentials/notification")
        assert response.json()["error"] == "invalid_notification_request"
    said = {"notification_id": "invented", "event": "credential_accepted"}
    response = await wallet.ask(tokens, said, path="/credentials/notification")
    assert response.json()["error"] == "invalid_notification_id"
