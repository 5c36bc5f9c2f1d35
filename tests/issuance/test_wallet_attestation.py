"""A wallet without a server: its maker says what it is (attest_jwt_client_auth)."""

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from authsvc.clients.client import PRE_AUTHORIZED_CODE
from tests.issuance.attested import NAME, AttestedWallet
from tests.issuance.makers import PERSON, Maker, new_keys
from tests.issuance.test_offers import grant, offered
from tests.oidc.jwt_makers import signed

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_wallet_is_known_by_the_word_of_its_maker(issuing):
    wallet = AttestedWallet(issuing)
    tokens = await wallet.authorized(issuing.zhang, scope=PERSON)
    assert await wallet.fetch(tokens, new_keys(1))
    assert PRE_AUTHORIZED_CODE in (await metadata(issuing))["grant_types_supported"]
    assert await wallet.redeem(**grant(await offered(issuing)))


async def test_a_word_that_is_not_good_is_none(issuing):
    offer, now = await offered(issuing), issuing.service.clock.now()
    at = now.timestamp()
    stranger = Maker("somebody else", now=now)
    for wrong in (
        {"maker": stranger},
        {"attestation": {"exp": at - 60}},
        {"attestation": {"exp": None}},
        {"attestation": {"sub": None}},
        {"attestation": {"sub": "wallet-a"}},
        {"attestation": {"cnf": None}},
        {"attestation": {"cnf": {"jwk": new_keys(1)[0].as_dict(private=False)}}},
        {"proof": {"aud": "https://elsewhere.example"}},
        {"proof": {"iat": at - 3600}},
        {"proof": {"iss": "wallet-a"}},
        {"proof": {"jti": None}},
    ):
        wallet = AttestedWallet(issuing)
        vars(wallet).update(wrong)
        response = await wallet.post("/token", grant(offer))
        assert (response.status_code, response.json()["error"]) == (401, "invalid_client"), wrong
    again = AttestedWallet(issuing)
    again.proof = {"jti": "the same"}
    assert (await again.post("/token", grant(offer))).status_code == 200
    response = await again.post("/token", grant(offer))
    assert response.json()["error"] == "invalid_client"


@pytest.mark.parametrize(
    "other",
    [
        # ecdsa-with-SHA256, and what is none (RFC 5758 section 3.2); version 3, and version 6.
        (bytes.fromhex("2a8648ce3d040302"), bytes.fromhex("2a8648ce3d040371")),
        (bytes.fromhex("a003020102"), bytes.fromhex("a003020105")),
    ],
    ids=["algorithm", "version"],
)
async def test_a_certificate_that_nobody_can_read_is_no_makers(issuing, other):
    """At the token endpoint, where nobody is known yet, and in the proof of a key."""
    encoded = issuing.maker.certificate.public_bytes(Encoding.DER).replace(*other)
    shown = {"x5c": [base64.b64encode(encoded).decode()], "kid": None}
    word = signed({}, issuing.maker.jwk, typ="oauth-client-attestation+jwt", says=shown)
    form = grant(await offered(issuing)) | {"client_id": NAME}
    sent = {"oauth-client-attestation": word, "oauth-client-attestation-pop": word}
    async with issuing.service.client() as client:
        response = await client.post("/token", data=form, headers=sent)
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
    wallet = issuing.wallet()
    tokens = await wallet.authorized(issuing.zhang, scope=PERSON)
    keys = signed({}, issuing.maker.jwk, typ="key-attestation+jwt", says=shown)
    body = {"credential_configuration_id": PERSON, "proofs": {"attestation": [keys]}}
    response = await wallet.ask(tokens, body)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_proof")


async def test_nobody_is_an_attested_wallet_without_showing_it(issuing):
    form = grant(await offered(issuing)) | {"client_id": NAME}
    async with issuing.service.client() as client:
        response = await client.post("/token", data=form)
    assert response.json()["error"] == "invalid_client"
    wallet = AttestedWallet(issuing)
    both = form | {"client_secret": "an artificial secret, long enough to be one"}
    assert (await wallet.post("/token", both)).json()["error"] == "invalid_request"


async def metadata(issuing):
    async with issuing.service.client() as client:
        found: dict[str, Any] = (await client.get("/.well-known/oauth-authorization-server")).json()
        return found


async def test_the_method_is_announced_where_a_maker_is_known(issuing):
    async with issuing.service.client() as client:
        told = (await client.get("/.well-known/openid-configuration")).json()
    assert "attest_jwt_client_auth" in told["token_endpoint_auth_methods_supported"]
    assert told["client_attestation_signing_alg_values_supported"] == ["ES256"]
