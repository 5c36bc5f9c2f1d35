"""Artificial passports of Utopia, and whoever is to verify them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import Any

from authsvc.evidence.authority.specimens.certificates import Certified
from authsvc.evidence.authority.specimens.documents import travel_chip
from authsvc.evidence.authority.specimens.keys import Algorithm, SpecimenKey
from authsvc.evidence.authority.specimens.signed_data import Manner
from authsvc.evidence.authority.specimens.states import SpecimenState
from authsvc.evidence.authority.specimens.zones import passport_zone
from authsvc.evidence.chip_reading import ChipReading
from authsvc.evidence.document import VerifiedDocument
from authsvc.evidence.emrtd.active_authentication import ChipAnswer
from authsvc.evidence.emrtd.certificates import Certificate
from authsvc.evidence.emrtd.country_signers import CountrySigners
from authsvc.evidence.emrtd.revocation_lists import RevocationList
from authsvc.evidence.emrtd.travel_documents import TravelDocuments
from authsvc.evidence.kinds import PASSPORT
from authsvc.evidence.resident_number import Sex
from tests.makers import NOW

UTOPIA = "UT"
P256 = Algorithm("ecdsa", "sha256")
PORTRAIT = b"artificial-portrait:passport"


def zone(**parts: Any) -> str:
    """The zone of Doc 9303's specimen, or of somebody else; good until 2032."""
    given: dict[str, Any] = {
        "issuer": "UTO",
        "nationality": "UTO",
        "number": "L898902C3",
        "primary": "ERIKSSON",
        "secondary": "ANNA MARIA",
        "birth_date": date(1974, 8, 12),
        "sex": Sex.FEMALE,
        "valid_until": date(2032, 4, 15),
        "optional": "ZE184226B",
        **parts,
    }
    return passport_zone(**given)


def state(
    algorithm: Algorithm = P256, country: str = UTOPIA, since: datetime = NOW
) -> SpecimenState:
    """A state; making keys takes time, so that each is made once."""
    return _state(algorithm, country, since)


def signer(algorithm: Algorithm = P256, since: datetime = NOW) -> Certified:
    """A document signer of Utopia, all in one way of signing."""
    return _signer(algorithm, since)


@cache
def _state(algorithm: Algorithm, country: str, since: datetime) -> SpecimenState:
    return SpecimenState.found(country, now=since, algorithm=algorithm)


@cache
def _signer(algorithm: Algorithm, since: datetime) -> Certified:
    return state(algorithm, since=since).document_signer(now=since)


@cache
def chip_key(algorithm: Algorithm) -> SpecimenKey:
    """A chip's key."""
    return SpecimenKey.make(algorithm)


def passport(
    by: Certified | None = None, text: str | None = None, *, more: Any = None, **manner: Any
) -> ChipReading:
    """A passport signed just now."""
    how = replace(Manner(NOW), **manner)
    return travel_chip(text or zone(), PORTRAIT, by or signer(), how, more=more)


def certificate(encoded: bytes) -> Certificate:
    """A certificate, read."""
    return Certificate.parse(encoded)


def trusting(
    *states: SpecimenState,
    offered: Iterable[bytes] = (),
    revocation_lists: Iterable[bytes] = (),
) -> TravelDocuments:
    """A verifier that trusts these states, or Utopia."""
    trusted = states or (state(),)
    return TravelDocuments(
        CountrySigners(
            [certificate(each.authority.encoded) for each in trusted],
            offered=[certificate(each) for each in offered],
            revocation_lists=[RevocationList.parse(each) for each in revocation_lists],
        )
    )


def verified(
    verifier: TravelDocuments,
    chip: ChipReading,
    *,
    answer: ChipAnswer | None = None,
    now: datetime = NOW,
) -> VerifiedDocument:
    """The passport, verified."""
    return verifier.verify(PASSPORT, chip, answer=answer, now=now)
