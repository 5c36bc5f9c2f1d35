import asyncio
import json
from datetime import timedelta

import pytest

from authsvc.clients import client_keys
from authsvc.clients.client import Client
from authsvc.clients.client_keys import ClientKeys
from authsvc.clients.errors import ClientKeysUnavailable, SignatureRefused, SignedMalformed
from authsvc.web.errors import FetchFailed, FetchRefused
from authsvc.web.fetched import Fetched
from authsvc.web.fetcher import Fetcher
from tests.clients.signer import Signer, x5c

URI = "https://platform.example/jwks.json"
OLD, NEW = Signer("P-256", 1, kid="old"), Signer("P-256", 2, kid="new")


class Platforms:
    """The addresses of platforms: what each answers, and how often it was asked."""

    def __init__(self):
        self.asked = []
        self.turn = asyncio.Event()
        self.turn.set()
        self.serve(OLD)

    def serve(self, *signers, fresh_for=timedelta(minutes=5), content_type="application/json"):
        body = json.dumps({"keys": [each.jwk for each in signers]}).encode()
        self.answer = Fetched(body, content_type, fresh_for)

    def serve_text(self, body):
        self.answer = Fetched(body, "application/json", timedelta(minutes=5))

    async def get(self, url, *, accept, largest):
        self.asked.append(url)
        assert accept == "application/json, application/jwk-set+json"
        assert largest <= 128 * 1024
        await self.turn.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def platforms():
    return Platforms()


@pytest.fixture
def keys(platforms):
    return ClientKeys(platforms)


def client(**members):
    return Client(
        client_id="platform", name="Platform", sector_identifier="platform.example", **members
    )


REMOTE = client(jwks_uri=URI)


async def kids(keys, now, kid=None, of=REMOTE):
    return [jwk["kid"] for jwk in await keys.of(of, now=now, kid=kid)]


async def test_a_client_without_keys_has_none(keys, platforms, now):
    assert await keys.of(client(), now=now) == []
    assert platforms.asked == []


async def test_registered_keys_are_never_fetched(keys, platforms, now):
    assert await kids(keys, now, "unknown", client(jwks=NEW.jwks)) == ["new"]
    assert platforms.asked == []


@pytest.mark.parametrize("content_type", ["application/json", "application/jwk-set+json"])
async def test_keys_are_fetched_once_and_remembered(keys, platforms, now, content_type):
    platforms.serve(OLD, content_type=content_type)
    for seconds in (0, 1, 299):
        assert await kids(keys, now + timedelta(seconds=seconds), "old") == ["old"]
    assert platforms.asked == [URI]


@pytest.mark.parametrize(
    ("fresh_for", "lifetime"),
    [
        (timedelta(seconds=1), timedelta(minutes=1)),
        (timedelta(minutes=7), timedelta(minutes=7)),
        (timedelta(hours=1), timedelta(minutes=15)),
    ],
)
async def test_the_answers_own_lifetime_counts_within_bounds(
    keys, platforms, now, fresh_for, lifetime
):
    platforms.serve(OLD, fresh_for=fresh_for)
    await kids(keys, now)
    platforms.serve(NEW)
    assert await kids(keys, now + lifetime - timedelta(seconds=1)) == ["old"]
    assert await kids(keys, now + lifetime) == ["new"]
    assert len(platforms.asked) == 2


async def test_an_unknown_kid_is_looked_up_again_but_not_at_once(keys, platforms, now):
    await kids(keys, now)
    platforms.serve(OLD, NEW)
    assert await kids(keys, now + timedelta(seconds=29), "new") == ["old"]
    assert await kids(keys, now + timedelta(seconds=30), "new") == ["old", "new"]
    assert len(platforms.asked) == 2


async def test_made_up_kids_do_not_make_us_knock(keys, platforms, now):
    for second in range(90):
        await kids(keys, now + timedelta(seconds=second), f"made up {second}")
    assert len(platforms.asked) == 3


async def test_many_at_once_fetch_once(keys, platforms, now):
    platforms.turn.clear()
    waiting = [asyncio.create_task(kids(keys, now, kid)) for kid in ("old", None, "x") * 10]
    await asyncio.sleep(0)
    platforms.turn.set()
    assert await asyncio.gather(*waiting) == [["old"]] * 30
    assert platforms.asked == [URI]


async def test_who_knows_the_key_does_not_wait_for_who_asks_for_another(keys, platforms, now):
    await kids(keys, now)
    platforms.turn.clear()
    later = now + timedelta(seconds=30)
    waiting = asyncio.create_task(kids(keys, later, "unknown"))
    await asyncio.sleep(0)
    assert await asyncio.wait_for(kids(keys, later, "old"), 5) == ["old"]
    platforms.turn.set()
    assert await waiting == ["old"]


async def test_whoever_hangs_up_spoils_it_for_nobody(keys, platforms, now):
    platforms.turn.clear()
    first = asyncio.create_task(kids(keys, now))
    await asyncio.sleep(0)
    second = asyncio.create_task(kids(keys, now))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    platforms.turn.set()
    assert await second == ["old"]
    assert await kids(keys, now) == ["old"]
    assert platforms.asked == [URI]


FAILURES = [FetchFailed(log="HTTP 500"), FetchRefused(log="not public")]


