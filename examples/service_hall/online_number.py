"""The whole client of the hall, by FAPI 2.0: every message is signed by a key of ours.

    begin   1. the request, with `authorization_details`, is pushed (RFC 9126)
            2. the browser carries nothing but its name
    finish  3. `state` and `iss` are those of our question (RFC 9207)
            4. the code is redeemed: private_key_jwt (RFC 7523), PKCE, DPoP (RFC 9449)
            5. the ID token and UserInfo are believed as `answers` says

Tokens are forgotten at the end.
"""

import hmac
import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import httpx2
from joserfc import jwt
from joserfc.jwk import ECKey

from examples.service_hall.answers import Answers, Told, read_keys
from examples.service_hall.errors import AnswerRefused, Declined, ServiceUnavailable
from examples.service_hall.services import Query
from examples.social_platform.recording import Recording

ALG = "ES256"
# A person waits for this; UserInfo waits for departments, three seconds each and three for keys.
TIMEOUT_SECONDS = 15.0
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ENDPOINTS = {
    "pushed_authorization_request_endpoint",
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
}
_AWAY = ("server_error", "temporarily_unavailable")


@dataclass(frozen=True)
class Registration:
    """What the service and the hall know each other by; `key` signs, `sealing_key` opens."""

    issuer: str
    client_id: str
    key: ECKey
    sealing_key: ECKey
    redirect_uri: str
    departments: str


@dataclass(frozen=True)
class Question:
    """One question to the service; kept for the visitor until the answer comes."""

    url: str
    state: str
    nonce: str
    code_verifier: str


