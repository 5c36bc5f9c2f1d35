"""Keyed digests: a fact can be found again, but not read, and not searched for without the key.

The space of identity numbers is about 2^37, so nothing unkeyed is ever derived from one.
"""

from authsvc.keyring.mac import Mac


def _message(kind: str, parts: tuple[str | bytes, ...]) -> bytes:
    """A kind and its parts, each with its length before it: no two lists collide."""
    message = b""
    for part in (kind, *parts):
        raw = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        message += len(raw).to_bytes(8, "big") + raw
    return message


class KeyedDigest:
    """Digests of facts, under the digest key. 32 bytes each."""

    def __init__(self, key: bytes) -> None:
        self._mac = Mac(key)

    def digest(self, kind: str, *parts: str | bytes) -> bytes:
        """The digest of `parts`; `kind` keeps digests of different facts apart."""
        return self._mac(_message(kind, parts))

    def function(self, kind: str) -> Mac:
        """A keyed function of its own, for what is computed too often to spell its kind out.

        Its key is the digest of `kind`, which is handed to nobody.
        """
        return Mac(self.digest("key-of-a-function", kind))


class PairwiseKey:
    """The pseudorandom function behind pairwise subjects (OpenID Connect Core 8.1).

    It is never rotated: whoever has it and a person's digest knows their subject anywhere.
    """

    def __init__(self, key: bytes) -> None:
        self._mac = Mac(key)

    def derive(self, *parts: str | bytes) -> bytes:
        """32 bytes that say nothing about `parts` without the key."""
        return self._mac(_message("pairwise-subject", parts))
