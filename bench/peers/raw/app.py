"""The application: plain ASGI and the cryptography, nothing else."""

import base64
import hmac
import os
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from authsvc.oidc import discovery, paths

_Receive = Callable[[], Awaitable[Mapping[str, Any]]]
_Send = Callable[[Mapping[str, Any]], Awaitable[None]]
_App = Callable[[Mapping[str, Any], _Receive, _Send], Awaitable[None]]
_Answer = tuple[int, list[tuple[bytes, bytes]], bytes]

_LIFETIME = 600
_COORDINATE_BYTES = 32
_SIGNED_WITH = ec.ECDSA(hashes.SHA256())
# What authsvc's access tokens carry as `authsvc_ref` is this long (sealed); here it is noise.
_REFERENCE_BYTES = 169

# The headers that authsvc adds to every answer (`authsvc.web.headers`), as they are on the wire.
_SECURITY = (
    (
        b"content-security-policy",
        b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
_JSON = [(b"content-type", b"application/json"), *_SECURITY]
_FRESH = [*_JSON, (b"cache-control", b"no-store"), (b"pragma", b"no-cache")]
_CACHED = [*_JSON, (b"cache-control", b"public, max-age=3600")]


class Tokens:
    """Signs access tokens for the one client."""

    def __init__(self, issuer: str, client_id: str, secret: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._issuer = issuer
        self._client_id = client_id
        self._digest = sha256(secret.encode()).digest()
        self._reference = _b64url(secrets.token_bytes(_REFERENCE_BYTES))
        self._header = _b64url(
            msgspec.json.encode({"alg": "ES256", "kid": secrets.token_urlsafe(32), "typ": "at+jwt"})
        )

    def answer(self, authorization: bytes, body: bytes) -> _Answer:
        """The answer of the token endpoint."""
        form = dict(parse_qsl(body.decode("ascii")))
        if form.get("grant_type") != "client_credentials":
            return 400, _FRESH, b'{"error":"unsupported_grant_type"}'
        name, _, secret = base64.b64decode(authorization[len(b"Basic ") :]).partition(b":")
        same = hmac.compare_digest(sha256(secret).digest(), self._digest)
        if not same or name.decode() != self._client_id:
            return 401, _FRESH, b'{"error":"invalid_client"}'
        response = {
            "access_token": self._sign(),
            "expires_in": _LIFETIME,
            "token_type": "Bearer",
        }
        return 200, _FRESH, msgspec.json.encode(response)

    def _sign(self) -> str:
        now = int(time.time())
        claims = {
            "iss": self._issuer,
            "aud": self._issuer,
            "iat": now,
            "exp": now + _LIFETIME,
            "jti": _b64url(secrets.token_bytes(16)),
            "authsvc_ref": self._reference,
            "sub": self._client_id,
            "client_id": self._client_id,
        }
        signed = f"{self._header}.{_b64url(msgspec.json.encode(claims))}"
        r, s = decode_dss_signature(self._key.sign(signed.encode("ascii"), _SIGNED_WITH))
        both = r.to_bytes(_COORDINATE_BYTES, "big") + s.to_bytes(_COORDINATE_BYTES, "big")
        return f"{signed}.{_b64url(both)}"


def create() -> _App:
    """The application, from the environment."""
    issuer = f"http://127.0.0.1:{os.environ['BENCH_PORT']}"
    document = msgspec.json.encode(discovery.document(issuer, ["ES256", "RS256"]))
    tokens = Tokens(issuer, os.environ["BENCH_CLIENT_ID"], os.environ["BENCH_CLIENT_SECRET"])

    async def app(scope: Mapping[str, Any], receive: _Receive, send: _Send) -> None:
        if scope["type"] != "http":
            return
        body = await _read(receive)
        if scope["path"] in {"/document", paths.OPENID_CONFIGURATION}:
            answer: _Answer = (200, _CACHED, document)
        elif scope["path"] == paths.TOKEN:
            answer = tokens.answer(_header(scope, b"authorization"), body)
        else:
            answer = (404, _FRESH, b"{}")
        status, headers, content = answer
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    return app


async def _read(receive: _Receive) -> bytes:
    """The body of a request."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(body)


def _header(scope: Mapping[str, Any], name: bytes) -> bytes:
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    return next((value for key, value in headers if key == name), b"")


def _b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
