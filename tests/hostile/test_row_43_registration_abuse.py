"""Row 43: whoever may not register, registers too much, or asks for what only operators grant."""

import asyncio
from functools import partial

import pytest

from authsvc.clients.initial_tokens import InitialTokens
from tests.dumps import entries
from tests.oidc.makers import Platform, request
from tests.oidc.registrars import HOME, LEAST, Registrar, issued, update


@pytest.fixture
def tokens(provider):
    return InitialTokens(provider.database, provider.keyring.digests)


@pytest.fixture
def issue(provider):
    return partial(issued, provider)


@pytest.fixture
async def registrar(provider):
    return await Registrar.of(provider)


def refused(response):
    assert response.status_code == 401
    challenge = response.headers["www-authenticate"]
    assert challenge.startswith("Bearer ")
    assert response.json()["error"] == "invalid_token"


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer ", "Bearer unknown", "Basic dXNlcjpwYXNz", "Bearer " + "A" * 43],
)
async def test_nobody_registers_without_a_token(registrar, provider, authorization):
    """No token, an empty one, an unknown one, another scheme: 401, and nobody is registered."""
    before = len(await provider.clients.every())
    headers = {} if authorization is None else {"authorization": authorization}
    refused(await registrar.http.post("/register", json=LEAST, headers=headers))
    assert len(await provider.clients.every()) == before


async def test_a_token_is_not_taken_from_the_query_or_the_body(registrar):
    """The right token where logs keep it: 401."""
    url = f"/register?access_token={registrar.token}"
    refused(await registrar.http.post(url, json=LEAST))
    refused(await registrar.http.post("/register", json=LEAST | {"access_token": registrar.token}))


async def test_a_token_ends(registrar, clock):
    """A day later: 401."""
    clock.advance(days=1)
    refused(await registrar.register())


async def test_a_token_that_is_revoked_ends_at_once(provider, tokens, issue):
    """The operator revokes it: 401 for the next, and whoever registered before stays."""
    token, issued = await issue()
    registrar = Registrar(provider, token)
    found = await registrar.registered()
    await tokens.revoke(issued.id)
    refused(await registrar.register())
    assert (await registrar.manage(found)).status_code == 200


async def test_a_quota_is_kept_in_a_row(provider, issue):
    """Two registrations are allowed, a third is sent: 429; what failed before did not count."""
    registrar = Registrar(provider, (await issue(registrations=2))[0])
    for _ in range(3):
        assert (await registrar.register({"redirect_uris": []})).status_code == 400
    for _ in range(2):
        await registrar.registered()
    response = await registrar.register()
    assert response.status_code == 429
    assert "retry-after" in response.headers


async def test_a_quota_is_kept_in_a_rush(provider, issue):
    """Three are allowed, twenty come at once: three are registered."""
    registrar = Registrar(provider, (await issue(registrations=3))[0])
    before = len(await provider.clients.every())
    responses = await asyncio.gather(*(registrar.register() for _ in range(20)))
    assert sorted(response.status_code for response in responses) == [201] * 3 + [429] * 17
    assert len(await provider.clients.every()) == before + 3


async def test_what_only_an_operator_grants_is_not_registered(registrar, provider):
    """Legal basis, purposes, resources, exceptions, an id: answered without them, kept without."""
    found = await registrar.registered(
        client_id="platform-a",
        legal_basis="an artificial law",
        purposes={"age": {"zh": "甲", "en": "a"}},
        legacy_assertion_audience=True,
        resources=["https://api.example"],
        protected_resource="https://api.example",
        skip_consent=True,
        trusted=True,
    )
    client = await provider.client(found["client_id"])
    assert found["client_id"] != "platform-a"
    assert client.legal_basis is None
    assert client.purposes == {}
    assert client.resources == ()
    assert client.protected_resource is None
    assert not client.legacy_assertion_audience
    document = update(found, legal_basis="an artificial law", legacy_assertion_audience=True)
    told = (await registrar.manage(found, "PUT", document)).json()
    assert "legal_basis" not in told
    assert told["legacy_assertion_audience"] is False


