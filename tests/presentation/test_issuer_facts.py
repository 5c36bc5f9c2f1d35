"""What is known of the issuer, and when it is asked: not when somebody comes."""

import asyncio
from datetime import timedelta

import pytest
from click.testing import CliRunner

from authsvc.cli import main
from authsvc.presentation.issuer_facts import EVERY, IssuerFacts
from authsvc.verify.presentation import Answer, Query, request_by_post
from tests.makers import NOW
from tests.presentation.conftest import SECTOR, IssuerAway
from tests.presentation.wallet import Request, Wallet


@pytest.fixture
def fetches(issuer, clock):
    return IssuerAway(issuer, clock)


@pytest.fixture
def facts(issuer, fetches):
    return IssuerFacts(issuer=issuer.url, sector=SECTOR, fetcher=fetches, algorithms=("ES256",))


@pytest.fixture
def comes(issuer, clock, facts):
    """Somebody presents a certificate that has a status."""
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
