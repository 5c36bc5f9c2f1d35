"""Which credentials there are, and from when to when one holds.

All who fetch a kind in one hour, or on one day, get the same times: no two presentations are joined
by them, nor a presentation with our logs. A document that ends sooner shortens the credential in
steps that double, so that the end tells no day that a document has for itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from authsvc.certificates.errors import DocumentEndsTooSoon
from authsvc.certificates.profile import end_of

# Long enough for two weeks at sea. What hurts is not how long one holds but how late a withdrawal
# is seen, and that is the status list's affair.
_TWO_WEEKS = timedelta(days=14)
# Without a status a withdrawal is not seen at all, so it is over by itself within a day, as the
# EUDI Wallet's reference framework asks of what is never revoked (annex 2, VCR_01).
_A_DAY = timedelta(hours=24)
# Wallets show each once. Twenty are a day or two of a busy person.
_BATCH = 20
# One for each platform of a bucket (issuance): at most so many are in one.
_BUCKET = 64

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Format(StrEnum):
    """In which form a credential is written, by its name in OpenID4VCI (appendix A)."""

    SD_JWT = "dc+sd-jwt"
    MDOC = "mso_mdoc"


@dataclass(frozen=True)
class CredentialKind:
    """One kind; `id` is its name among the configurations of the issuer (OpenID4VCI).

    `type_name` is the name of its type at this issuer (`types`), `grain` what times are rounded
    down to, `most` how many are issued at once. One that `names_subject` is for one platform and
    says who the holder is there; one that `carries_chain` has the certificate of its key with it
    (`x5c`), as every mdoc does; one that `has_counterfoil` leaves the platform something to show an
    auditor (claim `receipt`). One that rests on a `department` tells its `attributes`, all of them,
    and nothing else of the person.
    """

    id: str
    format: Format
    type_name: str
    lifetime: timedelta
    grain: timedelta
    has_status: bool
    names_subject: bool
    carries_chain: bool
    has_counterfoil: bool
    most: int
    department: str | None = None
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Validity:
    """From when to when: both on the kind's grain, so the same for many."""

    issued_at: datetime
    expires_at: datetime


def _by_id(*kinds: CredentialKind) -> Mapping[str, CredentialKind]:
    return MappingProxyType({kind.id: kind for kind in kinds})


KINDS = _by_id(
    CredentialKind(
        "verified-person",
        format=Format.SD_JWT,
        type_name="verified-person",
        lifetime=_TWO_WEEKS,
        grain=timedelta(days=1),
        has_status=True,
        names_subject=False,
        carries_chain=True,
        has_counterfoil=True,
        most=_BATCH,
    ),
    CredentialKind(
        "verified-person-brief",
        format=Format.SD_JWT,
        type_name="verified-person",
        lifetime=_A_DAY,
        grain=timedelta(hours=1),
        has_status=False,
        names_subject=False,
        carries_chain=True,
        has_counterfoil=True,
        most=_BATCH,
    ),
    # Drawn as a QR code: every byte counts.
    CredentialKind(
        "verified-person-counter",
        format=Format.SD_JWT,
        type_name="verified-person",
        lifetime=_A_DAY,
        grain=timedelta(hours=1),
        has_status=False,
        names_subject=False,
        carries_chain=False,
        has_counterfoil=False,
        most=_BATCH,
    ),
    CredentialKind(
        "verified-person-at-platform",
        format=Format.SD_JWT,
        type_name="verified-person-at-platform",
        lifetime=_TWO_WEEKS,
        grain=timedelta(days=1),
        has_status=True,
        names_subject=True,
        carries_chain=True,
        has_counterfoil=True,
        most=_BUCKET,
    ),
    # What a department says may change tomorrow, and nobody tells us: a day, and none withdraws it.
    CredentialKind(
        "residence-attestation",
        format=Format.SD_JWT,
        type_name="residence-attestation",
        lifetime=_A_DAY,
        grain=timedelta(hours=1),
        has_status=False,
        names_subject=False,
        carries_chain=True,
        has_counterfoil=False,
        most=_BATCH,
        department="residence",
        attributes=("residence_province", "residence_city"),
    ),
    CredentialKind(
        "residence-permit-link",
        format=Format.SD_JWT,
        type_name="residence-permit-link",
        lifetime=_A_DAY,
        grain=timedelta(hours=1),
        has_status=False,
        names_subject=False,
        carries_chain=True,
        has_counterfoil=False,
        most=_BATCH,
        department="residence",
        attributes=("residence_permit_city", "residence_permit_until"),
    ),
    CredentialKind(
        "verified-person-mdoc",
        format=Format.MDOC,
        type_name="verified-person",
        lifetime=_TWO_WEEKS,
        grain=timedelta(days=1),
        has_status=True,
        names_subject=False,
        carries_chain=True,
        has_counterfoil=False,
        most=_BATCH,
    ),
    CredentialKind(
        "verified-person-mdoc-brief",
        format=Format.MDOC,
        type_name="verified-person",
        lifetime=_A_DAY,
        grain=timedelta(hours=1),
        has_status=False,
        names_subject=False,
        carries_chain=True,
        has_counterfoil=False,
        most=_BATCH,
    ),
)
"""Every kind, by its id."""


def floor(moment: datetime, grain: timedelta) -> datetime:
    """The moment rounded down to whole grains of UTC."""
    return moment - (moment - _EPOCH) % grain


def validity(kind: CredentialKind, *, document_valid_until: date | None, now: datetime) -> Validity:
    """When a credential of this kind holds that is issued now.

    It never outlives the document: DocumentEndsTooSoon if that ends within the first grain.
    """
    issued_at = floor(now, kind.grain)
    if document_valid_until is None:
        return Validity(issued_at, issued_at + kind.lifetime)
    left = end_of(document_valid_until) - issued_at
    if left < kind.grain:
        raise DocumentEndsTooSoon
    if left >= kind.lifetime:
        return Validity(issued_at, issued_at + kind.lifetime)
    steps = 1 << (left // kind.grain).bit_length() - 1
    return Validity(issued_at, issued_at + kind.grain * steps)
