"""Revocation lists of country signing authorities (Doc 9303 part 12 section 7.1.4, RFC 5280)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from asn1crypto import crl
from cryptography.exceptions import InvalidSignature

from authsvc.evidence.emrtd.algorithms import SignatureScheme, read_scheme
from authsvc.evidence.emrtd.certificates import (
    UNREADABLE,
    Certificate,
    country_of,
    whole_octets,
)
from authsvc.evidence.errors import AlgorithmNotAllowed

# Number of the list, identifier of the authority's key. Anything else that is critical (a list of
# some reasons only, an indirect list, a delta) would make the list mean less than it seems to.
_UNDERSTOOD = frozenset({"2.5.29.20", "2.5.29.35"})


@dataclass(frozen=True)
class RevocationList:
    """A list, not believed until `is_signed_by` an authority of the state."""

    country: str
    this_update: datetime
    next_update: datetime
    serials: frozenset[int] = field(repr=False)
    scheme: SignatureScheme
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    @classmethod
    def parse(cls, encoded: bytes) -> "RevocationList":
        """The list in DER. AlgorithmNotAllowed; ValueError for anything else."""
        try:
            return _read(encoded)
        except UNREADABLE as error:
            raise ValueError(type(error).__name__) from None

    def is_signed_by(self, authority: Certificate) -> bool:
        """Whether an authority of the same state signed it.

        NOTE: the key counts, not the name. After a rollover with another name (part 12 section
        7.1.2) the new authority signs for both.
        """
        if authority.country != self.country:
            return False
        try:
            self.scheme.require_strength(self.this_update)
            self.scheme.verify(authority.key, self.signature, self.signed)
        except (InvalidSignature, AlgorithmNotAllowed):
            return False
        return True

    def revokes(self, certificate: Certificate) -> bool:
        """Whether a certificate of this state is on the list, for whatever reason and since when.

        One state numbers the certificates of all its keys without repeating itself.
        """
        return certificate.country == self.country and certificate.serial in self.serials


def _read(encoded: bytes) -> RevocationList:
    certificate_list = crl.CertificateList.load(encoded, strict=True)
    body = certificate_list["tbs_cert_list"]
    if body["signature"].dump() != certificate_list["signature_algorithm"].dump():
        raise ValueError("signature algorithm")
    _require_understood(body["crl_extensions"])
    revoked = body["revoked_certificates"]
    for entry in revoked:
        _require_understood(entry["crl_entry_extensions"])
    return RevocationList(
        country=country_of(body["issuer"]),
        this_update=body["this_update"].native,
        # RFC 5280 section 5.1.2.5 and part 12: always there.
        next_update=_required(body["next_update"].native),
        serials=frozenset(entry["user_certificate"].native for entry in revoked),
        scheme=read_scheme(certificate_list["signature_algorithm"]),
        signed=body.dump(),
        signature=whole_octets(certificate_list["signature"]),
    )


def _require_understood(extensions: Any) -> None:
    for extension in extensions:
        if extension["critical"].native and extension["extn_id"].dotted not in _UNDERSTOOD:
            raise ValueError("critical extension of a list")


def _required(moment: datetime | None) -> datetime:
    if moment is None:
        raise ValueError("a list without an end")
    return moment
