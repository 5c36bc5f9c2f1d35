"""The provider of this room's tests, on each pair of stores."""

from collections.abc import AsyncIterator

import pytest

from authsvc.keyring import KeyRing
from tests.makers import AdjustableClock, Storage
from tests.oidc.makers import Browser, Platform, Service, service


@pytest.fixture
async def provider(
    storage: Storage, keyring: KeyRing, clock: AdjustableClock
) -> AsyncIterator[Service]:
    """A provider with one person, `zhang`, and the platforms of `makers.PLATFORMS`."""
    async with service(storage.database, storage.ephemeral, keyring, clock) as built:
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