class OnlineNumber:
    """The service, as the hall sees it."""

    def __init__(
        self, registration: Registration, *, recording: Recording, clock: Callable[[], int]
    ) -> None:
        self._us = registration
        self._recording = recording
        self._clock = clock
        self._answers = Answers(registration, clock)
        self._dpop_key = ECKey.generate_key("P-256")
        self._dpop_nonce: str | None = None

    async def begin(self, *, names: bool, queries: Sequence[Query]) -> Question:
        """A new question: who it is (`names`), and what departments attest; ServiceUnavailable."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        asked = {
            "response_type": "code",
            "redirect_uri": self._us.redirect_uri,
            "scope": "openid identity" if names else "openid",
            "state": state,
            "nonce": nonce,
            "code_challenge": _digest(verifier),
            "code_challenge_method": "S256",
        }
        if names:
            # Without the name nothing can be filed: whoever once said no is asked again.
            asked["prompt"] = "consent"
        if queries:
            asked["authorization_details"] = json.dumps([each.detail() for each in queries])
        async with self._client() as client:
            service = await self._discover(client)
            pushed = await self._post(
                client, service["pushed_authorization_request_endpoint"], asked
            )
        query = urlencode({"client_id": self._us.client_id, "request_uri": pushed["request_uri"]})
        return Question(
            f"{service['authorization_endpoint']}?{query}", state, nonce, code_verifier=verifier
        )

    async def finish(self, question: Question, answer: Mapping[str, str]) -> Told:
        """What the hall is told; Declined, ServiceUnavailable, AnswerRefused."""
        self._check(question, answer)
        form = {
            "grant_type": "authorization_code",
            "code": answer["code"],
            "redirect_uri": self._us.redirect_uri,
            "code_verifier": question.code_verifier,
        }
        async with self._client() as client:
            service = await self._discover(client)
            tokens = await self._post(client, service["token_endpoint"], form)
            published: Any = await self._get(client, service["jwks_uri"])
            keys = read_keys(published)
            subject = self._answers.subject(str(tokens.get("id_token")), keys, question.nonce)
            token = str(tokens.get("access_token"))
            sealed = await self._userinfo(client, service["userinfo_endpoint"], token)
            claims = self._answers.userinfo(sealed, keys, subject)

            async def department_keys(address: str) -> dict[str, Any]:
                metadata = await self._get(client, f"{address}/.well-known/openid-configuration")
                if metadata.get("issuer") != address:
                    raise AnswerRefused
                return await self._get(client, str(metadata.get("jwks_uri")))

            return await self._answers.told(claims, department_keys)

    def _client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(
            timeout=TIMEOUT_SECONDS,
            event_hooks={"response": [self._recording.response]},
            trust_env=False,
        )

    async def _discover(self, client: httpx2.AsyncClient) -> dict[str, Any]:
        address = f"{self._us.issuer}/.well-known/openid-configuration"
        service = await self._get(client, address)
        if service.get("issuer") != self._us.issuer or not service.keys() >= ENDPOINTS:
            raise AnswerRefused
        return service

    def _check(self, question: Question, answer: Mapping[str, str]) -> None:
        # An answer without `iss`, or with another, is another server's (mix-up, RFC 9207).
        if answer.get("iss") != self._us.issuer:
            raise AnswerRefused
        if not hmac.compare_digest(answer.get("state", "").encode(), question.state.encode()):
            raise AnswerRefused
        error = answer.get("error")
        if error == "access_denied":
            raise Declined
        if error in _AWAY:
            raise ServiceUnavailable
        if error is not None or not answer.get("code"):
            raise AnswerRefused

    async def _post(
        self, client: httpx2.AsyncClient, url: str, form: dict[str, str], *, again: bool = True
    ) -> dict[str, Any]:
        """Asks as ourselves; once again where the proof needs a nonce that we did not have."""
        proof = {"dpop": self._proof("POST", url)}
        try:
            response = await client.post(url, data={**form, **self._credentials()}, headers=proof)
            answer = response.json()
        except (httpx2.HTTPError, ValueError):
            raise ServiceUnavailable from None
        if not isinstance(answer, dict):
            raise AnswerRefused
        self._dpop_nonce = response.headers.get("dpop-nonce", self._dpop_nonce)
        if answer.get("error") == "use_dpop_nonce" and again:
            return await self._post(client, url, form, again=False)
        if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise ServiceUnavailable
        if response.is_error:
            raise AnswerRefused
        return answer

    async def _userinfo(self, client: httpx2.AsyncClient, url: str, token: str) -> str:
        proof = self._proof("GET", url, ath=_digest(token))
        try:
            response = await client.get(
                url, headers={"authorization": f"DPoP {token}", "dpop": proof}
            )
        except httpx2.HTTPError:
            raise ServiceUnavailable from None
        if response.is_error:
            raise AnswerRefused
        return response.text

    async def _get(self, client: httpx2.AsyncClient, url: str) -> dict[str, Any]:
        try:
            response = await client.get(url)
            response.raise_for_status()
            found = response.json()
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError):
            raise ServiceUnavailable from None
        if not isinstance(found, dict):
            raise AnswerRefused
        return found

    def _credentials(self) -> dict[str, str]:
        """Who we are (RFC 7523): for this service alone."""
        us = {"iss": self._us.client_id, "sub": self._us.client_id, "aud": self._us.issuer}
        header = {"typ": "client-authentication+jwt", "kid": self._us.key.kid}
        signed = self._sign(self._us.key, header, us)
        return {"client_assertion_type": _ASSERTION, "client_assertion": signed}

    def _proof(self, method: str, url: str, **claims: str) -> str:
        """That we hold the key (DPoP, RFC 9449): for this request alone."""
        header = {"typ": "dpop+jwt", "jwk": self._dpop_key.as_dict(private=False)}
        nonce = {"nonce": self._dpop_nonce} if self._dpop_nonce else {}
        return self._sign(self._dpop_key, header, {"htm": method, "htu": url, **nonce, **claims})

    def _sign(self, key: ECKey, header: dict[str, Any], claims: dict[str, str]) -> str:
        now = self._clock()
        once = {"iat": now, "exp": now + 60, "jti": secrets.token_urlsafe(16)}
        return jwt.encode({"alg": ALG, **header}, {**once, **claims}, key)


def _digest(text: str) -> str:
    return urlsafe_b64encode(sha256(text.encode()).digest()).rstrip(b"=").decode()
