"""Clients of FAPI 2.0 of every kind: by key or by certificate, their tokens bound to one of them.

And wallets (HAIP 1.0), which show the word of their maker.

In process nobody speaks TLS: a certificate is put where the middleware puts what a trusted proxy
reports of the handshake (RFC 9440).
"""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import httpx2
from cryptography import x509

from authsvc.clients.signed import read_signed
from authsvc.identifiers import new_token
from authsvc.web.asgi import Receive, Scope, Send
from authsvc.web.client_certificate import CLIENT_CERTIFICATE
from tests.clients.signer import Signer, authority, der, x5c
from tests.issuance.makers import Maker
from tests.makers import NOW
from tests.oidc.front_makers import request_object
from tests.oidc.jwt_makers import jwks_of, private_key, signed
from tests.oidc.makers import Request, Service
from tests.oidc.strict import Proof, StrictPlatform, strict_metadata

AUTHORITY, CLIENT_ANCHOR = authority()
MAKER = Maker("an artificial maker of wallets", now=NOW)
QUERY = "?dummy1=lorem&dummy2=ipsum"
_NUMBERS = {"fapi": 60, "fapi-2": 61, "stranger": 62}


@dataclass(frozen=True)
class Kind:
    """How a client proves who it is, and whether its tokens are bound to a DPoP key."""

    method: str
    dpop: bool

    def __str__(self) -> str:
        return f"{self.method}-{'dpop' if self.dpop else 'mtls'}"

    @property
    def by_key(self) -> bool:
        """Whether it signs assertions. If not, it proves itself in the TLS handshake."""
        return self.method == "private_key_jwt"

    @property
    def attested(self) -> bool:
        """Whether a maker speaks for it, as for a wallet."""
        return self.method == "attest_jwt_client_auth"

    @property
    def scheme(self) -> str:
        """How its tokens are presented."""
        return "DPoP" if self.dpop else "Bearer"


BY_KEY = Kind("private_key_jwt", dpop=True)
BY_ATTESTATION = Kind("attest_jwt_client_auth", dpop=True)
BY_CERTIFICATE = Kind("self_signed_tls_client_auth", dpop=False)
KINDS = [
    BY_KEY,
    BY_CERTIFICATE,
    BY_ATTESTATION,
    Kind("tls_client_auth", dpop=False),
    Kind("private_key_jwt", dpop=False),
    Kind("self_signed_tls_client_auth", dpop=True),
]


def fapi_metadata(kind: Kind, client_id: str = "fapi", **members: Any) -> dict[str, Any]:
    """What a client of this kind registers."""
    callback = f"https://{client_id}.example/callback"
    bound = "dpop_bound" if kind.dpop else "tls_client_certificate_bound"
    own: dict[str, Any] = {
        "token_endpoint_auth_method": kind.method,
        "redirect_uris": [callback, callback + QUERY],
        f"{bound}_access_tokens": True,
    }
    if kind.method == "self_signed_tls_client_auth":
        own["jwks"] = jwks_of(private_key(name=client_id))
        shown = x5c(certificate_of(kind, client_id))
        own["jwks"]["keys"].append({**_signer(client_id).jwk, "x5c": shown})
    elif kind.attested:
        own["jwks"] = None
    elif kind.method == "tls_client_auth":
        own["tls_client_auth_subject_dn"] = f"CN={client_id},O=nobody,C=CN"
    return strict_metadata(client_id, **(own | members))


@cache
def certificate_of(kind: Kind, client_id: str) -> x509.Certificate:
    """The certificate that a client of this kind shows."""
    issuer = AUTHORITY if kind.method == "tls_client_auth" else None
    return _signer(client_id).certificate(f"CN={client_id},O=nobody,C=CN", issuer=issuer)


def _signer(client_id: str) -> Signer:
    return Signer("P-256", _NUMBERS[client_id], kid=f"{client_id}-tls")


class _BehindProxy:
    """The service, as a client reaches it that has shown this certificate."""

    def __init__(self, app: Any, certificate: bytes | None) -> None:
        self._app = app
        self._certificate = certificate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app({**scope, CLIENT_CERTIFICATE: self._certificate}, receive, send)


class FapiPlatform(StrictPlatform):
    """The server of a client of one kind.

    `name` is that of another DPoP key than its own, `shows` whose certificate it shows instead.
    """

    def __init__(
        self,
        service: Service,
        kind: Kind,
        client_id: str = "fapi",
        *,
        name: str | None = None,
        shows: str | None = None,
    ) -> None:
        super().__init__(service, client_id, name=name)
        self.kind = kind
        self.attestation: dict[str, Any] = {}
        self.attestation_proof: dict[str, Any] = {}
        if not kind.dpop or not (kind.by_key or kind.attested):
            self.show(certificate_of(kind, shows or client_id))

    def show(self, certificate: x509.Certificate | None) -> None:
        """From now on shows this certificate, or none."""
        shown = None if certificate is None else der(certificate)
        self.http = replace(self.service, app=_BehindProxy(self.service.app, shown)).http()

    def thief(self) -> "FapiPlatform":
        """Somebody who has what this client sends, but neither its DPoP key nor its certificate."""
        return FapiPlatform(
            self.service, self.kind, self.client_id, name="stolen", shows="stranger"
        )

    def credentials(self, assertion: str | None = None) -> dict[str, str]:
        """An assertion, or the name that the certificate proves."""
        if self.kind.by_key or assertion is not None:
            return super().credentials(assertion)
        return {"client_id": self.client_id}

    def shown(self) -> dict[str, str]:
        """The word of its maker and a proof by the key in it, if it is of that kind.

        `attestation` and `attestation_proof` replace claims, or (None) remove.
        """
        if not self.kind.attested:
            return {}
        now = self.service.clock.now()
        word = MAKER.attests_wallet(self.client_id, self.key, now=now, **self.attestation)
        claims = {"aud": self.service.issuer, "iat": int(self.now), "jti": new_token(16)}
        kept = {
            name: value
            for name, value in (claims | self.attestation_proof).items()
            if value is not None
        }
        typ = "oauth-client-attestation-pop+jwt"
        return {
            "oauth-client-attestation": word,
            "oauth-client-attestation-pop": signed(kept, self.key, typ=typ, kid=None),
        }

    async def post(
        self, path: str, *, assertion: str | None = None, dpop: Proof = True, **form: str
    ) -> httpx2.Response:
        """A request with whatever proof this kind of client brings."""
        made = dpop if self.kind.dpop or isinstance(dpop, str) else False
        return await super().post(path, assertion=assertion, dpop=made, **form)

    async def userinfo(
        self,
        token: str,
        *,
        scheme: str | None = None,
        dpop: str | bool = True,
        method: str = "GET",
    ) -> httpx2.Response:
        """Asks about the person."""
        made = dpop if self.kind.dpop or isinstance(dpop, str) else False
        found = scheme or self.kind.scheme
        return await super().userinfo(token, scheme=found, dpop=made, method=method)

    def request_object(self, asked: Request, **changes: Any) -> str:
        """The request as the client signs it; `changes` as in `front_makers.request_object`."""
        return request_object(asked, self.service, **({"key": self.key} | changes))

    async def push_object(self, token: str, **form: str) -> httpx2.Response:
        """Pushes a request object."""
        return await self.post("/par", request=token, **form)

    async def claims_of(self, token: str, *, alg: str = "ES256") -> dict[str, Any]:
        """The claims of something that we have signed."""
        keys = (await self.http.get("/jwks")).json()["keys"]
        return dict(read_signed(token, keys, algorithms=[alg]).claims)
