"""The provider, a person's browser and a platform's server, for the rows that attack them.

And a service as processes, for all tests of a file.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests import databases, services
from tests.hostile.running import Running, running
from tests.lending import Lending
from tests.oidc.conftest import browser, fetcher, platform, provider, strict

__all__ = ["browser", "fetcher", "platform", "provider", "strict"]

module_async = pytest_asyncio.fixture(scope="module", loop_scope="module")


@module_async
async def kept_postgresql_url(postgresql_lending: Lending) -> AsyncIterator[str]:
    """A migrated PostgreSQL database for a whole file."""
    async with postgresql_lending.database() as url:
        yield url


@module_async
async def kept_redis_url(redis_server: services.Server) -> str:
    """An empty Redis database for a whole file."""
    url = databases.redis_url_of_this_worker(redis_server.url, kept=True)
    await databases.flush_redis(url)
    return url


@pytest.fixture(scope="module", params=["embedded", "production"])
def kept_urls(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, str]:
    """As `storage_urls`, for a whole file."""
    found = request.getfixturevalue
    if request.param == "production":
        return found("kept_postgresql_url"), found("kept_redis_url")
    copy = tmp_path_factory.mktemp("kept") / "authsvc.db"
    return databases.copy_sqlite(found("sqlite_template"), copy), databases.MEMORY_URL


@module_async
async def kept_running(
    kept_urls: tuple[str, str], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Running]:
    """The service as processes, for a whole file; each test takes somebody of its own."""
    async with running(*kept_urls, tmp_path_factory.mktemp("running")) as found:
        yield found