async def test_who_registered_itself_never_skips_consent(registrar, browser, platform, provider):
    """A person who is signed in comes with prompt=none: consent_required, not a code."""
    await platform.tokens(browser)
    found = await registrar.registered()
    asked = request(found["client_id"], redirect_uri=HOME + "/callback", prompt="none")
    answer = await browser.authorize(asked)
    assert answer.parameters["error"] == "consent_required"
    asked = asked.but(prompt=None)
    _, page = await browser.follow(await browser.get("/authorize", **asked.parameters))
    assert page is not None
    assert "approve" in page.buttons


async def test_a_registration_is_not_managed_with_another_token(registrar, provider, issue):
    """Another client's token, the initial one, none: 401 for reading, changing and deleting."""
    mine, other = [await registrar.registered() for _ in range(2)]
    for token in (other["registration_access_token"], registrar.token, "x", " "):
        for method in ("GET", "PUT", "DELETE"):
            document = update(mine) if method == "PUT" else None
            refused(await registrar.manage(mine, method, document, token=token))
    assert (await registrar.manage(mine)).json()["client_id"] == mine["client_id"]


async def test_clients_of_an_operator_are_nobodys_to_manage(registrar, provider):
    """A client that was imported, and one that is not there: 401, and nothing tells which."""
    found = await registrar.registered()
    answers = []
    for client_id in ("platform-a", "nobody"):
        aimed = found | {"registration_client_uri": f"{provider.issuer}/register/{client_id}"}
        for method in ("GET", "DELETE"):
            response = await registrar.manage(aimed, method)
            refused(response)
            answers.append(response.text)
    assert len(set(answers)) == 1
    assert await provider.client("platform-a")


async def test_tokens_and_secrets_do_not_rest(registrar, storage):
    """Both stores are read by a thief: neither token nor the secret is there."""
    found = await registrar.registered()
    secrets = [registrar.token, found["registration_access_token"], found["client_secret"]]
    for place, value in await entries((storage.database_url, storage.ephemeral_url)):
        for secret in secrets:
            assert secret.encode() not in value, place


async def test_a_client_that_is_deleted_redeems_nothing(registrar, provider, browser, clock):
    """A code is asked for, the client deletes itself, the code comes: 401."""
    found = await registrar.registered(token_endpoint_auth_method="none")
    asked = request(found["client_id"], redirect_uri=HOME + "/callback")
    answer = await browser.authorize(asked)
    assert (await registrar.manage(found, "DELETE")).status_code == 204
    platform = Platform(provider, found["client_id"])
    response = await platform.redeem(asked, answer.parameters["code"])
    assert response.status_code == 401
    assert response.json()["error"] == "invalid_client"


async def test_a_document_as_large_as_may_be_is_bounded(registrar):
    """Thousands of addresses, a name of a megabyte, a thousand keys: 4xx, in a moment."""
    for document in (
        LEAST | {"redirect_uris": [f"{HOME}/{number}" for number in range(1000)]},
        LEAST | {"client_name": "x" * 500_000},
        LEAST | {"jwks": {"keys": [{"kty": "EC"}] * 1000}},
        LEAST | {"contacts": ["x" * 300]},
    ):
        assert 400 <= (await registrar.register(document)).status_code < 500


@pytest.mark.parametrize("client_id", ["%00", "%00abc", "%ed%a0%80", "%ff", "a" * 3000])
async def test_a_client_id_that_no_database_can_store(registrar, client_id):
    """Bytes that are no text, a zero, three kilobytes in the address: 401, as for any other."""
    for method in ("GET", "PUT", "DELETE"):
        document = LEAST | {"client_id": "x"} if method == "PUT" else None
        uri = f"{registrar.provider.issuer}/register/{client_id}"
        aimed = {"registration_client_uri": uri, "registration_access_token": "x"}
        refused(await registrar.manage(aimed, method, document))
