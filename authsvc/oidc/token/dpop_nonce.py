"""DPoP nonces (RFC 9449 sections 8 and 9): our word that a proof was made just now.

A nonce is made of the time and a key, not kept: every worker knows it without asking anybody, and a
flood of requests makes nothing grow. It is the same for everybody for a minute, which section 8
allows: it says when a proof was made, and `jti` that it is used once.
"""

from datetime import datetime, timedelta

from authsvc.identifiers import b64url
from authsvc.keyring import KeyedDigest

# A nonce is handed out for a minute and taken for one to two more.
_STEP = timedelta(minutes=1)
_TAKEN = 3


class DPoPNonces:
    """Makes nonces and knows them again."""

    def __init__(self, digests: KeyedDigest) -> None:
        self._digests = digests

    def current(self, *, now: datetime) -> str:
        """The nonce of this minute."""
        return self._of(_step_of(now))

    def is_fresh(self, nonce: str, *, now: datetime) -> bool:
        """Whether it was handed out within the last minutes."""
        step = _step_of(now)
        # An ordinary comparison: the nonces are no secret, anybody is given one.
        return nonce in {self._of(step - back) for back in range(_TAKEN)}

    def _of(self, step: int) -> str:
        return b64url(self._digests.digest("dpop-nonce", str(step))[:16])


def _step_of(now: datetime) -> int:
    return int(now.timestamp() // _STEP.total_seconds())
