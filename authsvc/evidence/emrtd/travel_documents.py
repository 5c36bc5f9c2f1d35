"""Passive authentication of a travel document (Doc 9303 part 11 section 5.1), and what follows.

1  the security object is well formed and agrees with itself
2  it was not signed in the future
3  its signer is the one whom it names, and had the right to sign for its state then
4  the signature is the signer's
5  every data group presented has the hash that was signed, and none that is needed is missing
6  the zone is right, is of this kind, of the state whose signer signed, of a type that it may sign
7  a chip that has a key for active authentication has used it on our challenge
8  the document is valid today, by the calendar in China
"""

from datetime import datetime, timedelta

from authsvc.clock import china_today
from authsvc.errors import AuthsvcError
from authsvc.evidence import countries
from authsvc.evidence.chip_reading import ChipReading
from authsvc.evidence.document import VerifiedDocument, require_valid
from authsvc.evidence.emrtd.active_authentication import ChipAnswer, require_original
from authsvc.evidence.emrtd.algorithms import require_strength
from authsvc.evidence.emrtd.certificates import Certificate
from authsvc.evidence.emrtd.country_signers import CountrySigners
from authsvc.evidence.emrtd.data_groups import (
    PORTRAIT_GROUP,
    ZONE_GROUP,
    read_portrait,
    read_zone,
)
from authsvc.evidence.emrtd.security_object import TravelSecurityObject
from authsvc.evidence.emrtd.signed_data import SignedData
from authsvc.evidence.errors import (
    DocumentContradictsItself,
    SignerNotTrusted,
    SignerNotValidThen,
)
from authsvc.evidence.kinds import PASSPORT, DocumentKind
from authsvc.evidence.mrz import MachineReadableZone

# Two well-kept clocks do not differ by more.
_CLOCK_SKEW = timedelta(minutes=5)

# Whose travel permits there are.
_CHINA = "CHN"


class TravelDocuments:
    """Verifies readings of travel documents against the states that are trusted to issue them."""

    def __init__(self, states: CountrySigners) -> None:
        self._states = states

    def verify(
        self,
        kind: DocumentKind,
        reading: ChipReading,
        *,
        answer: ChipAnswer | None = None,
        now: datetime,
    ) -> VerifiedDocument:
        """The genuine document behind a reading, or one leaf of `evidence.errors`.

        `answer` is what the chip made of a challenge of ours, if it was asked.
        """
        security_object = TravelSecurityObject.parse(reading.security_object)
        signed_data = security_object.signed_data
        if signed_data.signing_time is not None and signed_data.signing_time > now + _CLOCK_SKEW:
            raise SignerNotValidThen(log="signed in the future")
        signer = self._signer(signed_data, now=now)
        signed_data.verify(signer)
        require_strength(security_object.hash_algorithm, signer.not_before)
        security_object.compare(reading, kind.required_data_groups)
        zone = MachineReadableZone.parse(
            read_zone(reading.data_groups[ZONE_GROUP]), today=china_today(now)
        )
        _require_right_to_sign(signer, zone)
        document = _document(kind, zone, reading, now=now)
        require_original(security_object, reading, answer)
        require_valid(document, kind, now=now)
        return document

    def _signer(self, signed_data: SignedData, *, now: datetime) -> Certificate:
        """The document signer, trusted for the moment of signing.

        Several certificates may bear one name; the refusal of the last one is the answer.
        """
        known = (*signed_data.certificates, *self._states.known_signers)
        named = [each for each in dict.fromkeys(known) if signed_data.names(each)]
        refusal: AuthsvcError = SignerNotTrusted(log="no certificate of the signer")
        for signer in named:
            try:
                self._states.require_trusted(signer, signed_at=signed_data.signing_time, now=now)
            except AuthsvcError as error:
                refusal = error
                continue
            return signer
        raise refusal


def _require_right_to_sign(signer: Certificate, zone: MachineReadableZone) -> None:
    """A state's signer signs for this state, and the types of documents that its certificate lists.

    Without this any state could issue documents of any other.
    """
    if countries.alpha_2(zone.issuer) != signer.country:
        raise SignerNotTrusted(log="signed by another state")
    types = signer.document_types
    if types is not None and not any(zone.document_code.startswith(each) for each in types if each):
        raise SignerNotTrusted(log="not certified for this type of document")


def _document(
    kind: DocumentKind, zone: MachineReadableZone, reading: ChipReading, *, now: datetime
) -> VerifiedDocument:
    if not zone.document_code.startswith(kind.code):
        raise DocumentContradictsItself(field="kind", log="another kind of document")
    if kind is PASSPORT:
        text, document_number = f"{zone.issuer}/{zone.number}", f"{zone.issuer}/{zone.number}"
    else:
        if zone.issuer != _CHINA:
            raise DocumentContradictsItself(field="kind", log="another state's document")
        # The number is for life: what tells one permit from the next is how often it was issued.
        text, document_number = zone.number, zone.number + zone.optional
    return VerifiedDocument(
        kind=kind.name,
        assurance=kind.assurance,
        number=kind.number(text, today=china_today(now)),
        document_number=document_number,
        name=zone.name,
        birth_date=zone.birth_date,
        sex=zone.sex,
        valid_from=None,
        valid_until=zone.valid_until,
        portrait=read_portrait(reading.data_groups[PORTRAIT_GROUP]),
        verified_at=now,
    )
