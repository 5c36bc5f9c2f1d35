"""The provider whose tokens are verified here."""

from tests.oidc.conftest import browser, fetcher, provider

__all__ = ["browser", "fetcher", "provider"]
