"""Sealing: AES-256-GCM (NIST SP 800-38D) with a context that must be named again to open.

A sealed value is version (1 byte) | salt (24) | ciphertext and tag. Each value has a key of its
own, HMAC-SHA-256 of its salt under the sealing key (NIST SP 800-108, one block), because GCM with
random nonces under one key is safe for 2^32 values only (section 8.3), and a busy service seals as
many in days. No two values share a key before about 2^96 of them, so the nonce is fixed.

Plaintexts are padded to whole blocks of 256 bytes before sealing, so that a length does not tell a
long name from a short one, or one platform from another.
"""

import os
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from authsvc.keyring.errors import SealBroken
from authsvc.keyring.mac import Mac

BLOCK = 256

_VERSION = b"\x01"
_SALT_BYTES = 24
_NONCE = bytes(12)
_TAG_BYTES = 16
_HEAD_BYTES = len(_VERSION) + _SALT_BYTES
# SP 800-108: the counter of the one block, the label, and what ends it; the salt is the context.
_DERIVATION = b"\x00\x00\x00\x01authsvc-seal\x00"


class Seals(Protocol):
    """Whatever can seal and open."""

    def seal(self, plaintext: bytes, *, context: str, block: int = BLOCK) -> bytes:
        """The sealed value; only the same context opens it. `block` is what it is padded to."""
        ...

    def open(self, sealed: bytes, *, context: str) -> bytes:
        """The plaintext; SealBroken for another key, another context, or an altered value."""
        ...


class _AEAD:
    def __init__(self, key: bytes) -> None:
        self._derive = Mac(key, prefix=_DERIVATION)

    def seal(self, plaintext: bytes, *, context: str, block: int = BLOCK) -> bytes:
        """The sealed value; only the same context opens it. `block` is what it is padded to."""
        salt = os.urandom(_SALT_BYTES)
        cipher = AESGCM(self._derive(salt))
        sealed = cipher.encrypt(_NONCE, _padded(plaintext, block), _data(context))
        return _VERSION + salt + sealed

    def open(self, sealed: bytes, *, context: str) -> bytes:
        """The plaintext; SealBroken for another key, another context, or an altered value."""
        if sealed[:1] != _VERSION or len(sealed) < _HEAD_BYTES + _TAG_BYTES:
            raise SealBroken(log="not a sealed value of this version")
        cipher = AESGCM(self._derive(sealed[1:_HEAD_BYTES]))
        try:
            padded = cipher.decrypt(_NONCE, sealed[_HEAD_BYTES:], _data(context))
        except InvalidTag:
            raise SealBroken(log=f"context {context.partition(':')[0]}") from None
        return padded[: padded.rindex(b"\x80")]


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


def _data(context: str) -> bytes:
    return _VERSION + context.encode("utf-8", "surrogatepass")


def _padded(plaintext: bytes, block: int) -> bytes:
    """ISO/IEC 7816-4 padding: one 0x80, then zeros to the end of the block."""
    marked = plaintext + b"\x80"
    return marked + bytes(-len(marked) % block)
