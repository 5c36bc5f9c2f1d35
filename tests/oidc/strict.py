"""Platforms of the strict profile: what a FAPI 2.0 client sends, and ways of sending it wrongly."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import httpx2

from authsvc.identifiers import b64url, new_token
from tests.clients.makers import metadata
from tests.clients.signer import assertion_claims
from tests.oidc.jwt_makers import Key, jwks_of, private_key, signed
from tests.oidc.makers import Browser, Request, Service, request

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
STRICT = {
    "profile": "fapi2",
    "token_endpoint_auth_method": "private_key_jwt",
    "client_secret": None,
    "grant_types": ["authorization_code", "refresh_token"],
}

Proof = bool | str | Key
"""Whether there is a proof, or this one, or one by this key."""


def strict_metadata(client_id: str = "fapi", **members: Any) -> dict[str, Any]:
    """Metadata of a client that signs assertions, and proofs of possession with another key."""
    keys = jwks_of(private_key(name=client_id))
    return metadata(client_id, **(STRICT | {"jwks": keys} | members))


def proof(
    method: str,
    url: str,
    *,
    key: Key,
    now: float,
    access_token: str | None = None,
    nonce: str | None = None,
    alg: str = "ES256",
    header: Mapping[str, Any] | None = None,
    **claims: Any,
) -> str:
    """A DPoP proof (RFC 9449 section 4.2); `header` and `claims` replace, or (None) remove."""
    members: dict[str, Any] = {
        "jti": new_token(16),
        "htm": method,
        "htu": url,
        "iat": int(now),
        "ath": None if access_token is None else hash_of(access_token),
        "nonce": nonce,
    } | claims
    sent = {name: value for name, value in members.items() if value is not None}
    members = {"typ": "dpop+jwt", "kid": None, "jwk": key.as_dict(private=False)}
    return signed(sent, key, alg=alg, says=members | dict(header or {}))


def hash_of(token: str) -> str:
    """`ath` (section 4.2)."""
    return b64url(sha256(token.encode()).digest())


class StrictPlatform:
    """The server of a strict client. `name` is that of its DPoP key."""

    def __init__(
        self,
        service: Service,
        client_id: str = "fapi",
        *,
        key: Key | None = None,
        name: str | None = None,
    ) -> None:
        self.service = service
        self.client_id = client_id
        self.http = service.http()
        self.key = key or private_key(name=client_id)
        self.dpop_key = private_key(name=name or f"{client_id}-dpop")
        self.nonce: str | None = None

    @property
    def now(self) -> float:
        """The time of the test's clock."""
        return self.service.clock.now().timestamp()

    def assertion(self, *, key: Key | None = None, alg: str = "ES256", **claims: Any) -> str:
        """A client assertion; `claims` replace, or (None) remove."""
        members = assertion_claims(
            self.client_id,
            issuer=self.service.issuer,
            now=self.service.clock.now(),
            **({"jti": new_token(16)} | claims),
        )
        return signed(members, key or self.key, alg=alg)

    def proof(self, method: str, path: str, **changes: Any) -> str:
        """A proof for one of the service's addresses."""
        url = self.service.issuer + path
        return proof(
            method, url, **({"key": self.dpop_key, "now": self.now, "nonce": self.nonce} | changes)
        )

    def credentials(self, assertion: str | None = None) -> dict[str, str]:
        """The parameters by which the client proves who it is."""
        return {
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion or self.assertion(),
        }

    def shown(self) -> dict[str, str]:
        """The headers by which it proves who it is."""
        return {}

    async def post(
        self,
        path: str,
        *,
        assertion: str | None = None,
        dpop: Proof = True,
        **form: str,
    ) -> httpx2.Response:
        """A request with the client's assertion and (unless False) a proof.

        It is tried again once with the nonce that the service asks for.
        """
        response = await self._post(path, assertion, dpop, form)
        asked = '"use_dpop_nonce"' in response.text
        if asked and not isinstance(dpop, str) and assertion is None:
            response = await self._post(path, assertion, dpop, form)
        return response

    async def _post(
        self, path: str, assertion: str | None, dpop: Proof, form: Mapping[str, str]
    ) -> httpx2.Response:
        if isinstance(dpop, str):
            headers = {"dpop": dpop}
        elif dpop is False:
            headers = {}
        else:
            key = self.dpop_key if dpop is True else dpop
            headers = {"dpop": self.proof("POST", path, key=key)}
        data = {**self.credentials(assertion), **form}
        response = await self.http.post(path, data=data, headers={**self.shown(), **headers})
        self.nonce = response.headers.get("dpop-nonce", self.nonce)
        return response

    async def push(self, asked: Request, **options: Any) -> httpx2.Response:
        """Pushes a request."""
        return await self.post("/par", **{**asked.parameters, **options})

    async def pushed(self, asked: Request, **options: Any) -> dict[str, str]:
        """What a browser then brings to the authorization endpoint."""
        response = await self.push(asked, **options)
        assert response.status_code == 201, response.text
        return {"client_id": self.client_id, "request_uri": response.json()["request_uri"]}

    async def authorize(
        self, browser: Browser, asked: Request | None = None, **person: Any
    ) -> tuple[Request, str]:
        """The request, and the code that came of it."""
        asked = asked or request(self.client_id)
        found = await browser.get("/authorize", **await self.pushed(asked))
        answer = await browser.through(found, **person)
        assert answer.parameters["iss"] == self.service.issuer
        return asked, answer.parameters["code"]

    async def redeem(self, asked: Request, code: str, **options: Any) -> httpx2.Response:
        """Redeems a code."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": asked.parameters["redirect_uri"],
            "code_verifier": asked.verifier,
        }
        return await self.post("/token", **{**form, **options})

    async def refresh(self, token: str, **options: Any) -> httpx2.Response:
        """Uses a refresh token."""
        return await self.post("/token", grant_type="refresh_token", refresh_token=token, **options)

    async def tokens(
        self, browser: Browser, asked: Request | None = None, **person: Any
    ) -> dict[str, Any]:
        """A whole flow."""
        asked, code = await self.authorize(browser, asked, **person)
        response = await self.redeem(asked, code)
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    async def userinfo(
        self, token: str, *, scheme: str = "DPoP", dpop: str | bool = True, method: str = "GET"
    ) -> httpx2.Response:
        """Asks about the person, with a proof unless `dpop` is False."""
        made = self.proof(method, "/userinfo", access_token=token) if dpop is True else dpop
        headers = {"authorization": f"{scheme} {token}"} | ({"dpop": made} if made else {})
        return await self.http.request(method, "/userinfo", headers=headers)
