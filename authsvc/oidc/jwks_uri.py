"""The JWK Set (RFC 7517 section 5): the public keys that verify what we sign."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Self

import msgspec

from authsvc.identifiers import b64url
from authsvc.keyring import SigningKey, SigningKeys
from authsvc.web.http import HTTPRequest, HTTPResponse

# A quarter of an hour: a new key is published at least that long before it signs, and five minutes
# more (authsvc.settings.KeyRules).
_CACHEABLE = ("cache-control", "public, max-age=900")


@dataclass(frozen=True)
class _Document:
    """The set in one form, and the word that it is still the same."""

    published: tuple[SigningKey, ...]
    tag: str
    whole: HTTPResponse
    unchanged: HTTPResponse

    @classmethod
    def of(cls, published: tuple[SigningKey, ...]) -> Self:
        body = msgspec.json.encode({"keys": [dict(key.public_jwk) for key in published]})
        tag = f'"{b64url(sha256(body).digest()[:16])}"'
        fields = (_CACHEABLE, ("etag", tag))
        return cls(
            published,
            tag,
            whole=HTTPResponse(200, (("content-type", "application/json"), *fields), body),
            unchanged=HTTPResponse(304, fields),
        )


class JWKSEndpoint:
    """`GET /jwks`. The document is remembered until a key comes or goes."""

    def __init__(self, keys: SigningKeys) -> None:
        self._keys = keys
        self._document = _Document.of(())

    async def answer(self, http: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """The set; or, to a cache that has it, that it has not changed (RFC 9110 13.1.2)."""
        published = self._keys.published(now=now)
        if published != self._document.published:
            self._document = _Document.of(published)
        if self._document.tag in (http.headers.get("if-none-match") or ""):
            return self._document.unchanged
        return self._document.whole
