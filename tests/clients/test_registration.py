"""The rules for clients that nobody vouches for; the endpoint's own are in tests/oidc."""

import json
from datetime import timedelta

import pytest

from authsvc.clients import Clients
from authsvc.clients.client import CIBA, DEVICE_CODE, TOKEN_EXCHANGE
from authsvc.clients.errors import (
    ClientMetadataInvalid,
    RegistrationTokenNotFound,
    RegistrationTokenRefused,
)
from authsvc.clients.initial_tokens import Terms
from authsvc.clients.registration import Registrations
from authsvc.web.errors import FetchFailed, FetchRefused
from authsvc.web.fetched import Fetched

CALLBACK = "https://shop.example/callback"
SECTOR = "https://group.example/uris.json"


class Library:
    """Documents by their address; an error is raised, a list is written down as JSON."""

    def __init__(self):
        self.documents = {}
        self.asked = []

    async def get(self, url, *, accept, largest):
        self.asked.append(url)
        found = self.documents[url]
        if isinstance(found, Exception):
            raise found
        body = found if isinstance(found, bytes) else json.dumps(found).encode()
        return Fetched(body=body, content_type="application/json", fresh_for=timedelta(0))


@pytest.fixture
def library():
    return Library()


@pytest.fixture
def registrations(database, keyring, library):
    return Registrations(
        database=database, clients=Clients(database), digests=keyring.digests, fetcher=library
    )


@pytest.fixture
def register(registrations, now):
    async def registered(**members):
        token, _ = await registrations.initial_tokens.issue(
            registrations=1, lifetime=timedelta(days=1), terms=Terms(), now=now
        )
        document = {"redirect_uris": [CALLBACK]} | members
        return await registrations.register(token, document, now=now)

    return registered


async def test_the_sector_is_the_host_of_the_redirect_uris(register):
    assert (await register()).client.sector_identifier == "shop.example"


async def test_a_sector_that_lists_every_redirect_uri_is_believed(register, library):
    library.documents[SECTOR] = ["https://other.example/", CALLBACK]
    client = (await register(sector_identifier_uri=SECTOR)).client
    assert client.sector_identifier == "group.example"
    assert library.asked == [SECTOR]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param([], id="lists nothing"),
        pytest.param(["https://shop.example/callback/"], id="lists another"),
        pytest.param([CALLBACK.upper()], id="lists another spelling"),
        pytest.param({CALLBACK: 1}, id="an object"),
        pytest.param([[CALLBACK]], id="a list of lists"),
        pytest.param([CALLBACK, 7], id="a number beside it"),
        pytest.param(b"<html>", id="a page"),
        pytest.param(b"", id="nothing"),
        pytest.param(FetchRefused(log="address"), id="may not be asked"),
        pytest.param(FetchFailed(log="time"), id="does not answer"),
    ],
)
async def test_any_other_answer_is_none(register, library, answer):
    library.documents[SECTOR] = answer
    with pytest.raises(ClientMetadataInvalid) as caught:
        await register(sector_identifier_uri=SECTOR)
    assert caught.value.field == "sector_identifier_uri"


@pytest.mark.parametrize("grant_type", [DEVICE_CODE, CIBA, TOKEN_EXCHANGE])
async def test_a_client_that_needs_no_redirect_is_a_sector_of_its_own(
    register, library, grant_type
):
    library.documents[SECTOR] = [CALLBACK]
    for members in ({}, {"sector_identifier_uri": SECTOR}):
        client = (
            await register(
                grant_types=["authorization_code", grant_type],
                backchannel_token_delivery_mode="poll",
                **members,
            )
        ).client
        assert client.sector_identifier == f"client:{client.client_id}"


async def test_an_address_of_keys_is_not_asked_at_registration(register, library):
    await register(jwks_uri="https://shop.example/keys", request_uris=["https://shop.example/r"])
    assert library.asked == []


async def test_nobody_says_of_themselves_that_a_law_lets_them_have_names(register):
    registered = await register(
        scope="openid identity",
        identity_legal_basis="an artificial law",
        purposes={"identity": {"zh": "甲", "en": "a"}},
        jwks_uri="https://shop.example/keys",
        userinfo_signed_response_alg="ES256",
        userinfo_encrypted_response_alg="ECDH-ES",
    )
    assert registered.client.scopes == ("openid",)
    assert registered.client.identity_legal_basis is None
    assert not registered.client.receives_identity


async def test_refusals_name_the_member_and_no_id(register):
    with pytest.raises(ClientMetadataInvalid) as caught:
        await register(logo_uri="javascript:x")
    assert caught.value.field == "logo_uri"


async def test_a_secret_that_an_operator_changed_stays_changed(
    registrations, register, database, now
):
    found = await register()
    client_id = found.client.client_id
    await Clients(database).rotate_secret(client_id, now=now)
    rotated = (await registrations.read(client_id, found.access_token)).client.secret_digest
    document = {"client_id": client_id, "redirect_uris": [CALLBACK]}
    told = await registrations.update(client_id, found.access_token, document, now=now)
    assert told.secret is None
    assert told.client.secret_digest == rotated
    old = document | {"client_secret": found.secret}
    with pytest.raises(ClientMetadataInvalid):
        await registrations.update(client_id, found.access_token, old, now=now)


async def test_tokens_are_listed_without_themselves_and_revoked_by_their_id(registrations, now):
    tokens = registrations.initial_tokens
    assert await tokens.every() == []
    text, issued = await tokens.issue(
        registrations=3, lifetime=timedelta(days=1), terms=Terms(resources=("urn:x",)), now=now
    )
    assert await tokens.every() == [issued]
    assert text not in repr(issued)
    assert issued.remaining == 3
    assert issued.terms.resources == ("urn:x",)
    await tokens.check(text, now=now)
    await tokens.revoke(issued.id)
    with pytest.raises(RegistrationTokenRefused):
        await tokens.check(text, now=now)
    with pytest.raises(RegistrationTokenNotFound):
        await tokens.revoke(issued.id)


async def test_a_token_that_is_over_is_forgotten_with_the_next(registrations, clock):
    tokens = registrations.initial_tokens
    await tokens.issue(registrations=1, lifetime=timedelta(days=1), terms=Terms(), now=clock.now())
    later = clock.advance(days=1)
    _, second = await tokens.issue(
        registrations=1, lifetime=timedelta(days=1), terms=Terms(), now=later
    )
    assert await tokens.every() == [second]


async def test_a_token_may_be_said_and_said_again(registrations, now):
    tokens = registrations.initial_tokens
    for remaining in (1, 5):
        await tokens.issue(
            registrations=remaining,
            lifetime=timedelta(days=1),
            terms=Terms(),
            now=now,
            token="a token of a sandbox",
        )
    (only,) = await tokens.every()
    assert only.remaining == 5


async def test_nobody_makes_themselves_a_wallet(register):
    """Who holds certificates for many platforms could compare them: an operator knows who does."""
    registered = await register(scope="openid verified-person verified-person-at-platform")
    assert registered.client.scopes == ("openid",)
