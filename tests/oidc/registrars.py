"""Platforms' developers who register over the network, and the tokens that let them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Self

import httpx2

from authsvc.clients.initial_tokens import InitialToken, InitialTokens, Terms
from tests.oidc.makers import Service

HOME = "https://shop.example"
LEAST = {"redirect_uris": [HOME + "/callback"]}


class Registrar:
    """Somebody who holds an initial access token."""

    def __init__(self, provider: Service, token: str) -> None:
        self.provider = provider
        self.http = provider.http()
        self.token = token

    @classmethod
    async def of(cls, provider: Service, **terms: Any) -> Self:
        """Somebody with a token of their own; `terms` as in `issued`."""
        return cls(provider, (await issued(provider, **terms))[0])

    async def register(
        self, document: Mapping[str, Any] | None = None, *, token: str | None = None
    ) -> httpx2.Response:
        """Registers a client."""
        headers = {"authorization": f"Bearer {token or self.token}"}
        return await self.http.post("/register", json=document or LEAST, headers=headers)

    async def registered(self, **members: Any) -> dict[str, Any]:
        """What a registration that is taken is answered with."""
        response = await self.register(LEAST | members)
        assert response.status_code == 201, response.text
        found: dict[str, Any] = response.json()
        return found

    async def manage(
        self,
        registered: Mapping[str, Any],
        method: str = "GET",
        document: Mapping[str, Any] | None = None,
        *,
        token: str | None = None,
    ) -> httpx2.Response:
        """Speaks to the client's own address."""
        bearer = token or registered["registration_access_token"]
        uri = registered["registration_client_uri"].removeprefix(self.provider.issuer)
        body: dict[str, Any] = {} if document is None else {"json": document}
        return await self.http.request(
            method, uri, headers={"authorization": f"Bearer {bearer}"}, **body
        )


def update(registered: Mapping[str, Any], **members: Any) -> dict[str, Any]:
    """The document of an update: what was answered, without what is for answers only."""
    kept = {
        name: value
        for name, value in registered.items()
        if not name.startswith("registration_")
        and name not in ("client_secret_expires_at", "client_id_issued_at")
    }
    return {name: value for name, value in (kept | members).items() if value is not None}


async def issued(
    provider: Service, *, registrations: int = 10, days: int = 1, **terms: Any
) -> tuple[str, InitialToken]:
    """An initial access token."""
    return await InitialTokens(provider.database, provider.keyring.digests).issue(
        registrations=registrations,
        lifetime=timedelta(days=days),
        terms=Terms(**terms),
        now=provider.clock.now(),
    )
