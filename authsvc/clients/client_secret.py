"""`client_secret_basic` and `client_secret_post` (RFC 6749 section 2.3.1).

A secret is compared with the digest that rests, in constant time, and an unknown client costs what
a known one does.

A client sends the same header each time. How the last good ones read is remembered by the SHA-256
of the whole header, and of the secret nothing but its digest: it is compared each time, as ever,
with the one that the client has today. Only what has proved a client is remembered, so that no
stranger can fill the place.
"""

import base64
import binascii
import hmac
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import unquote_plus

from authsvc.clients.client import AuthMethod, Client
from authsvc.clients.errors import ClientNotAuthenticated

_NOBODY = sha256(b"").digest()

# One header of each client, and a second while its secret changes; about 300 bytes each.
_MOST = 4096


class Shown(NamedTuple):
    """A client id and the SHA-256 of the secret that came with it."""

    client_id: str
    digest: bytes

    @classmethod
    def of(cls, client_id: str, secret: str) -> "Shown":
        """What was shown, without the secret."""
        return cls(client_id, sha256(secret.encode("utf-8", "surrogatepass")).digest())


class KnownHeaders:
    """Basic headers that have proved a client, as they were read. The oldest gives way."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._known: dict[bytes, tuple[Shown, ...]] = {}

    def recall(self, authorization: str) -> tuple[Shown, ...] | None:
        """The readings of a header; None if it is not one of the last."""
        return self._known.get(_name(authorization))

    def remember(self, authorization: str, readings: tuple[Shown, ...]) -> None:
        """For a header one of whose readings has just proved a client."""
        if len(self._known) >= self._most:
            del self._known[next(iter(self._known))]
        self._known[_name(authorization)] = readings


def knows_secret(client: Client | None, method: AuthMethod, shown: Shown) -> bool:
    """Whether this is the client's secret, sent in the way that is registered."""
    expected = client.secret_digest if client is not None else None
    same = hmac.compare_digest(shown.digest, expected or _NOBODY)
    return client is not None and method in client.auth_methods and same and expected is not None


def read_basic(authorization: str) -> tuple[Shown, ...]:
    """Both readings of a Basic header: as RFC 6749 says, and as it stands.

    The id and the secret should be form-urlencoded before they are joined (section 2.3.1); clients
    in the field often send them as they are. Raises ClientNotAuthenticated.
    """
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise ClientNotAuthenticated(log="another scheme than Basic")
    try:
        text = base64.b64decode(credentials.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        raise ClientNotAuthenticated(log="malformed Basic header") from None
    client_id, _, secret = text.partition(":")
    decoded = (unquote_plus(client_id), unquote_plus(secret))
    raw = (client_id, secret)
    return (Shown.of(*decoded),) if decoded == raw else (Shown.of(*decoded), Shown.of(*raw))


def _name(authorization: str) -> bytes:
    return sha256(authorization.encode("utf-8", "surrogatepass")).digest()
