"""What we make for a client whose metadata leaves it to us: its id and its secret."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from authsvc.clients.client import AuthMethod
from authsvc.identifiers import new_token

# An id is public; it must only be nobody else's, today or ever.
_ID_BYTES = 16

_BY_SECRET = (None, *(str(method) for method in AuthMethod if method.by_secret))


def new_client_id() -> str:
    """An id that nobody has."""
    return new_token(_ID_BYTES)


def new_secret() -> tuple[str, bytes]:
    """A secret of 256 random bits, and the digest that rests in its place."""
    secret = new_token(32)
    return secret, digest_of(secret)


def digest_of(secret: str) -> bytes:
    """A plain digest: the secret is random and long, and the token endpoint must be quick."""
    return sha256(secret.encode("utf-8")).digest()


def needs_secret(document: Mapping[str, Any]) -> bool:
    """Whether the method that a document names is one by secret (it is if none is named)."""
    return document.get("token_endpoint_auth_method") in _BY_SECRET
