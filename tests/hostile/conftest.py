"""The provider, a person's browser and a platform's server, for the rows that attack them."""

from tests.oidc.conftest import browser, fetcher, platform, provider, strict

__all__ = ["browser", "fetcher", "platform", "provider", "strict"]
