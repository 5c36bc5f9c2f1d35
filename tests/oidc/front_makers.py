"""Platforms that sign: their registrations, and what their servers send to the front."""

from typing import Any
from uuid import uuid4

import httpx2

from authsvc.clients import Clients
from authsvc.identifiers import b64url
from tests.clients.makers import metadata
from tests.makers import AdjustableClock
from tests.oidc.jwt_makers import Key, jwks_of, private_key, signed
from tests.oidc.makers import Answer, Request, Service

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SIGNER = private_key("ES256", "signer")
STRANGER = private_key("ES256", "stranger")
DPOP_KEY = private_key("ES256", "dpop")


def signing(client_id: str = "signer", **members: Any) -> dict[str, Any]:
    """Metadata of a platform that has a key of its own and a secret."""
    return metadata(client_id, **({"jwks": jwks_of(SIGNER)} | members))


def strict(client_id: str = "strict", key: Key = SIGNER, **members: Any) -> dict[str, Any]:
    """Metadata of a platform under FAPI 2.0."""
    own = {
        "client_secret": None,
        "profile": "fapi2",
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": jwks_of(key),
    }
    return metadata(client_id, **(own | members))


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


def assertion(
    service: Service, client_id: str, key: Key = SIGNER, **changes: Any
) -> dict[str, str]:
    """The parameters by which a platform authenticates with its key."""
    now = int(service.clock.now().timestamp())
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": service.issuer,
        "iat": now,
        "exp": now + 60,
        "jti": str(uuid4()),
    }
    token = signed(claims | changes, key)
    return {"client_assertion_type": ASSERTION, "client_assertion": token}


def proof(
    service: Service, path: str, *, key: Key = DPOP_KEY, nonce: str | None = None, **changes: Any
) -> str:
    """A DPoP proof for a POST to one of our endpoints."""
    claims = {
        "jti": b64url(uuid4().bytes),
        "htm": "POST",
        "htu": service.issuer + path,
        "iat": int(service.clock.now().timestamp()),
        "nonce": nonce,
    }
    claims = {name: value for name, value in (claims | changes).items() if value is not None}
    jwk = {k: v for k, v in key.as_dict(private=False).items() if k != "kid"}
    return signed(claims, key, typ="dpop+jwt", jwk=jwk, kid=None)


class PushingPlatform:
    """The server of a platform under FAPI 2.0: assertions, and DPoP proofs with our nonces."""

    def __init__(self, service: Service, client_id: str = "strict", key: Key = SIGNER) -> None:
        self.service = service
        self.client_id = client_id
        self.key = key
        self.http = service.http()

    async def post(
        self, path: str, form: dict[str, str], *, dpop: Key | None = DPOP_KEY, **claims: Any
    ) -> httpx2.Response:
        """A request that proves the platform, and a key unless `dpop` is None."""
        response = await self._post(path, form, dpop, nonce=None, **claims)
        if dpop is None or response.json().get("error") != "use_dpop_nonce":
            return response
        return await self._post(path, form, dpop, nonce=response.headers["dpop-nonce"], **claims)

    async def _post(
        self, path: str, form: dict[str, str], dpop: Key | None, *, nonce: str | None, **claims: Any
    ) -> httpx2.Response:
        data = form | assertion(self.service, self.client_id, self.key, **claims)
        headers = {}
        if dpop is not None:
            headers["dpop"] = proof(self.service, path, key=dpop, nonce=nonce)
        return await self.http.post(path, data=data, headers=headers)

    async def push(self, asked: Request, *, dpop: Key | None = None) -> httpx2.Response:
        """Pushes a request."""
        return await self.post("/par", asked.parameters, dpop=dpop)

    async def pushed(self, asked: Request, *, dpop: Key | None = None) -> dict[str, str]:
        """What a browser then brings to the authorization endpoint."""
        response = await self.push(asked, dpop=dpop)
        assert response.status_code == 201, response.text
        return {"client_id": self.client_id, "request_uri": response.json()["request_uri"]}

    async def redeem(
        self, asked: Request, answer: Answer, *, dpop: Key | None = DPOP_KEY
    ) -> httpx2.Response:
        """Redeems the code of an answer."""
        form = {
            "grant_type": "authorization_code",
            "code": answer.parameters["code"],
            "redirect_uri": asked.parameters["redirect_uri"],
            "code_verifier": asked.verifier,
        }
        return await self.post("/token", form, dpop=dpop)
