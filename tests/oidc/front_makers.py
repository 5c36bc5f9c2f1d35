"""Platforms that sign: their registrations, and what they sign."""

from typing import Any

from authsvc.clients import Clients
from tests.clients.makers import metadata
from tests.makers import AdjustableClock
from tests.oidc.jwt_makers import Key, jwks_of, private_key, signed
from tests.oidc.makers import Request, Service
from tests.oidc.strict import strict_metadata

SIGNER = private_key("ES256", "signer")
STRANGER = private_key("ES256", "stranger")


def signing(client_id: str = "signer", **members: Any) -> dict[str, Any]:
    """Metadata of a platform that has a key of its own and a secret."""
    return metadata(client_id, **({"jwks": jwks_of(SIGNER)} | members))


def strict(client_id: str = "strict", key: Key = SIGNER, **members: Any) -> dict[str, Any]:
    """Metadata of a platform under FAPI 2.0."""
    return strict_metadata(client_id, **({"jwks": jwks_of(key)} | members))


async def register(service: Service, *documents: dict[str, Any]) -> None:
    """Registers platforms; http is open to them on loopback."""
    clients = Clients(service.database, loopback_http=True)
    await clients.import_clients(documents, now=service.clock.now())


def claims_of(
    asked: Request, issuer: str, clock: AdjustableClock, **changes: Any
) -> dict[str, Any]:
    """A request as the claims of a request object; `changes` replace, or (None) remove."""
    now = int(clock.now().timestamp())
    client_id = asked.parameters["client_id"]
    claims = asked.parameters | {"iss": client_id, "aud": issuer, "nbf": now, "exp": now + 300}
    return {name: value for name, value in (claims | changes).items() if value is not None}


def request_object(
    asked: Request, service: Service, *, key: Key = SIGNER, alg: str = "ES256", **changes: Any
) -> str:
    """The request, signed by the platform."""
    claims = claims_of(asked, service.issuer, service.clock, **changes)
    return signed(claims, key, alg=alg, typ="oauth-authz-req+jwt")
