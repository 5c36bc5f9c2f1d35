from hashlib import sha256

import msgspec
import pytest

from authsvc.clients import Clients, store
from authsvc.clients.errors import (
    ClientExists,
    ClientHasNoSecret,
    ClientMetadataInvalid,
    ClientNotFound,
)
from tests.clients.makers import SECRET, metadata, public_metadata


def unnamed(**members):
    """A document that leaves the id to us."""
    document = metadata(**members)
    del document["client_id"]
    return document


@pytest.fixture
def clients(database):
    return Clients(database)


async def test_no_clients_may_be_imported(clients, now):
    assert await clients.import_clients([], now=now) == []
    assert await clients.every() == []


async def test_an_imported_client_is_found_as_it_was_read(clients, now):
    (imported,) = await clients.import_clients([metadata()], now=now)
    assert await clients.find("platform-a", now=now) == imported
    assert await clients.every() == [imported]


async def test_every_member_survives_the_registry(clients, now):
    document = metadata(
        post_logout_redirect_uris=["https://platform-a.example/bye"],
        grant_types=["authorization_code", "refresh_token"],
        scope="openid offline_access",
        id_token_signed_response_alg="ES256",
        token_endpoint_auth_method="client_secret_post",
        require_pkce=False,
        default_max_age=60,
        require_auth_time=True,
        logo_uri="https://platform-a.example/logo.svg",
    )
    (imported,) = await clients.import_clients([document], now=now)
    assert await clients.find("platform-a", now=now) == imported


async def test_an_unknown_client_is_not_found(clients, now):
    for client_id in ("", "nobody", "x" * 300, "a\x00", "客户端", "'; DROP TABLE client"):
        assert await clients.find(client_id, now=now) is None


async def test_importing_again_replaces(clients, now):
    await clients.import_clients([metadata()], now=now)
    await clients.find("platform-a", now=now)
    await clients.import_clients([metadata(client_name="renamed")], now=now)
    found = await clients.find("platform-a", now=now)
    assert found is not None
    assert found.name == "renamed"
    assert len(await clients.every()) == 1


async def test_all_clients_are_imported_or_none(clients, now):
    with pytest.raises(ClientMetadataInvalid) as caught:
        await clients.import_clients([metadata("first"), metadata("second", profile="x")], now=now)
    assert caught.value.field == "second.profile"
    assert await clients.every() == []


async def test_two_clients_of_one_id_are_refused(clients, now):
    with pytest.raises(ClientMetadataInvalid) as caught:
        await clients.import_clients([metadata(), public_metadata("platform-a")], now=now)
    assert caught.value.field == "platform-a.client_id"


@pytest.mark.parametrize("documents", [None, {}, "[]", 7])
async def test_only_a_list_of_documents_is_imported(clients, now, documents):
    with pytest.raises(ClientMetadataInvalid):
        await clients.import_clients(documents, now=now)


async def test_loopback_over_http_opens_with_the_sandbox(database, now):
    document = metadata(redirect_uris=["http://127.0.0.1:3000/cb"])
    with pytest.raises(ClientMetadataInvalid):
        await Clients(database).import_clients([document], now=now)
    assert await Clients(database, loopback_http=True).import_clients([document], now=now)


async def test_a_client_is_remembered_for_a_few_seconds(clients, database, now, clock):
    await clients.import_clients([metadata()], now=now)
    found = await clients.find("platform-a", now=now)
    async with database.transaction() as tx:
        await store.save(tx, msgspec.structs.replace(found, name="changed elsewhere"), now=now)
    assert await clients.find("platform-a", now=clock.advance(seconds=4)) == found
    later = await clients.find("platform-a", now=clock.advance(seconds=2))
    assert later is not None
    assert later.name == "changed elsewhere"


async def test_a_disabled_client_is_not_found_and_an_import_enables_it(clients, now):
    await clients.import_clients([metadata()], now=now)
    await clients.find("platform-a", now=now)
    await clients.disable("platform-a", now=now)
    assert await clients.find("platform-a", now=now) is None
    assert await clients.every() == []
    await clients.import_clients([metadata()], now=now)
    assert await clients.find("platform-a", now=now) is not None


async def test_what_strangers_ask_for_does_not_pile_up(clients, now, monkeypatch):
    monkeypatch.setattr("authsvc.clients.registry._MOST", 3)
    for number in range(10):
        await clients.find(f"nobody-{number}", now=now)
    assert len(clients._remembered) <= 3


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_the_secret_does_not_rest(clients, now, database_url):
    await clients.import_clients([metadata()], now=now)
    async with clients._database.reading() as tx:
        (row,) = (await tx.execute(store.client.select())).all()
    assert SECRET not in str(row)
    assert "secret_digest" not in row.document


