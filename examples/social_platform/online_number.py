"""The whole OpenID Connect client of the platform: ask, and believe only what was asked for.

The steps (OpenID Connect Core 1.0 section 3.1, RFC 7636, RFC 9207):

    begin   1. read the discovery document: where to ask, and whether anybody is there
            2. state, nonce and code verifier: three secrets of this one question
            3. the person's browser goes to the service
    finish  4. the answer is ours: `state` (by whoever kept the question) and `iss`
            5. the code is exchanged, with the verifier, for an ID token
            6. the ID token: signature, issuer, audience, lifetime, nonce
            7. only for the age gate: one predicate from UserInfo, about the same `sub`
            8. of whom there is none yet: a receipt, to show that somebody was verified

Tokens are forgotten at the end: what stays is the pseudonym, if asked one yes or no, and a receipt
without either.
"""

import base64
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from examples.social_platform.errors import (
    AnswerRefused,
    VerificationDeclined,
    VerificationUnavailable,
)
from examples.social_platform.receipts import Draft, Receipt
from examples.social_platform.recording import Recording

# What we registered with the service, and what it signs with for clients that registered nothing.
ID_TOKEN_ALGORITHMS = ["ES256", "RS256"]
LEEWAY_SECONDS = 30
# A person waits for this: better to say "not available now" soon.
TIMEOUT_SECONDS = 5.0
ENDPOINTS = {"authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"}
RECEIPT_ENDPOINT = "verification_receipt_endpoint"
# Errors of the service's own, as opposed to refusals (RFC 6749 section 4.1.2.1).
AWAY = ("server_error", "temporarily_unavailable")


