"""The keys of an issuer, read once from its JWK Set.

A new key is published at least twenty minutes before it signs, and an old one for at least an hour
after it signed last; the set may be kept for fifteen minutes (`Cache-Control`). So a set that is
fetched again every quarter of an hour has every key in time, but for one that replaces a key which
has leaked: it signs at once. Whoever meets a key that is not in their set fetches it once more.
"""

from collections.abc import Mapping
from typing import Any, Self

import msgspec

from authsvc.verify.errors import KeySetRefused
from authsvc.verify.signatures import VerificationKey, read_key

# Four algorithms, three keys of each while they follow each other: twelve. Nobody has a hundred.
_MOST = 100


class VerificationKeys:
    """The public keys of an issuer, each under its `kid`. Never changes; a newer set is another."""

    def __init__(self, keys: Mapping[str, VerificationKey]) -> None:
        self._keys = dict(keys)

    @classmethod
    def from_jwks(cls, document: Mapping[str, Any] | str | bytes) -> Self:
        """The keys of a JWK Set (RFC 7517 section 5), as JSON or read already; KeySetRefused.

        Keys of other types, uses and algorithms are passed over.
        """
        members = _listed(document)
        keys = [key for key in map(read_key, members) if key is not None]
        if not keys:
            raise KeySetRefused(log="no key to verify with")
        by_kid = {key.kid: key for key in keys}
        if len(by_kid) < len(keys):
            raise KeySetRefused(log="two keys of one kid")
        return cls(by_kid)

    def find(self, kid: str) -> VerificationKey | None:
        """The key of this name."""
        return self._keys.get(kid)


def _listed(document: Mapping[str, Any] | str | bytes) -> list[Mapping[str, Any]]:
    try:
        if isinstance(document, str | bytes):
            document = msgspec.json.decode(document, type=dict[str, Any])
        found = msgspec.convert(document["keys"], list[dict[str, Any]])
    except (LookupError, TypeError, ValueError, RecursionError):
        raise KeySetRefused(log="not a JWK Set") from None
    if len(found) > _MOST:
        raise KeySetRefused(log="too many keys")
    return list(found)
