"""Row 28: a platform registers a logout address inside our network, and signs somebody out.

Inside stands a server that would answer anybody; it must never be asked, and the person's sign-out
must not fail for it.
"""

import asyncio
from collections.abc import AsyncIterator
from time import perf_counter

import pytest

from authsvc.web.fetcher import Fetcher, trusted_authorities
from tests.oidc.leaving_platforms import BYE, reaching_loopback, registered
from tests.oidc.makers import Answer, Browser, Service
from tests.web.strangers import NAME, Stranger, TestAuthority, answer, resolving, stranger

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TestAuthority:
    return TestAuthority(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def fetcher(authority: TestAuthority) -> Fetcher:
    """No network is open, and every name leads inside."""
    trust = trusted_authorities(str(authority.file))
    return Fetcher(trust=trust, resolver=resolving("127.0.0.1"))


@pytest.fixture
async def inside(authority: TestAuthority) -> AsyncIterator[Stranger]:
    names = (NAME, "localhost", "127.0.0.1", "::1")
    async with stranger(answer(b"secret"), tls=authority.context(*names)) as server:
        yield server


async def signs_out(service: Service, uri: str) -> Answer:
    """A whole sign-out of a platform whose logout address this is."""
    browser = Browser(service)
    leaver = await registered(service, backchannel_logout_uri=uri)
    hint = await leaver.id_token(browser)
    response = await browser.get("/end-session", id_token_hint=hint, post_logout_redirect_uri=BYE)
    return Answer.of(response)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", NAME])
async def test_a_logout_address_inside_is_never_spoken_to(
    provider: Service, inside: Stranger, host: str
) -> None:
    """Registered: loopback as an address, and behind names. Not asked; the person is signed out."""
    answered = await signs_out(provider, inside.url("/backchannel_logout", host=host))
    assert answered.location == BYE
    assert inside.peers == 0


async def test_a_logout_address_that_redirects_inside_is_not_followed(
    provider: Service, authority: TestAuthority, inside: Stranger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answered to the logout token: go to an internal address. Not followed."""
    reaching = reaching_loopback(authority)
    monkeypatch.setattr(provider.provider.logout.backchannel, "_fetcher", reaching)
    elsewhere = answer(b"", f"Location: {inside.url()}", status="307 There")
    async with stranger(elsewhere, tls=authority.context(NAME)) as there:
        answered = await signs_out(provider, there.url("/backchannel_logout"))
        assert there.peers == 1
    assert answered.location == BYE
    assert inside.peers == 0
    reaching.close()


async def test_a_platform_that_never_answers_cannot_hold_the_sign_out_of_others(
    provider: Service, authority: TestAuthority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answered to the logout token: nothing, ever. The person waits three seconds at most."""
    reaching = reaching_loopback(authority)
    monkeypatch.setattr(provider.provider.logout.backchannel, "_fetcher", reaching)

    never = asyncio.Event()

    async def silence(_: object) -> None:
        await never.wait()

    async with stranger(silence, tls=authority.context(NAME)) as there:
        began = perf_counter()
        answered = await signs_out(provider, there.url("/backchannel_logout"))
        assert perf_counter() - began < 8
        assert answered.location == BYE
        await provider.provider.logout.close()
    reaching.close()