async def test_pseudonyms_survive_a_move_to_another_host(clients, now):
    (before,) = await clients.import_clients([metadata()], now=now)
    moved = metadata(redirect_uris=["https://moved.example/callback"])
    (after,) = await clients.import_clients([moved], now=now)
    assert after.redirect_uris == ("https://moved.example/callback",)
    assert after.sector_identifier == before.sector_identifier


async def test_a_named_sector_identifier_counts_also_later(clients, now):
    await clients.import_clients([metadata()], now=now)
    named = metadata(sector_identifier_uri="https://group.example/sector.json")
    (after,) = await clients.import_clients([named], now=now)
    assert after.sector_identifier == "group.example"


async def test_whoever_gets_a_disabled_clients_id_does_not_get_its_pseudonyms(clients, now):
    (before,) = await clients.import_clients([metadata()], now=now)
    await clients.disable(before.client_id, now=now)
    other = metadata(redirect_uris=["https://other.example/callback"])
    (after,) = await clients.import_clients([other], now=now)
    assert after.sector_identifier == "other.example"


async def test_one_client_more_is_given_an_id_and_a_secret(clients, now):
    added, secret = await clients.add(unnamed(client_secret=None), now=now)
    assert secret is not None
    assert len(secret) >= 43
    assert added.secret_digest == sha256(secret.encode()).digest()
    assert await clients.find(added.client_id, now=now) == added
    another, _ = await clients.add(unnamed(client_secret=None), now=now)
    assert another.client_id != added.client_id


async def test_an_id_and_a_secret_that_are_given_are_taken(clients, now):
    added, secret = await clients.add(metadata(), now=now)
    assert added.client_id == "platform-a"
    assert added.secret_digest == sha256(SECRET.encode()).digest()
    assert secret is None


async def test_no_secret_is_made_for_who_needs_none(clients, now):
    added, secret = await clients.add(
        unnamed(client_secret=None, token_endpoint_auth_method="none"), now=now
    )
    assert secret is None
    assert added.secret_digest is None


async def test_adding_replaces_nobody(clients, now):
    await clients.import_clients([metadata()], now=now)
    with pytest.raises(ClientExists):
        await clients.add(metadata(client_name="another"), now=now)
    assert (await clients.get("platform-a")).name == "平台 platform-a"
    await clients.disable("platform-a", now=now)
    added, _ = await clients.add(metadata(client_name="another"), now=now)
    assert await clients.get("platform-a") == added


@pytest.mark.parametrize("document", [None, [], "text", [metadata()]])
async def test_only_one_document_is_added(clients, now, document):
    with pytest.raises(ClientMetadataInvalid):
        await clients.add(document, now=now)


async def test_a_new_secret_takes_the_place_of_the_old_one_at_once(clients, now):
    (before,) = await clients.import_clients([metadata()], now=now)
    await clients.find("platform-a", now=now)
    secret = await clients.rotate_secret("platform-a", now=now)
    after = await clients.find("platform-a", now=now)
    assert after is not None
    assert after.secret_digest == sha256(secret.encode()).digest()
    assert msgspec.structs.replace(after, secret_digest=before.secret_digest) == before


async def test_other_workers_meet_the_old_secret_for_seconds_only(clients, database, now, clock):
    (before,) = await clients.import_clients([metadata()], now=now)
    worker = Clients(database)
    assert await worker.find("platform-a", now=now) == before
    await clients.rotate_secret("platform-a", now=now)
    assert await worker.find("platform-a", now=clock.advance(seconds=4)) == before
    after = await worker.find("platform-a", now=clock.advance(seconds=1))
    assert after is not None
    assert after.secret_digest != before.secret_digest


async def test_who_has_no_secret_gets_no_new_one(clients, now):
    await clients.import_clients([public_metadata()], now=now)
    with pytest.raises(ClientHasNoSecret):
        await clients.rotate_secret("spa", now=now)


async def test_nothing_is_done_to_clients_that_are_not_there(clients, now):
    await clients.import_clients([metadata()], now=now)
    await clients.disable("platform-a", now=now)
    for client_id in ("nobody", "platform-a"):
        with pytest.raises(ClientNotFound):
            await clients.get(client_id)
        with pytest.raises(ClientNotFound):
            await clients.rotate_secret(client_id, now=now)
    with pytest.raises(ClientNotFound):
        await clients.disable("nobody", now=now)
