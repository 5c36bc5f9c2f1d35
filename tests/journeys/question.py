"""A request that a platform might make, in place of one that it makes, and the answer to it."""

import base64
import hashlib
import secrets
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
from playwright.sync_api import Page

from tests.journeys.world import Platform, World
from tests.oidc.jwt_makers import unverified


class Question:
    """What is asked in the name of a platform; `more` are parameters of the request."""

    def __init__(self, world: World, platform: Platform, **more: str) -> None:
        self._world = world
        self._client_id = platform.server.name
        self._verifier = secrets.token_urlsafe(48)
        self._redirect_uri = f"{platform.url}/online-number/callback"
        digest = hashlib.sha256(self._verifier.encode()).digest()
        self.url = f"{world.issuer}/authorize?" + urlencode(
            {
                "client_id": self._client_id,
                "redirect_uri": self._redirect_uri,
                "response_type": "code",
                "scope": "openid",
                "state": secrets.token_urlsafe(32),
                "nonce": secrets.token_urlsafe(32),
                "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
                "code_challenge_method": "S256",
                **more,
            }
        )

    def answer(self, page: Page) -> dict[str, Any]:
        """The claims of the ID token; the platform itself did not ask, and its page says so."""
        page.wait_for_url(f"{self._redirect_uri}?**")
        [code] = parse_qs(urlsplit(page.url).query)["code"]
        answer = httpx2.post(
            f"{self._world.issuer}/token",
            data={
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self._redirect_uri,
                "code_verifier": self._verifier,
            },
            auth=(self._client_id, self._world.secret_file(self._client_id).read_text()),
            trust_env=False,
        )
        claims: dict[str, Any] = unverified(answer.json()["id_token"])
        return claims
