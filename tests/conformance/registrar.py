"""Where the clients of a plan come from: an operator's list, or the registration endpoint."""

from datetime import timedelta
from typing import Any

import httpx2

from authsvc.clients.initial_tokens import InitialTokens, Terms
from tests.clients.makers import metadata
from tests.conformance.relying_party import RelyingParty
from tests.oidc.jwt_makers import Key
from tests.oidc.makers import Service

CALLBACK = "https://localhost:8443/test/a/authsvc/callback"
GRANTS = ["authorization_code", "refresh_token"]


class Registrar:
    """Where the clients of a plan come from: an operator's list, or the registration endpoint."""

    def __init__(self, service: Service, *, dynamic: bool, form_post: bool = False) -> None:
        self.service = service
        self.dynamic = dynamic
        self.form_post = form_post
        self.http = service.http()

    async def client(
        self, name: str = "first", *, key: Key | None = None, **members: Any
    ) -> RelyingParty:
        """A client that sends no PKCE and may have refresh tokens; `members` replace or remove."""
        document = {
            "client_name": f"平台 {name}",
            "redirect_uris": [f"{CALLBACK}/{name}"],
            "response_types": ["code"],
            "grant_types": GRANTS,
        } | members
        making = self._register(document) if self.dynamic else self._list(name, document)
        registered = await making
        return RelyingParty(self.service, registered, form_post=self.form_post, key=key)

    async def _list(self, name: str, document: dict[str, Any]) -> dict[str, Any]:
        listed = metadata(name, **({"require_pkce": False} | document))
        await self.service.clients.import_clients([listed], now=self.service.clock.now())
        return listed

    async def _register(self, document: dict[str, Any]) -> dict[str, Any]:
        sent = {member: value for member, value in document.items() if value is not None}
        response = await self.register(sent)
        assert response.status_code == 201, response.text
        registered: dict[str, Any] = response.json()
        return registered

    async def register(self, document: dict[str, Any]) -> httpx2.Response:
        """What the registration endpoint answers, to somebody with an initial access token."""
        initial_tokens = InitialTokens(self.service.database, self.service.keyring.digests)
        token, _ = await initial_tokens.issue(
            registrations=1,
            lifetime=timedelta(days=1),
            terms=Terms(require_pkce=False),
            now=self.service.clock.now(),
        )
        headers = {"authorization": f"Bearer {token}"}
        return await self.http.post("/register", json=document, headers=headers)

    async def manage(self, client: RelyingParty) -> dict[str, Any]:
        """The registration as it stands (RFC 7592 section 2.1)."""
        registered = client.registered
        headers = {"authorization": f"Bearer {registered['registration_access_token']}"}
        address = str(registered["registration_client_uri"])
        response = await self.http.get(address.removeprefix(self.service.issuer), headers=headers)
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found
