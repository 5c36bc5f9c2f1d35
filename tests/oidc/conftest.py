"""The provider of this room's tests, on each pair of stores."""

from collections.abc import AsyncIterator

import pytest

from authsvc.keyring import KeyRing
from authsvc.web.fetcher import Fetcher
from tests.makers import AdjustableClock, Storage
from tests.oidc.makers import Browser, Platform, Service, service
from tests.oidc.strict import StrictPlatform, strict_metadata


@pytest.fixture
def fetcher() -> Fetcher | None:
    """What the provider speaks to platforms with, where a test is about that."""
    return None


@pytest.fixture
async def provider(
    storage: Storage, keyring: KeyRing, clock: AdjustableClock, fetcher: Fetcher | None
) -> AsyncIterator[Service]:
    """A provider with one person, `zhang`, and the platforms of `makers.PLATFORMS`."""
    stores = (storage.database, storage.ephemeral)
    async with service(*stores, keyring, clock, fetcher=fetcher) as built:
        await built.person()
        yield built


@pytest.fixture
def browser(provider: Service) -> Browser:
    """A person's browser."""
    return Browser(provider)


@pytest.fixture
def platform(provider: Service) -> Platform:
    """The server of `platform-a`, which is given refresh tokens."""
    return Platform(provider)


@pytest.fixture
async def strict(provider: Service) -> StrictPlatform:
    """The server of `fapi`, a client of the strict profile; `fapi-2` is another one."""
    registered = [strict_metadata(), strict_metadata("fapi-2")]
    await provider.clients.import_clients(registered, now=provider.clock.now())
    return StrictPlatform(provider)
