"""`client_secret_basic` and `client_secret_post` (RFC 6749 section 2.3.1).

A secret is compared with the digest that rests, in constant time, and an unknown client costs what
a known one does.
"""

import base64
import binascii
import hmac
from hashlib import sha256
from urllib.parse import unquote_plus

from authsvc.clients.client import AuthMethod, Client
from authsvc.clients.errors import ClientNotAuthenticated

_NOBODY = sha256(b"").digest()


def knows_secret(client: Client | None, method: AuthMethod, secret: str) -> bool:
    """Whether this is the client's secret, sent in the way that is registered."""
    digest = sha256(secret.encode("utf-8", "surrogatepass")).digest()
    expected = client.secret_digest if client is not None else None
    same = hmac.compare_digest(digest, expected or _NOBODY)
    return client is not None and method in client.auth_methods and same and expected is not None


def read_basic(authorization: str) -> tuple[tuple[str, str], ...]:
    """Both readings of a Basic header, as (client_id, secret): as RFC 6749 says, and as it stands.

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
    return (decoded,) if decoded == raw else (decoded, raw)
