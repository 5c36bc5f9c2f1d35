"""What a client of the conformance suite does: it asks, fills in the pages, and believes nothing.

Everything that comes back is checked on the way, so that a test has only to say what is special.
"""

import base64
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256, sha512
from math import log2
from typing import Any
from urllib.parse import quote_plus

import httpx2
from joserfc import jwt
from joserfc.jwk import KeySet

from authsvc.identifiers import b64url, new_token
from tests.conformance.person import Outcome, Person
from tests.oidc.jwt_makers import Key, signed
from tests.oidc.makers import Service

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

# What an ID token may hold that nobody asked for; anything else makes the suite warn.
_USUAL = {"iss", "sub", "aud", "exp", "iat", "auth_time", "acr", "amr", "at_hash", "nonce", "sid"}
_ENOUGH_BITS = 128


@dataclass(frozen=True)
class SignedIn:
    """A whole flow that went well."""

    outcome: Outcome
    tokens: Mapping[str, Any]
    claims: Mapping[str, Any]
    userinfo: Mapping[str, Any]

    @property
    def access_token(self) -> str:
        """The access token."""
        return str(self.tokens["access_token"])

    @property
    def id_token(self) -> str:
        """The ID token as it came."""
        return str(self.tokens["id_token"])


class RelyingParty:
    """A registered client; `registered` is what registration answered, or would have."""

    def __init__(
        self,
        service: Service,
        registered: Mapping[str, Any],
        *,
        form_post: bool = False,
        key: Key | None = None,
    ) -> None:
        self.service = service
        self.registered = registered
        self.client_id = str(registered["client_id"])
        self.redirect_uri = str(registered["redirect_uris"][0])
        self.form_post = form_post
        self.key = key
        self.http = service.http()

    def request(self, **changes: str | None) -> dict[str, str]:
        """The parameters of a request; `changes` replace, or (None) remove."""
        parameters: dict[str, str | None] = {
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "response_mode": "form_post" if self.form_post else None,
            "scope": "openid",
            "state": new_token(16),
            "nonce": new_token(16),
        }
        merged = parameters | changes
        return {name: value for name, value in merged.items() if value is not None}

    async def ask(
        self, person: Person, *, post: bool = False, button: str = "approve", **changes: str | None
    ) -> Outcome:
        """An authorization request and its outcome, whose envelope is checked."""
        return await self.send(person, self.request(**changes), post=post, button=button)

    async def send(
        self,
        person: Person,
        sent: Mapping[str, str],
        *,
        post: bool = False,
        button: str = "approve",
    ) -> Outcome:
        """The same with these parameters, in their order."""
        if post:
            response = await person.http.post("/authorize", data=dict(sent))
        else:
            response = await person.get("/authorize", **sent)
        outcome = await person.carry(response, sent, button=button)
        if outcome.location is not None:
            self._check_envelope(outcome)
        return outcome

    def _check_envelope(self, outcome: Outcome) -> None:
        location, found = outcome.location, outcome.parameters
        assert location is not None
        if self.form_post:
            assert location == self.redirect_uri
        else:
            joint = "&" if "?" in self.redirect_uri else "?"
            assert location.startswith(self.redirect_uri + joint)
        assert "#" not in location
        assert found.get("state") == outcome.asked.get("state")
        assert found["iss"] == self.service.issuer
        assert ("code" in found) != ("error" in found)

    async def post(self, path: str, **form: str) -> httpx2.Response:
        """A request in which the client proves who it is, as it is registered."""
        method = self.registered.get("token_endpoint_auth_method", "client_secret_basic")
        headers = {}
        if method == "client_secret_basic":
            secret = str(self.registered["client_secret"])
            pair = f"{quote_plus(self.client_id)}:{quote_plus(secret)}".encode()
            headers["authorization"] = "Basic " + base64.b64encode(pair).decode()
        elif method == "client_secret_post":
            secret = str(self.registered["client_secret"])
            form = {"client_id": self.client_id, "client_secret": secret, **form}
        else:
            form = {
                "client_assertion_type": ASSERTION_TYPE,
                "client_assertion": self.assertion(),
                **form,
            }
        return await self.http.post(path, data=form, headers=headers)

    def assertion(self, **changes: Any) -> str:
        """A client assertion for the issuer."""
        assert self.key is not None
        now = int(self.service.clock.now().timestamp())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.service.issuer,
            "iat": now,
            "exp": now + 60,
            "jti": new_token(16),
        }
        alg = "ES256" if self.key.key_type == "EC" else "RS256"
        return signed(claims | changes, self.key, alg=alg)

    async def redeem(self, outcome: Outcome, **form: str) -> httpx2.Response:
        """Redeems the code of an answer."""
        sent = {
            "grant_type": "authorization_code",
            "code": outcome.code,
            "redirect_uri": self.redirect_uri,
        }
        return await self.post("/token", **sent | form)

    async def sign_in(self, person: Person, *, post: bool = False, **changes: Any) -> SignedIn:
        """The happy path, with every check of the suite."""
        return await self.finish(await self.ask(person, post=post, **changes))

    async def finish(self, outcome: Outcome, **form: str) -> SignedIn:
        """From the answer to the tokens and UserInfo."""
        require_unguessable(outcome.code)
        tokens = self.require_tokens(await self.redeem(outcome, **form))
        claims = await self.read_id_token(tokens, nonce=outcome.asked.get("nonce"))
        response = await self.ask_userinfo(str(tokens["access_token"]))
        return SignedIn(outcome, tokens, claims, require_userinfo(response, claims))

    def require_tokens(self, response: httpx2.Response) -> dict[str, Any]:
        """A good token response."""
        assert response.status_code == 200, response.text
        assert response.headers["content-type"].startswith("application/json")
        assert "no-store" in response.headers["cache-control"]
        tokens: dict[str, Any] = response.json()
        assert tokens["token_type"].lower() == "bearer"
        assert isinstance(tokens["expires_in"], int)
        assert tokens["expires_in"] > 0
        return tokens

    async def read_id_token(
        self, tokens: Mapping[str, Any], *, nonce: str | None, alg: str = "RS256"
    ) -> dict[str, Any]:
        """The claims of an ID token that passes every check of OpenID Connect Core 3.1.3.7."""
        published = (await self.http.get("/jwks")).json()
        text = str(tokens["id_token"])
        read = jwt.decode(text, KeySet.import_key_set(published), algorithms=[alg])
        assert read.header["kid"] in {key["kid"] for key in published["keys"]}
        claims: dict[str, Any] = dict(read.claims)
        now = self.service.clock.now()
        assert claims["iss"] == self.service.issuer
        assert claims["aud"] in (self.client_id, [self.client_id])
        assert claims.get("azp", self.client_id) == self.client_id
        assert claims.get("nonce") == nonce
        assert claims["exp"] > now.timestamp()
        assert abs(claims["iat"] - now.timestamp()) <= timedelta(minutes=5).total_seconds()
        assert isinstance(claims["sub"], str)
        assert claims["sub"].isascii()
        assert 0 < len(claims["sub"]) <= 255
        if "auth_time" in claims:
            assert claims["auth_time"] <= now.timestamp()
        if "at_hash" in claims:
            assert claims["at_hash"] == left_half(str(tokens["access_token"]), alg=alg)
        assert "c_hash" not in claims
        return claims

    async def ask_userinfo(self, access_token: str, way: str = "get") -> httpx2.Response:
        """Asks UserInfo in one of the three ways of RFC 6750: `get`, `post header`, `post body`."""
        if way == "post body":
            return await self.http.post("/userinfo", data={"access_token": access_token})
        headers = {"authorization": f"Bearer {access_token}"}
        method = "POST" if way == "post header" else "GET"
        return await self.http.request(method, "/userinfo", headers=headers)

    async def refresh(self, token: str) -> httpx2.Response:
        """Uses a refresh token."""
        return await self.post("/token", grant_type="refresh_token", refresh_token=token)


def require_unguessable(code: str) -> None:
    """Long, and of many different letters, as the suite measures it."""
    counts = Counter(code).values()
    bits = -sum(count * log2(count / len(code)) for count in counts)
    assert bits >= _ENOUGH_BITS, bits


def require_userinfo(response: httpx2.Response, claims: Mapping[str, Any]) -> dict[str, Any]:
    """A good UserInfo response about the person of the ID token; nothing has a wrong type."""
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("application/json")
    found: dict[str, Any] = response.json()
    assert found["sub"] == claims["sub"]
    for name, value in found.items():
        wanted = bool if name.startswith("age_over_") else str
        assert isinstance(value, (dict, list) if name == "verified_claims" else wanted), name
        assert value != ""
    return found


def require_nothing_unasked(claims: Mapping[str, Any]) -> None:
    """No claim in an ID token that nobody asked for."""
    assert set(claims) <= _USUAL, set(claims) - _USUAL


def left_half(token: str, *, alg: str) -> str:
    """`at_hash` (OpenID Connect Core 3.1.3.6)."""
    digest = (sha512 if alg == "EdDSA" else sha256)(token.encode()).digest()
    return b64url(digest[: len(digest) // 2])
