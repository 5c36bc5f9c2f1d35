"""Passive authentication (ICAO Doc 9303 part 11 section 5.1): is this chip's content genuine?

Travel documents are verified in `emrtd/`. What follows is for cards, whose profile is ours:

    1  the kind of document is one that we read
    2  the security object is well formed, uses allowed algorithms and agrees with itself
       (one signer, content-type and message-digest bound to the content)
    3  it was not signed in the future
    4  the document signer was certified by a trust anchor, was fit, and valid at signing time
    5  the signature over the signed attributes is the document signer's
    6  every data group presented has the hash that was signed, and none that is needed is missing
    7  the data groups say what this kind must say, and do not contradict themselves
    8  the document is valid today, by the calendar in China

Not performed: a chip can be copied with its signature. That the presenter is the holder is shown
by the holder check, and that the card was not lost by the register. Revocation lists of document
signers are not read: an anchor is removed from `keys/document-anchors/` instead.
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from authsvc.clock import china_today
from authsvc.evidence.chip_reading import ChipReading
from authsvc.evidence.data_groups import HolderRecord, IssueRecord, PortraitRecord
from authsvc.evidence.document import VerifiedDocument, require_valid
from authsvc.evidence.document_signer import trusted_signer_key
from authsvc.evidence.emrtd.active_authentication import ChipAnswer
from authsvc.evidence.emrtd.country_signers import CountrySigners
from authsvc.evidence.emrtd.travel_documents import TravelDocuments
from authsvc.evidence.errors import (
    DataGroupAltered,
    DataGroupMissing,
    DataGroupNotSigned,
    DocumentContradictsItself,
    DocumentKindUnknown,
    SecurityObjectForged,
    SignerNotValidThen,
)
from authsvc.evidence.holder_numbers import HolderNumber
from authsvc.evidence.kinds import (
    HOLDER_GROUP,
    ISSUE_GROUP,
    PORTRAIT_GROUP,
    DocumentKind,
    Proof,
    kind_named,
)
from authsvc.evidence.security_object import SecurityObject

# Two well-kept clocks do not differ by more.
_CLOCK_SKEW = timedelta(minutes=5)


class PassiveAuthentication:
    """Verifies chip readings against the authorities that are trusted to issue documents."""

    def __init__(
        self, anchors: Sequence[x509.Certificate], states: CountrySigners | None = None
    ) -> None:
        self._anchors = tuple(anchors)
        self._travel_documents = TravelDocuments(states or CountrySigners(()))

    def verify(
        self, kind: str, reading: ChipReading, *, now: datetime, answer: ChipAnswer | None = None
    ) -> VerifiedDocument:
        """The genuine document behind a reading, or one leaf of `evidence.errors`.

        `answer` is what a chip made of a challenge of ours; those of cards are not asked.
        """
        # 1. The kind.
        expected = kind_named(kind)
        if expected.proof is Proof.TRAVEL_CHIP:
            return self._travel_documents.verify(expected, reading, answer=answer, now=now)
        if expected.proof is Proof.REGISTER:
            raise DocumentKindUnknown(field="kind", log="no chip")
        # 2. The security object by itself.
        security_object = SecurityObject.parse(reading.security_object)
        # 3. Signed by now.
        if security_object.signing_time > now + _CLOCK_SKEW:
            raise SignerNotValidThen(log="signed in the future")
        # 4. The document signer.
        key = trusted_signer_key(
            security_object.signer, self._anchors, at=security_object.signing_time
        )
        # 5. The signature.
        _verify_signature(security_object, key)
        # 6. The data groups.
        _compare_hashes(reading, security_object, expected)
        # 7. What they say.
        document = _read(reading, expected, now=now)
        # 8. Valid today.
        require_valid(document, expected, now=now)
        return document


def _verify_signature(security_object: SecurityObject, key: ec.EllipticCurvePublicKey) -> None:
    algorithm = hashes.SHA384() if security_object.digest == "sha384" else hashes.SHA256()
    try:
        key.verify(
            security_object.signature, security_object.signed_attributes, ec.ECDSA(algorithm)
        )
    except InvalidSignature:
        raise SecurityObjectForged from None


def _compare_hashes(
    reading: ChipReading, security_object: SecurityObject, kind: DocumentKind
) -> None:
    if not kind.required_data_groups <= reading.data_groups.keys():
        raise DataGroupMissing
    for number, file in reading.data_groups.items():
        signed = security_object.data_group_hashes.get(number)
        if signed is None:
            raise DataGroupNotSigned(log=f"DG{number}")
        found = hashlib.new(security_object.hash_algorithm, file).digest()
        if not hmac.compare_digest(found, signed):
            raise DataGroupAltered(log=f"DG{number}")


def _read(reading: ChipReading, kind: DocumentKind, *, now: datetime) -> VerifiedDocument:
    holder = HolderRecord.read(reading.data_groups[HOLDER_GROUP])
    issue = IssueRecord.read(reading.data_groups[ISSUE_GROUP])
    portrait = PortraitRecord.read(reading.data_groups[PORTRAIT_GROUP]).portrait
    if holder.kind_code != kind.code:
        raise DocumentContradictsItself(field="kind", log="another kind of document")
    return VerifiedDocument(
        kind=kind.name,
        assurance=kind.assurance,
        number=_number(holder, kind, now=now),
        document_number=issue.document_number,
        name=holder.name,
        birth_date=holder.birth_date,
        sex=holder.sex,
        valid_from=issue.valid_from,
        valid_until=issue.valid_until,
        portrait=portrait,
        verified_at=now,
    )


def _number(holder: HolderRecord, kind: DocumentKind, *, now: datetime) -> HolderNumber:
    """The number, which must be spelt as it is printed and agree with the rest of the record."""
    number = kind.number(holder.number, today=china_today(now))
    if number.birth_date not in (None, holder.birth_date) or number.sex not in (None, holder.sex):
        raise DocumentContradictsItself(log="number, birth date, sex")
    return number
