"""What is known of the issuer, and when it is asked: not when somebody comes."""

import asyncio
import zlib
from datetime import timedelta
from hashlib import shake_256

import pytest
from click.testing import CliRunner

from authsvc.certificates.status_entry import SIZE
from authsvc.cli import main
from authsvc.identifiers import b64url
from authsvc.presentation.issuer_facts import EVERY, IssuerFacts
from authsvc.verify.presentation import Answer, Query, request_by_post
from authsvc.web.fetcher import LARGEST, Fetcher
from tests.makers import NOW
from tests.oidc.jwt_makers import signed
from tests.presentation.conftest import SECTOR, IssuerAway
from tests.presentation.wallet import Issuer, Request, Wallet


@pytest.fixture
def fetches(issuer, clock):
    return IssuerAway(issuer, clock)


@pytest.fixture
def facts(issuer, fetches):
    return IssuerFacts(issuer=issuer.url, sector=SECTOR, fetcher=fetches, algorithms=("ES256",))


@pytest.fixture
def comes(issuer, clock, facts):
    """Somebody presents a certificate that has a status."""
    return visitor(issuer, clock, facts)


def visitor(issuer, clock, facts):
    """Presents a certificate whose place in the list is the eighth."""
    wallet = Wallet.of(issuer, now=NOW, index=7)
    credential = {
        "id": "person",
        "format": "dc+sd-jwt",
        "meta": {"vct_values": [issuer.type("verified-person")]},
    }
    request = request_by_post(
        client_id="redirect_uri:https://verifier.example/",
        query=Query.read({"credentials": [credential]}),
        response_uri="https://verifier.example/",
    )

    async def present():
        presented = wallet.present(Request(request.parameters), now=clock.now())
        await facts.verify(Answer({"person": (presented,)}), request, now=clock.now())

    return present


async def test_what_is_fetched_by_the_clock_is_not_fetched_for_who_comes(
    clock, issuer, fetches, facts, comes
):
    await comes()
    assert fetches.asked == [f"{issuer.url}/.well-known/jwt-vc-issuer", issuer.list_address]
    for _ in range(9):
        clock.advance(EVERY)
        await facts.refresh(now=clock.now())
    # It is looked whether they are due; they are when they are half a minute old.
    asked = [*fetches.asked]
    assert asked[2:] == [issuer.list_address] * 3
    clock.advance(2 * EVERY - timedelta(seconds=1))
    await asyncio.gather(comes(), comes())
    assert fetches.asked == asked


async def test_a_new_key_of_the_issuer_is_fetched_once(clock, fetches, facts, comes, issuer):
    from tests.oidc.jwt_makers import private_key

    issuer.key = private_key("ES256", "first of the issuer")
    await facts.refresh(now=clock.now())
    issuer.key = private_key("ES256", "issuer")
    clock.advance(minutes=1)
    await facts.refresh(now=clock.now())
    await comes()
    assert fetches.asked.count(f"{issuer.url}/.well-known/jwt-vc-issuer") == 2


class Withdrawn(Issuer):
    """Half of its million certificates were put on hold: by one person, say, who had them all."""

    def status_list(self, now):
        chosen = shake_256(b"half of them").digest(SIZE // 4)
        packed = bytearray(octet & 0b10101010 for octet in chosen)
        packed[1] = 0
        claims = {
            "sub": self.list_address,
            "iat": int(now.timestamp()),
            "status_list": {"bits": 2, "lst": b64url(zlib.compress(bytes(packed), 9))},
        }
        return signed(claims, self.key, typ="statuslist+jwt").encode()


async def test_a_list_of_which_much_was_withdrawn_is_fetched_all_the_same(clock):
    """Whoever withdraws a great many of their own has nobody else refused."""

    async def answer(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        about_keys = b"jwt-vc-issuer" in head
        body = issuer.metadata if about_keys else issuer.status_list(clock.now())
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    issuer = Withdrawn(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    assert len(issuer.status_list(clock.now())) > LARGEST
    fetcher = Fetcher(loopback_http=True)
    facts = IssuerFacts(issuer=issuer.url, sector=SECTOR, fetcher=fetcher, algorithms=("ES256",))
    async with server:
        await visitor(issuer, clock, facts)()
    fetcher.close()


@pytest.mark.parametrize(
    "issuer,address",
    [
        ("http://id.example", "https://verifier.example"),
        ("https://id.example", "http://verifier.example"),
    ],
    ids=["issuer", "own address"],
)
def test_the_command_refuses_http_beyond_loopback(issuer, address):
    command = ["verifier", "--issuer", issuer, "--public-url", address]
    outcome = CliRunner().invoke(main, command)
    assert outcome.exit_code == 1
    assert "web.field_invalid" in outcome.output
