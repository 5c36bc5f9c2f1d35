"""The code that a holder's app draws, new every 30 seconds: shown at a counter, verified offline.

The counter says what it is for: on a sign to type off, or as a QR code with `counter:` before it.
The app asks the holder, and draws a short-lived certificate with the disclosures that they chose
and a Key Binding JWT of this moment:

    aud     counter:PURPOSE      so that it is of no use at another counter, or in a sign-in
    iat     now                  so that a picture of it is of no use in a minute
    nonce   random               so that it is of no use a second time, within that minute

Nobody asks the counter's nonce, as there is no way back from a screen; so what was seen is
remembered for as long as it would be taken (`Memory`): by one process in itself (`OwnMemory`), by
several doors of one purpose, or one that may be started anew, in a store that they share.

    PurposeRefused   a purpose that nobody could read before saying yes
    QRReplayed       the code was taken here before
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock
from typing import Any, Protocol

from authsvc.errors import InvalidInput, Text
from authsvc.identifiers import b64url
from authsvc.verify import compact
from authsvc.verify.claims import LEEWAY
from authsvc.verify.credentials.errors import BindingMalformed, BindingMissing
from authsvc.verify.credentials.sd_jwt import SDJWT
from authsvc.verify.credentials.verified import VerifiedPresentation
from authsvc.verify.credentials.verifier import CredentialVerifier
from authsvc.verify.errors import TokenRefused
from authsvc.verify.statuses.known import KnownStatuses

# The app draws a new one as often, so that what is photographed is soon of no use.
LIFETIME = timedelta(seconds=30)
# A QR code of the largest version holds 2953 octets (ISO/IEC 18004), at its lowest level.
LONGEST = 2953
# What fits on a sign and on the screen of a phone.
_LONGEST_PURPOSE = 120
# 128 bits in base64url are 22 characters.
_NONCE_LENGTHS = range(22, 129)
# Far more than one counter sees in a minute; at the bound it refuses rather than forgets.
_MOST = 10_000


class PurposeRefused(InvalidInput):
    """A purpose that nobody could read before saying yes."""

    code = "verify.qr_purpose_refused"
    title = Text("用途不可用", "The purpose cannot be used")
    next_step = Text("请用一行不超过 120 字的文字", "Use one line of at most 120 characters")


class QRReplayed(TokenRefused):
    """It was shown here before."""

    code = "verify.qr_replayed"
    title = Text("此二维码已使用过", "This code was used already")
    next_step = Text("请等待新的二维码", "Wait for the next code, half a minute at most")


def audience_of(purpose: str) -> str:
    """`aud` of what is shown for a purpose, and the text of the counter's own QR code."""
    if not 0 < len(purpose) <= _LONGEST_PURPOSE or not purpose.isprintable():
        raise PurposeRefused
    return f"counter:{purpose}"


@dataclass(frozen=True)
class ShownAtCounter:
    """What was shown, and what for."""

    purpose: str
    presentation: VerifiedPresentation


class Memory(Protocol):
    """What a counter has taken. Of one name, exactly one claim succeeds, whoever makes it."""

    def claim(self, name: str, *, until: datetime, now: datetime) -> bool:
        """Whether `name` is new here; it is remembered until then. One atomic step.

        With Redis: `SET name 1 NX EXAT until`.
        """
        ...


class OwnMemory:
    """A memory of one process: it ends with it, and no other door has it."""

    def __init__(self) -> None:
        self._seen: dict[str, datetime] = {}
        self._one_at_a_time = Lock()

    def claim(self, name: str, *, until: datetime, now: datetime) -> bool:
        """Whether `name` is new here, and there is a place for it."""
        with self._one_at_a_time:
            over = [each for each, end in self._seen.items() if end < now]
            for each in over:
                del self._seen[each]
            if name in self._seen or len(self._seen) >= _MOST:
                return False
            self._seen[name] = until
            return True


class DynamicQRVerifier:
    """One counter. `credentials` verifies what is taken there; `purpose` is what people are told.

    It is one object for as long as the counter is open, unless its memory lies elsewhere.
    """

    def __init__(
        self, credentials: CredentialVerifier, *, purpose: str, memory: Memory | None = None
    ) -> None:
        self._credentials = credentials
        self._purpose = purpose
        self._audience = audience_of(purpose)
        self._memory = OwnMemory() if memory is None else memory

    def verify(
        self, text: str, *, now: datetime, statuses: KnownStatuses | None = None
    ) -> ShownAtCounter:
        """What the code says that was scanned; a leaf of TokenRefused says why it is not taken."""
        if len(text) > LONGEST:
            raise BindingMalformed(log="longer than a QR code")
        nonce = _nonce_of(text)
        found = self._credentials.verify(
            text,
            audience=self._audience,
            nonce=nonce,
            now=now,
            statuses=statuses,
            longest_age_of_binding=LIFETIME,
        )
        # Only what is genuine takes a place, and it says nothing of whom it was.
        name = b64url(sha256(f"{found.holder_key_thumbprint}.{nonce}".encode()).digest())
        until = found.bound_at + LIFETIME + 2 * LEEWAY
        if not self._memory.claim(name, until=until, now=now):
            raise QRReplayed
        return ShownAtCounter(self._purpose, found)


def _nonce_of(text: str) -> str:
    """What the holder's app has drawn by lot; nothing of it is believed yet."""
    binding = SDJWT.parse(text).binding
    if binding is None:
        raise BindingMissing
    _, payload, _, _ = compact.parts(binding)
    said: Mapping[str, Any] = compact.members(compact.octets(payload))
    nonce = said.get("nonce")
    if not isinstance(nonce, str) or len(nonce) not in _NONCE_LENGTHS:
        raise BindingMalformed(log="no nonce, or one of another length")
    return nonce
