"""A government hall that a law names: it asks who somebody is, and opens what it is told.

It has no server of its own: whoever drives the browser reads the answer where it is sent to.
"""

import base64
import hashlib
import secrets
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
from joserfc import jwe
from joserfc.jwk import ECKey
from playwright.sync_api import Page

from tests.oidc.jwt_makers import unverified

HALL = "hall"
_KEY = ECKey.generate_key("P-256", {"kid": "hall", "use": "enc"})
_SECRET = secrets.token_urlsafe(32)


def registration(redirect_uri: str) -> dict[str, Any]:
    """What an operator imports."""
    return {
        "client_id": HALL,
        "client_secret": _SECRET,
        "client_name": "样例政务大厅",
        "redirect_uris": [redirect_uri],
        "scope": "openid identity",
        "identity_legal_basis": "《样例法》第一条",
        "purposes": {"identity": {"zh": "办理样例事项", "en": "an artificial case of yours"}},
        "contacts": ["hall@hall.example"],
        "jwks": {"keys": [_KEY.as_dict(private=False)]},
        "userinfo_signed_response_alg": "ES256",
        "userinfo_encrypted_response_alg": "ECDH-ES",
    }


class Question:
    """One request of the hall: where the browser goes, and what the hall is told in the end."""

    def __init__(self, issuer: str, redirect_uri: str) -> None:
        self._issuer = issuer
        self._redirect_uri = redirect_uri
        self._verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(self._verifier.encode()).digest()
        self.url = f"{issuer}/authorize?" + urlencode(
            {
                "client_id": HALL,
                "redirect_uri": redirect_uri,
                "response_type": "code",
                "scope": "openid identity",
                "prompt": "consent",
                "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
                "code_challenge_method": "S256",
            }
        )

    def answer(self, page: Page) -> dict[str, Any]:
        """What UserInfo says, opened with the hall's key."""
        page.wait_for_url(f"{self._redirect_uri}?**")
        [code] = parse_qs(urlsplit(page.url).query)["code"]
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": self._verifier,
        }
        with httpx2.Client(trust_env=False) as http:
            tokens = http.post(f"{self._issuer}/token", data=form, auth=(HALL, _SECRET)).json()
            bearer = {"authorization": f"Bearer {tokens['access_token']}"}
            sealed = http.get(f"{self._issuer}/userinfo", headers=bearer).raise_for_status().text
        read = jwe.decrypt_compact(sealed, _KEY, algorithms=["ECDH-ES", "A128CBC-HS256"])
        return unverified((read.plaintext or b"").decode())
