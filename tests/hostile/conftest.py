"""The provider, a person's browser and a platform's server, for the rows that attack them."""

from tests.oidc.conftest import browser, platform, provider

__all__ = ["browser", "platform", "provider"]
