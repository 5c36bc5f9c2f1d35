"""Access tokens whose signature this process has just made, or just verified.

A token is mostly shown within seconds of being issued, and again and again. Verifying an ECDSA
signature costs more than all else that is done with it, so what came of the last ones is remembered
by the SHA-256 of the whole token: whoever changes one character is not recognised. Only that is
remembered. Whether the token's time is over, its key withdrawn, the token or its grant revoked, is
asked each time. Neither tokens nor parts of them are kept.
"""

from hashlib import sha256
from typing import Generic, TypeVar

T = TypeVar("T")

# What comes of a token takes about 1.5 kB, so this takes 6 MB; at 2000 tokens a second it reaches
# back two seconds.
MOST = 4096


class KnownTokens(Generic[T]):
    """What the last tokens said. The oldest gives way to the newest."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: dict[bytes, T] = {}

    def remember(self, token: str, said: T) -> None:
        """For a token whose signature is known to be good."""
        if len(self._known) >= self._most:
            del self._known[next(iter(self._known))]
        self._known[_name(token)] = said

    def recall(self, token: str) -> T | None:
        """What a token said; None if it is not one of the last."""
        return self._known.get(_name(token))


def _name(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass")).digest()
