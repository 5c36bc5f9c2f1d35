"""The receipt of a certificate that was shown: signed by the platform, the issuer's word inside.

The issuer was not asked, so that it cannot sign. What it signed beforehand is the counterfoil,
which the holder has disclosed (claim `receipt`). The platform adds what it asked for and when, by
the day, and need not keep the presentation: a holder's key would let platforms compare.
"""

from datetime import UTC, datetime, time
from typing import Any, Self

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from authsvc.errors import InvalidInput, Text
from authsvc.verify.credentials.verified import VerifiedPresentation
from authsvc.verify.receipts.errors import CounterfoilRefused
from authsvc.verify.receipts.reference import is_reference
from authsvc.verify.signatures import certified_key
from authsvc.verify.signing import signed

TYPE = "presentation-receipt+jwt"
CLAIM = "receipt"
"""The claim of a certificate that holds its counterfoil."""
# One line that an auditor reads, as long as a counter's (`dynamic_qr`).
_LONGEST_PURPOSE = 120


class ReceiptRefused(InvalidInput):
    """A reference or a purpose that cannot stand in a receipt."""

    code = "verify.receipt_order_refused"
    title = Text("无法开具核验凭据", "No receipt can be written of this")
    next_step = Text(
        "reference 为 SHA-256 的 base64url；purpose 为一行不超过 120 字的文字",
        "reference is a SHA-256 in base64url, purpose one line of at most 120 characters",
    )


class Evidence(msgspec.Struct, frozen=True):
    """What may be kept of a presentation until its receipt is written, and goes into it.

    `day` is its beginning (UTC, in seconds), `claims` are the names of those that were true.
    """

    type: str
    day: int
    claims: tuple[str, ...]
    counterfoil: str
    x5c: tuple[str, ...]

    @classmethod
    def of(cls, shown: VerifiedPresentation, *, now: datetime) -> Self:
        """That of a presentation which was verified now; CounterfoilRefused if it has none."""
        counterfoil = shown.claims.get(CLAIM)
        if not isinstance(counterfoil, str):
            raise CounterfoilRefused(log="none was disclosed")
        return cls(
            type=shown.type,
            day=int(datetime.combine(now.astimezone(UTC).date(), time(), tzinfo=UTC).timestamp()),
            claims=tuple(sorted(name for name, value in shown.claims.items() if value is True)),
            counterfoil=counterfoil,
            x5c=shown.signer_chain,
        )


class PresentationReceipts:
    """Writes the receipts of one platform. `platform` is the address of its verifier."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, *, platform: str) -> None:
        if not isinstance(key.curve, ec.SECP256R1):
            raise ValueError("a key on P-256")
        self._key = key
        self._header = {"typ": TYPE, "kid": certified_key(key.public_key()).kid}
        self._platform = platform

    def write(self, evidence: Evidence, *, reference: str, purpose: str) -> str:
        """The receipt; ReceiptRefused."""
        if not is_reference(reference):
            raise ReceiptRefused(field="reference")
        if not 0 < len(purpose) <= _LONGEST_PURPOSE or not purpose.isprintable():
            raise ReceiptRefused(field="purpose")
        claims: dict[str, Any] = {
            "iss": self._platform,
            "iat": evidence.day,
            "vct": evidence.type,
            "claims": evidence.claims,
            "purpose": purpose,
            "reference": reference,
            "counterfoil": evidence.counterfoil,
        }
        if evidence.x5c:
            claims["counterfoil_x5c"] = evidence.x5c
        return signed(self._header, claims, key=self._key)
