"""Proof Key for Code Exchange (RFC 7636), with S256 and nothing else."""

import hmac
import re
from hashlib import sha256

from authsvc.identifiers import b64url
from authsvc.oidc.errors import InvalidGrant, InvalidRequest

METHOD = "S256"

# Section 4.1: 43 to 128 unreserved characters. Section 4.2: base64url of 32 bytes.
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}\Z")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}\Z")


def read_challenge(challenge: str | None, method: str | None, *, required: bool) -> str | None:
    """The challenge of an authorization request; InvalidRequest if it cannot be accepted.

    A request without a method means `plain` (section 4.3), which is not spoken here.
    """
    if challenge is None:
        if required:
            raise InvalidRequest("code_challenge is required", field="code_challenge")
        if method is not None:
            raise InvalidRequest("code_challenge is missing", field="code_challenge")
        return None
    if method != METHOD:
        raise InvalidRequest("code_challenge_method must be S256", field="code_challenge_method")
    if not _CHALLENGE.match(challenge):
        raise InvalidRequest("code_challenge is not an S256 challenge", field="code_challenge")
    return challenge


def verify(challenge: str | None, verifier: str | None) -> None:
    """Returns if the verifier belongs to the challenge (section 4.6); InvalidGrant otherwise.

    A verifier where no challenge was sent is refused too: it is the trace of a downgrade
    (RFC 9700 section 4.8.2).
    """
    if challenge is None and verifier is None:
        return
    if challenge is None or verifier is None:
        raise InvalidGrant("code_verifier does not fit the authorization request")
    computed = challenge_of(verifier) if _VERIFIER.match(verifier) else ""
    if not hmac.compare_digest(computed, challenge):
        raise InvalidGrant("code_verifier does not fit the authorization request")


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier (section 4.2)."""
    return b64url(sha256(verifier.encode("ascii")).digest())