@dataclass(frozen=True)
class Registration:
    """What the service and the platform know each other by."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str


@dataclass(frozen=True)
class Question:
    """One question to the service; kept for the visitor until the answer comes."""

    url: str
    state: str
    nonce: str
    code_verifier: str


@dataclass(frozen=True)
class VerifiedPerson:
    """A real person, by the name that only this platform knows; `over_18` if it was asked."""

    subject: str
    over_18: bool | None
    receipt: Receipt | None = None


class OnlineNumber:
    """The service, as the platform sees it."""

    def __init__(
        self,
        registration: Registration,
        *,
        recording: Recording,
        clock: Callable[[], int],
        draft: Callable[[str], Draft | None],
    ) -> None:
        self._registration = registration
        self._draft = draft
        self._recording = recording
        self._clock = clock

    async def begin(self, *, ask_age: bool) -> Question:
        """A new question; VerificationUnavailable before the person is sent anywhere in vain."""
        async with self._client() as client:
            metadata = await self._discover(client)
            verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(32)
            url, state = client.create_authorization_url(
                metadata["authorization_endpoint"],
                state=secrets.token_urlsafe(32),
                nonce=nonce,
                code_verifier=verifier,
                scope="openid age" if ask_age else "openid",
            )
        return Question(url=url, state=state, nonce=nonce, code_verifier=verifier)

    async def finish(
        self, question: Question, answer: Mapping[str, str], *, ask_age: bool
    ) -> VerifiedPerson:
        """The person, or VerificationDeclined, VerificationUnavailable, AnswerRefused."""
        self._check_answer(question, answer)
        async with self._client() as client:
            metadata = await self._discover(client)
            token = await self._redeem(client, metadata, answer["code"], question.code_verifier)
            keys = await self._get(client, metadata["jwks_uri"])
            subject = self._subject(token.get("id_token"), keys, nonce=question.nonce)
            over_18 = await self._over_18(client, metadata, subject) if ask_age else None
            receipt = await self._receipt(client, metadata, subject)
        return VerifiedPerson(subject, over_18, receipt)

    def _client(self) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            client_id=self._registration.client_id,
            client_secret=self._registration.client_secret,
            redirect_uri=self._registration.redirect_uri,
            code_challenge_method="S256",
            leeway=0,  # the token is used at once
            timeout=TIMEOUT_SECONDS,
            event_hooks={"response": [self._recording.response]},
            trust_env=False,
        )

    async def _discover(self, client: AsyncOAuth2Client) -> dict[str, Any]:
        issuer = self._registration.issuer
        metadata = await self._get(client, f"{issuer}/.well-known/openid-configuration")
        if metadata.get("issuer") != issuer or not metadata.keys() >= ENDPOINTS:
            raise AnswerRefused
        return metadata

    async def _get(
        self, client: AsyncOAuth2Client, url: str, *, with_token: bool = False
    ) -> dict[str, Any]:
        try:
            response = await client.request("GET", url, withhold_token=not with_token)
            response.raise_for_status()
            found = response.json()
        except OAuthError:  # the token is of no use
            raise AnswerRefused from None
        except (httpx2.HTTPError, ValueError):
            raise VerificationUnavailable from None
        if not isinstance(found, dict):
            raise AnswerRefused
        return found

    def _check_answer(self, question: Question, answer: Mapping[str, str]) -> None:
        # An answer without `iss`, or with another, is another server's (mix-up, RFC 9207).
        if answer.get("iss") != self._registration.issuer:
            raise AnswerRefused
        if not hmac.compare_digest(answer.get("state", "").encode(), question.state.encode()):
            raise AnswerRefused
        error = answer.get("error")
        if error == "access_denied":
            raise VerificationDeclined
        if error in AWAY:
            raise VerificationUnavailable
        if error is not None or not answer.get("code"):
            raise AnswerRefused

    async def _redeem(
        self, client: AsyncOAuth2Client, metadata: dict[str, Any], code: str, verifier: str
    ) -> dict[str, Any]:
        try:
            token: dict[str, Any] = await client.fetch_token(
                metadata["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                redirect_uri=self._registration.redirect_uri,
                code_verifier=verifier,
            )
        except OAuthError:
            raise AnswerRefused from None
        except (httpx2.HTTPError, ValueError):
            raise VerificationUnavailable from None
        return token

    def _subject(self, id_token: object, keys: Any, *, nonce: str) -> str:
        registry = jwt.JWTClaimsRegistry(
            now=self._clock(),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self._registration.issuer},
            aud={"essential": True, "value": self._registration.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            token = jwt.decode(
                str(id_token), KeySet.import_key_set(keys), algorithms=ID_TOKEN_ALGORITHMS
            )
            registry.validate(token.claims)
        except (JoseError, ValueError):
            raise AnswerRefused from None
        # Meant for us and for nobody else: a token shared with another party proves nothing.
        if token.claims["aud"] not in (
            self._registration.client_id,
            [self._registration.client_id],
        ):
            raise AnswerRefused
        subject: str = token.claims["sub"]
        return subject

    async def _over_18(
        self, client: AsyncOAuth2Client, metadata: dict[str, Any], subject: str
    ) -> bool | None:
        claims = await self._get(client, metadata["userinfo_endpoint"], with_token=True)
        if claims.get("sub") != subject:
            raise AnswerRefused
        answer = claims.get("age_over_18")
        return answer if isinstance(answer, bool) else None

    async def _receipt(
        self, client: AsyncOAuth2Client, metadata: dict[str, Any], subject: str
    ) -> Receipt | None:
        """None where it cannot be had now: somebody is verified all the same, and comes again."""
        endpoint = metadata.get(RECEIPT_ENDPOINT)
        draft = self._draft(subject)
        if endpoint is None or draft is None:
            return None
        try:
            response = await client.post(endpoint, data={"reference": draft.reference})
            response.raise_for_status()
            said = _said_by(response.text)
        except (OAuthError, httpx2.HTTPError, ValueError):
            return None
        if said.get("reference") != draft.reference or said.get("aud") != client.client_id:
            return None
        return Receipt(draft.salt, draft.reference, response.text)


def _said_by(token: str) -> dict[str, Any]:
    """What stands in a token that came from the service itself; ValueError if it is none."""
    _, payload, _ = token.split(".")
    said = json.loads(base64.urlsafe_b64decode(payload + "=="))
    if not isinstance(said, dict):
        raise ValueError("no object")
    return said
