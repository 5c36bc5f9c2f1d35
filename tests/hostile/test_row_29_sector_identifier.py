"""Row 29: a platform reaches for the pseudonyms that another platform knows its people by.

Two clients of one sector see a person under one subject. `shop.example` is the honest one; the
other registers itself and would like to be of its sector.
"""

import json

import pytest

from authsvc.clients.client import DEVICE_CODE
from authsvc.web.fetcher import Fetcher, trusted_authorities
from tests.clients.makers import metadata
from tests.oidc.registrars import Registrar, update
from tests.web.strangers import LOOPBACK, NAME, TestAuthority, answer, resolving, stranger

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)

HONEST = "https://shop.example/callback"
EVIL = "https://evil.example/callback"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return TestAuthority(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def fetcher(authority):
    """Loopback stands for the internet, and `platform.example` lies there."""
    fetcher = Fetcher(
        open_networks=LOOPBACK,
        trust=trusted_authorities(str(authority.file)),
        resolver=resolving("127.0.0.1"),
    )
    yield fetcher
    fetcher.close()


@pytest.fixture
async def registrar(provider, now):
    """Whoever registers, beside `shop`, which an operator has registered."""
    await provider.clients.import_clients([metadata("shop", redirect_uris=[HONEST])], now=now)
    return await Registrar.of(provider, registrations=100)


@pytest.fixture
async def person(provider):
    return await provider.person("li")


async def sector(authority, uris, registrar, **members):
    """Registers with a sector whose document lists `uris`; the answer, and what was asked."""
    body = json.dumps(uris).encode()
    document = answer(body, "Content-Type: application/json")
    async with stranger(document, tls=authority.context(NAME)) as server:
        response = await registrar.register(
            {"sector_identifier_uri": server.url("/uris.json"), **members}
        )
        return response, server.requests


async def test_a_sector_that_does_not_list_the_redirect_uri(registrar, authority):
    """The sector's document lists the honest redirect URI; the evil one is registered: 400."""
    response, requests = await sector(authority, [HONEST], registrar, redirect_uris=[EVIL])
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_client_metadata"
    assert "sector_identifier_uri" in response.json()["error_description"]
    assert len(requests) == 1


async def test_a_sector_that_lists_one_of_two(registrar, authority):
    """Both are registered, the document lists the honest one alone: 400."""
    response, _ = await sector(authority, [HONEST], registrar, redirect_uris=[HONEST, EVIL])
    assert response.status_code == 400


@pytest.mark.parametrize(
    "listed",
    [EVIL + "/", EVIL.upper(), "https://evil.example/*", "https://evil.example/", EVIL[:-1]],
)
async def test_a_sector_that_lists_almost_the_redirect_uri(registrar, authority, listed):
    """A prefix, a pattern, another case: bytes are compared, so 400."""
    response, _ = await sector(authority, [listed], registrar, redirect_uris=[EVIL])
    assert response.status_code == 400


async def test_a_sector_that_cannot_be_asked(registrar, authority):
    """Nobody listens at the sector's address: 400, not a sector on trust."""
    async with stranger(b"", tls=authority.context(NAME)) as server:
        uri = server.url("/uris.json")
    response = await registrar.register({"sector_identifier_uri": uri, "redirect_uris": [EVIL]})
    assert response.status_code == 400


async def test_a_sector_inside_our_network(registrar):
    """A sector at a private address, in two spellings: never asked, so 400."""
    for uri in ("https://10.0.0.1/uris.json", "https://[::ffff:10.0.0.1]/uris.json"):
        response = await registrar.register({"sector_identifier_uri": uri, "redirect_uris": [EVIL]})
        assert response.status_code == 400
        assert response.json()["error"] == "invalid_client_metadata"


async def test_a_sector_that_lists_every_redirect_uri_is_shared(
    registrar, provider, authority, person
):
    """The honest case: two clients that their sector lists know a person by one subject."""
    subjects = set()
    for redirect_uri in (HONEST, EVIL):
        response, _ = await sector(
            authority, [HONEST, EVIL], registrar, redirect_uris=[redirect_uri]
        )
        assert response.status_code == 201, response.text
        subjects.add(await provider.subject(person, response.json()["client_id"]))
    assert len(subjects) == 1


async def test_moving_away_from_a_host_leaves_its_pseudonyms(registrar, provider, person):
    """Registered with the honest redirect URI, then updated to the evil one: another subject."""
    honest = await provider.subject(person, "shop")
    found = await registrar.registered(redirect_uris=[HONEST])
    # Who has the honest redirect URI gets nothing that the honest host does not get.
    assert await provider.subject(person, found["client_id"]) == honest
    response = await registrar.manage(found, "PUT", update(found, redirect_uris=[EVIL]))
    assert response.status_code == 200
    assert await provider.subject(person, found["client_id"]) != honest


async def test_two_hosts_are_nobodys_sector(registrar, provider, person):
    """The honest host beside the evil one, without a sector document: a sector of its own."""
    found = await registrar.registered(redirect_uris=[HONEST, EVIL])
    assert await provider.subject(person, found["client_id"]) != await provider.subject(
        person, "shop"
    )


async def test_a_device_that_names_somebody_elses_redirect_uri(registrar, provider, person):
    """The honest redirect URI, and a grant that needs none: a sector of its own."""
    found = await registrar.registered(
        redirect_uris=[HONEST], grant_types=["authorization_code", DEVICE_CODE]
    )
    assert await provider.subject(person, found["client_id"]) != await provider.subject(
        person, "shop"
    )


async def test_a_client_becomes_a_device_later(registrar, provider, person):
    """The same by an update: the sector is decided anew."""
    found = await registrar.registered(redirect_uris=[HONEST])
    document = update(found, grant_types=["authorization_code", DEVICE_CODE])
    assert (await registrar.manage(found, "PUT", document)).status_code == 200
    assert await provider.subject(person, found["client_id"]) != await provider.subject(
        person, "shop"
    )
