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
from authsvc.presentation import issuer_facts
from authsvc.presentation.issuer_facts import EVERY, IssuerFacts
from authsvc.verify.presentation import Answer, Query, request_by_post
from authsvc.verify.statuses.errors import StatusTooOld
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


def visitor(issuer, clock, facts, *, index=7):
    """Presents a certificate that has this place in the list; None for one without a status."""
    wallet = Wallet.of(issuer, now=NOW, index=index)
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


class Silent(IssuerAway):
    """An issuer that was there, and whose network swallows every question from then on."""

    def __init__(self, issuer, clock):
        super().__init__(issuer, clock)
        self.is_silent = False

    async def get(self, url, *, accept, largest=0):
        if self.is_silent:
            await asyncio.Event().wait()
        return await super().get(url, accept=accept, largest=largest)


@pytest.mark.parametrize("is_attended", [True, False])
async def test_an_issuer_that_does_not_answer_holds_nobody_up(
    clock, issuer, monkeypatch, is_attended
):
    """A certificate without a status needs no news; one with a status is refused in time."""
    monkeypatch.setattr(issuer_facts, "_PATIENCE_SECONDS", 0.05)
    fetches = Silent(issuer, clock)
    facts = IssuerFacts(issuer=issuer.url, sector=SECTOR, fetcher=fetches, algorithms=("ES256",))
    await visitor(issuer, clock, facts)()
    fetches.is_silent = True
    clock.advance(minutes=11)
    looking = asyncio.create_task(facts.refresh(now=clock.now())) if is_attended else None
    async with asyncio.timeout(5):
        brief = [visitor(issuer, clock, facts, index=None)() for _ in range(10)]
        await asyncio.gather(*brief)
        with pytest.raises(StatusTooOld):
            await visitor(issuer, clock, facts)()
    if looking is not None:
        looking.cancel()


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
