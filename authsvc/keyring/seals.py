"""Sealing: AES-256-GCM (NIST SP 800-38D) with a context that must be named again to open.

A sealed value is version (1 byte) | nonce (12) | ciphertext and tag. Plaintexts are padded to a
multiple of 64 bytes before sealing, so that a length does not tell a name or a platform apart.
Random nonces are safe for 2^32 seals under one key (section 8.3); the service key wraps data keys
and passing facts, a data key seals one person's facts.
"""

import secrets
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from authsvc.keyring.errors import SealBroken

_VERSION = b"\x01"
_NONCE_BYTES = 12
_TAG_BYTES = 16
_BLOCK = 64


class Seals(Protocol):
    """Whatever can seal and open."""

    def seal(self, plaintext: bytes, *, context: str) -> bytes:
        """The sealed value; only the same context opens it."""
        ...

    def open(self, sealed: bytes, *, context: str) -> bytes:
        """The plaintext; SealBroken for another key, another context, or an altered value."""
        ...


class _AEAD:
    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, plaintext: bytes, *, context: str) -> bytes:
        """The sealed value; only the same context opens it."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, _pad(plaintext), _VERSION + context.encode())
        return _VERSION + nonce + sealed

    def open(self, sealed: bytes, *, context: str) -> bytes:
        """The plaintext; SealBroken for another key, another context, or an altered value."""
        head = len(_VERSION) + _NONCE_BYTES
        if sealed[:1] != _VERSION or len(sealed) < head + _TAG_BYTES:
            raise SealBroken(log="not a sealed value of this version")
        try:
            padded = self._cipher.decrypt(
                sealed[1:head], sealed[head:], _VERSION + context.encode()
            )
        except InvalidTag:
            raise SealBroken(log=f"context {context.partition(':')[0]}") from None
        return _unpad(padded)


class DataKey(_AEAD):
    """A person's own key. Destroying its wrapped form erases all that it sealed."""


class Sealer(_AEAD):
    """The service key."""

    def new_data_key(self, *, context: str) -> tuple[DataKey, bytes]:
        """A fresh data key, and its wrapped form to keep."""
        raw = AESGCM.generate_key(256)
        return DataKey(raw), self.seal(raw, context=context)

    def unwrap(self, wrapped: bytes, *, context: str) -> DataKey:
        """The data key behind its wrapped form; SealBroken if it is not."""
        return DataKey(self.open(wrapped, context=context))


def _pad(plaintext: bytes) -> bytes:
    """ISO/IEC 7816-4 padding: one 0x80, then zeros to the end of the block."""
    return plaintext + b"\x80" + b"\0" * (-(len(plaintext) + 1) % _BLOCK)


def _unpad(padded: bytes) -> bytes:
    return padded[: padded.rindex(b"\x80")]
