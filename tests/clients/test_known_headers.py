"""Basic headers that have proved a client here: what is kept, and that it proves nothing."""

import base64
from hashlib import sha256
from typing import Any, cast

import msgspec
import pytest

from authsvc.clients.authentication import ClientAuthentication
from authsvc.clients.client_keys import ClientKeys
from authsvc.clients.client_secret import KnownHeaders, Shown, read_basic
from authsvc.clients.errors import ClientNotAuthenticated
from authsvc.clients.metadata import read_metadata
from authsvc.web.http import Headers, HTTPRequest
from tests.clients.makers import OTHER_SECRET, SECRET, metadata


def basic(client_id, secret):
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


class Registered:
    """The registry, without a database below it."""

    def __init__(self, *documents):
        self.clients = {each["client_id"]: read_metadata(each) for each in documents}

    async def find(self, client_id, *, now):
        return self.clients.get(client_id)

    def change(self, client_id, **members):
        """The operator changes a registration."""
        self.clients[client_id] = msgspec.structs.replace(self.clients[client_id], **members)


@pytest.fixture
def registered():
    return Registered(metadata("a"), metadata("b", client_secret=OTHER_SECRET))


@pytest.fixture
def authenticate(registered, ephemeral, now):
    doors = ClientAuthentication(
        registered,
        keys=ClientKeys(cast("Any", None)),
        ephemeral=ephemeral,
        issuer="https://id.example",
    )

    async def authenticate(authorization, form=None):
        headers = Headers([(b"authorization", authorization.encode())])
        request = HTTPRequest("POST", "/token", headers=headers)
        return (await doors.authenticate(request, form or {}, now=now)).client_id

    return authenticate


async def test_a_secret_that_was_replaced_is_refused_at_once(authenticate, registered):
    header = basic("a", SECRET)
    assert await authenticate(header) == await authenticate(header) == "a"
    registered.change("a", secret_digest=sha256(OTHER_SECRET.encode()).digest())
    with pytest.raises(ClientNotAuthenticated):
        await authenticate(header)
    assert await authenticate(basic("a", OTHER_SECRET)) == "a"


async def test_a_client_that_was_disabled_is_refused_at_once(authenticate, registered):
    header = basic("a", SECRET)
    assert await authenticate(header) == "a"
    del registered.clients["a"]
    with pytest.raises(ClientNotAuthenticated):
        await authenticate(header)


async def test_a_method_that_was_changed_is_refused_at_once(authenticate, registered):
    header = basic("a", SECRET)
    assert await authenticate(header) == "a"
    registered.change("a", auth_methods=(registered.clients["a"].auth_methods[1],))
    with pytest.raises(ClientNotAuthenticated):
        await authenticate(header)


async def test_a_header_that_is_known_is_still_compared_with_the_form(authenticate):
    header = basic("a", SECRET)
    assert await authenticate(header) == "a"
    with pytest.raises(ClientNotAuthenticated):
        await authenticate(header, {"client_id": "b"})


async def test_a_wrong_secret_is_refused_again_and_again(authenticate):
    for _ in range(3):
        with pytest.raises(ClientNotAuthenticated):
            await authenticate(basic("a", OTHER_SECRET))


def test_no_more_than_so_many_are_kept_and_the_oldest_gives_way():
    known = KnownHeaders(most=3)
    headers = [basic(f"client-{n}", SECRET) for n in range(5)]
    for header in headers:
        known.remember(header, read_basic(header))
    assert [known.recall(header) is not None for header in headers] == [False] * 2 + [True] * 3


def test_neither_the_secret_nor_the_header_is_kept():
    known, header = KnownHeaders(), basic("a", SECRET)
    known.remember(header, read_basic(header))
    kept = repr(known.__dict__)
    assert "'a'" in kept
    for secret in (SECRET, header, header.partition(" ")[2]):
        assert secret not in kept


def test_both_readings_of_a_header_are_kept():
    known, header = KnownHeaders(), basic("a%21", "x+y")
    known.remember(header, read_basic(header))
    assert known.recall(header) == (Shown.of("a!", "x y"), Shown.of("a%21", "x+y"))
