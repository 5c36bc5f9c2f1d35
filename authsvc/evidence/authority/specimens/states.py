"""An artificial state: its country signing authority, its document signers, what it publishes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from authsvc.evidence.authority.specimens import certificates as made
from authsvc.evidence.authority.specimens.certificates import Certified, Period
from authsvc.evidence.authority.specimens.keys import Algorithm, SpecimenKey
from authsvc.evidence.authority.specimens.signed_data import Manner, master_list
from authsvc.identifiers import new_digits

# Part 12 section 5: an authority's key is used for three to five years, a signer's for three
# months; the certificates are good for as long as what was signed with them, ten years more.
_AUTHORITY_USE = timedelta(days=5 * 365)
_SIGNER_USE = timedelta(days=90)
_DOCUMENT_LIFE = timedelta(days=10 * 366)
# Lists come every ninety days at least.
_LIST_LIFE = timedelta(days=90)

_STRONG = Algorithm("ecdsa", "sha384", curve="P-384")


@dataclass(frozen=True)
class SpecimenState:
    """A state that signs documents; `country` is its code in certificates (UT, CN)."""

    country: str
    authority: Certified

    @classmethod
    def found(
        cls,
        country: str,
        *,
        now: datetime,
        algorithm: Algorithm = _STRONG,
        key: SpecimenKey | None = None,
        title: str = "specimen country signing authority",
        in_utf8: bool = True,
    ) -> "SpecimenState":
        """A state with an authority that began its work a little before `now`."""
        key = key or SpecimenKey.make(algorithm)
        authority = made.certificate(
            key,
            subject=made.name(country, title, in_utf8=in_utf8),
            serial=new_serial(),
            valid=_valid(now, _AUTHORITY_USE + _SIGNER_USE),
            extensions=(
                *made.signs_certificates(),
                made.subject_key(key),
                made.used_in(Period(_begun(now), now + _AUTHORITY_USE)),
            ),
        )
        return cls(country, authority)

    def document_signer(
        self,
        *,
        now: datetime,
        algorithm: Algorithm | None = None,
        key: SpecimenKey | None = None,
        valid: Period | None = None,
        use: Period | None = None,
        extensions: Sequence[bytes] | None = None,
        issuer: bytes | None = None,
    ) -> Certified:
        """A signer that the authority certified; what is not given is as part 12 has it."""
        key = key or SpecimenKey.make(algorithm or self.authority.key.algorithm)
        usual = (
            made.signs_documents(),
            made.used_in(use or Period(_begun(now), now + _SIGNER_USE)),
        )
        return made.certificate(
            key,
            subject=made.name(self.country, "specimen document signer"),
            serial=new_serial(),
            valid=valid or _valid(now, _SIGNER_USE),
            extensions=(
                *(usual if extensions is None else extensions),
                made.subject_key(key),
                made.authority_key(self.authority.key),
            ),
            by=self.authority.key,
            issuer=issuer or self.authority.name,
        )

    def succeeded(
        self, *, now: datetime, algorithm: Algorithm | None = None, title: str | None = None
    ) -> tuple["SpecimenState", bytes]:
        """The state with a new key, and the link certificate of the old one for it."""
        key = SpecimenKey.make(algorithm or self.authority.key.algorithm)
        subject = self.authority.name if title is None else made.name(self.country, title)
        link = made.certificate(
            key,
            subject=subject,
            serial=new_serial(),
            valid=_valid(now, _AUTHORITY_USE + _SIGNER_USE),
            extensions=(
                *made.signs_certificates(),
                made.subject_key(key),
                made.authority_key(self.authority.key),
            ),
            by=self.authority.key,
            issuer=self.authority.name,
        )
        itself = made.certificate(
            key,
            subject=subject,
            serial=new_serial(),
            valid=_valid(now, _AUTHORITY_USE + _SIGNER_USE),
            extensions=(*made.signs_certificates(), made.subject_key(key)),
        )
        return replace(self, authority=itself), link.encoded

    def revocation_list(
        self, revoked: Sequence[Certified] = (), *, now: datetime, updates: Period | None = None
    ) -> bytes:
        """A list of signers that are not to be believed any more."""
        updates = updates or Period(now - timedelta(hours=1), now + _LIST_LIFE)
        return made.revocation_list(
            self.authority, [each.serial for each in revoked], updates=updates
        )

    def master_list(
        self,
        authorities: Sequence[bytes],
        *,
        now: datetime,
        extensions: Sequence[bytes] | None = None,
    ) -> bytes:
        """A list of authorities of many states, signed by a signer for such lists."""
        usual = (made.signs_documents(), made.for_master_lists())
        signer = self.document_signer(
            now=now, extensions=usual if extensions is None else extensions
        )
        certificates = (signer.encoded, self.authority.encoded)
        return master_list(authorities, signer, Manner(now, certificates=certificates))


def new_serial() -> int:
    """A serial number that nobody has had."""
    return int("1" + new_digits(18))


def _begun(now: datetime) -> datetime:
    return now - timedelta(days=1)


def _valid(now: datetime, use: timedelta) -> Period:
    return Period(_begun(now), now + use + _DOCUMENT_LIFE)
