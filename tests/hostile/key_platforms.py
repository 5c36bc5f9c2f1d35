"""Platforms that prove themselves by keys and certificates, and a door that lets only them in.

The door is introspection: 200 for whoever has proved itself, whatever it asks about.
"""

from typing import Any, Self

import httpx2

from authsvc.clients.assertion import ASSERTION_TYPE
from tests.clients.makers import metadata
from tests.clients.signer import Signer, assertion_claims, x5c
from tests.oidc.makers import Service

EC, RSA, ED = Signer("P-256", kid="ec"), Signer("RSA", kid="rsa"), Signer("Ed25519", kid="ed")
P384 = Signer("P-384", kid="p384")
SELF_SIGNED = EC.certificate("CN=artificial platform")


def keyed(client_id: str, method: str = "private_key_jwt", **members: Any) -> dict[str, Any]:
    """Metadata of a platform with keys in the place of a secret."""
    jwks = {"keys": [EC.jwk, RSA.jwk, ED.jwk, P384.jwk]}
    members = {"client_secret": None, "jwks": jwks, **members}
    return metadata(client_id, token_endpoint_auth_method=method, **members)


PLATFORMS = [
    keyed("platform-j"),
    keyed("platform-ps256", token_endpoint_auth_signing_alg="PS256"),
    keyed("platform-legacy", legacy_assertion_audience=True),
    keyed(
        "platform-s",
        "self_signed_tls_client_auth",
        jwks={"keys": [{**EC.jwk, "x5c": x5c(SELF_SIGNED)}]},
    ),
]


class Door:
    """The introspection endpoint of a provider at which those platforms are registered."""

    def __init__(self, provider: Service) -> None:
        self.provider = provider
        self.http = provider.http()

    @classmethod
    async def of(cls, provider: Service) -> Self:
        """Registers the platforms."""
        await provider.clients.import_clients(PLATFORMS, now=provider.clock.now())
        return cls(provider)

    def claims(self, client_id: str = "platform-j", **changes: Any) -> dict[str, Any]:
        """An assertion's claims, as they should be but for the changes."""
        now = self.provider.clock.now()
        return assertion_claims(client_id, issuer=self.provider.issuer, now=now, **changes)

    async def ask(self, assertion: str, **form: str) -> httpx2.Response:
        """Shows an assertion."""
        shown = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion, **form}
        return await self.http.post("/introspect", data={"token": "nothing at all", **shown})

    async def opens(self, assertion: str) -> bool:
        """Whether the platform is let in; if not, it is told what anybody is told."""
        response = await self.ask(assertion)
        if response.status_code == 200:
            return True
        await self.check_uniform(response)
        return False

    async def check_uniform(self, response: httpx2.Response) -> None:
        """A refusal is that of a client nobody knows, to the byte."""
        stranger = {"token": "x", "client_id": "nobody", "client_secret": "s" * 40}
        usual = await self.http.post("/introspect", data=stranger)
        assert response.status_code == usual.status_code == 401
        assert response.content == usual.content
        assert response.json()["error"] == "invalid_client"
        assert response.headers == usual.headers
