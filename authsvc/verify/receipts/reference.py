"""What ties a receipt to an account: a digest that the platform makes, and can open.

    reference = base64url(SHA-256(salt, 32 octets | the platform's name for the account, UTF-8))

The salt is drawn for this one receipt and stays with the platform: without it nobody can tell whose
a receipt is, though they know every name. Its length is fixed: else salt and name could be cut
apart elsewhere, and one receipt be opened as those of two accounts.
"""

import os
from hashlib import sha256

from authsvc.identifiers import b64url, from_b64url

SALT = 32
"""Octets."""


def new_salt() -> bytes:
    """For one receipt."""
    return os.urandom(SALT)


def reference_of(salt: bytes, account: str) -> str:
    """The reference of an account; ValueError for a salt of another length."""
    if len(salt) != SALT:
        raise ValueError(f"a salt of {SALT} octets")
    return b64url(sha256(salt + account.encode()).digest())


def is_reference(text: str) -> bool:
    """Whether it is spelt as one is."""
    try:
        return len(from_b64url(text)) == sha256().digest_size
    except ValueError:
        return False