@pytest.mark.parametrize("failure", FAILURES, ids=["failed", "refused"])
async def test_old_keys_count_a_few_minutes_while_the_address_fails_and_no_longer(
    keys, platforms, now, failure
):
    await kids(keys, now)
    platforms.answer = failure
    for minutes in (5, 6, 9.9):
        assert await kids(keys, now + timedelta(minutes=minutes)) == ["old"]
    for minutes in (10, 11, 60):
        with pytest.raises(ClientKeysUnavailable) as caught:
            await kids(keys, now + timedelta(minutes=minutes))
        assert URI not in str(caught.value)
    platforms.serve(NEW)
    assert await kids(keys, now + timedelta(minutes=61)) == ["new"]


@pytest.mark.parametrize("failure", FAILURES, ids=["failed", "refused"])
async def test_an_address_that_fails_is_not_asked_by_every_request(keys, platforms, now, failure):
    platforms.answer = failure
    for second in range(60):
        with pytest.raises(ClientKeysUnavailable):
            await kids(keys, now + timedelta(seconds=second))
    assert len(platforms.asked) == 2


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"keys":{}}',
        b'{"keys":[]}',
        b'{"keys":[7]}',
        b'{"keys":[],"keys":[]}',
        b"<html>",
        b"\xff",
        json.dumps({"keys": [OLD.jwk, {"kty": "oct", "k": "AAAA"}]}).encode(),
        json.dumps({"keys": [OLD.private_jwk]}).encode(),
        json.dumps({"keys": [Signer("P-256", n, kid=str(n)).jwk for n in range(21)]}).encode(),
    ],
)
async def test_an_answer_that_is_no_set_of_public_keys_counts_as_none(keys, platforms, now, body):
    platforms.serve_text(body)
    with pytest.raises(ClientKeysUnavailable):
        await kids(keys, now)


@pytest.mark.parametrize("content_type", ["text/html", "text/plain", "", "application/jwt"])
async def test_an_answer_of_another_type_counts_as_none(keys, platforms, now, content_type):
    platforms.serve(OLD, content_type=content_type)
    with pytest.raises(ClientKeysUnavailable):
        await kids(keys, now)


async def test_of_a_key_only_what_makes_it_one_is_remembered(keys, platforms, now):
    signer = Signer("P-256", kid="k", note="x" * 1000)
    chain = x5c(signer.certificate()) * 3
    signer.jwk["x5c"] = chain
    platforms.serve(signer)
    (found,) = await keys.of(REMOTE, now=now)
    assert set(found) == {"kty", "crv", "x", "y", "kid", "x5c"}
    assert found["x5c"] == chain[:1]


async def test_only_so_many_addresses_are_remembered(keys, platforms, now, monkeypatch):
    monkeypatch.setattr(client_keys, "_MOST_URIS", 3)
    places = [client(jwks_uri=f"https://{n}.example/") for n in range(4)]
    for place in (*places[:3], places[0], places[3], places[0]):
        await kids(keys, now, of=place)
    assert len(platforms.asked) == 4, "the one asked for least recently is forgotten"
    await kids(keys, now, of=places[1])
    assert platforms.asked[-1] == "https://1.example/"
    assert len(keys._remembered) == 3


async def test_what_a_client_has_signed_is_read_by_its_keys_new_ones_included(keys, platforms, now):
    async def read(signer, at):
        token = signer.sign({"iss": "platform"})
        return await keys.read_signed(REMOTE, token, algorithms=["ES256"], now=at)

    assert (await read(OLD, now)).claims == {"iss": "platform"}
    with pytest.raises(SignatureRefused):
        await read(NEW, now)
    platforms.serve(OLD, NEW)
    assert (await read(NEW, now + timedelta(seconds=30))).claims == {"iss": "platform"}


async def test_nothing_is_fetched_for_what_is_no_token(keys, platforms, now):
    with pytest.raises(SignedMalformed):
        await keys.read_signed(REMOTE, "x.y.z", algorithms=["ES256"], now=now)
    assert platforms.asked == []


async def test_a_kid_that_is_no_text_is_refused_without_asking_again(keys, platforms, now):
    token = OLD.sign({}, kid=["old"])
    for _ in range(2):
        with pytest.raises(ValueError, match="header"):
            await keys.read_signed(REMOTE, token, algorithms=["ES256"], now=now)
    assert platforms.asked == [URI]


async def test_our_own_fetcher_brings_them(now):
    """Against a real server on loopback: the contract with `authsvc.web.fetcher`."""
    body = json.dumps(OLD.jwks).encode()
    head = (
        "HTTP/1.1 200 OK\r\nContent-Type: application/jwk-set+json; charset=utf-8\r\n"
        f"Cache-Control: public, max-age=600\r\nContent-Length: {len(body)}\r\n\r\n"
    )

    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    fetcher = Fetcher(loopback_http=True)
    try:
        uri = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/jwks"
        keys, place = ClientKeys(fetcher), client(jwks_uri=uri)
        assert await kids(keys, now, of=place) == ["old"]
        server.close()
        assert await kids(keys, now + timedelta(seconds=599), of=place) == ["old"]
        with pytest.raises(ClientKeysUnavailable):
            await kids(keys, now + timedelta(minutes=15), of=place)
    finally:
        server.close()
        fetcher.close()
