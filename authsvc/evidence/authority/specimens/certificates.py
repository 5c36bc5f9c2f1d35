"""Certificates and revocation lists of artificial states (Doc 9303 part 12 section 7.1)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from authsvc.evidence.authority.keys import ORGANIZATION
from authsvc.evidence.authority.specimens import der
from authsvc.evidence.authority.specimens.keys import SpecimenKey


@dataclass(frozen=True)
class Certified:
    """A key with its certificate."""

    key: SpecimenKey
    encoded: bytes = field(repr=False)
    name: bytes = field(repr=False)
    issuer: bytes = field(repr=False)
    serial: int


@dataclass(frozen=True)
class Period:
    """From when to when."""

    first: datetime
    last: datetime


def name(country: str, common_name: str, *, in_utf8: bool = True) -> bytes:
    """A distinguished name; the country is a PrintableString, as it always is."""
    text = der.utf8 if in_utf8 else der.printable
    attributes = (
        ("2.5.4.6", der.printable(country)),
        ("2.5.4.10", text(ORGANIZATION)),
        ("2.5.4.3", text(common_name)),
    )
    return der.sequence(*(der.set_of((der.sequence(der.oid(o), v),)) for o, v in attributes))


def certificate(
    key: SpecimenKey,
    *,
    subject: bytes,
    serial: int,
    valid: Period,
    extensions: Sequence[bytes],
    by: SpecimenKey | None = None,
    issuer: bytes | None = None,
) -> Certified:
    """A certificate for a key, by another one or by itself."""
    signer = by or key
    algorithm = signer.algorithm.identifier
    body = der.sequence(
        der.explicit(0, der.integer(2)),
        der.integer(serial),
        algorithm,
        issuer or subject,
        der.sequence(der.time(valid.first), der.time(valid.last)),
        subject,
        key.public_info,
        der.explicit(3, der.sequence(*extensions)),
    )
    encoded = der.sequence(body, algorithm, der.bits(signer.sign(body)))
    return Certified(key, encoded, subject, issuer or subject, serial)


def revocation_list(
    authority: Certified, serials: Sequence[int], *, updates: Period, number: int = 1
) -> bytes:
    """A list by an authority: when it was made, when the next one is due."""
    algorithm = authority.key.algorithm.identifier
    revoked = [der.sequence(der.integer(each), der.time(updates.first)) for each in serials]
    body = der.sequence(
        der.integer(1),
        algorithm,
        authority.name,
        der.time(updates.first),
        der.time(updates.last),
        *((der.sequence(*revoked),) if revoked else ()),
        der.explicit(
            0,
            der.sequence(authority_key(authority.key), extension("2.5.29.20", der.integer(number))),
        ),
    )
    return der.sequence(body, algorithm, der.bits(authority.key.sign(body)))


def extension(oid: str, value: bytes, *, critical: bool = False) -> bytes:
    """An extension."""
    return der.sequence(der.oid(oid), *((der.TRUE,) if critical else ()), der.octets(value))


def signs_certificates() -> tuple[bytes, bytes]:
    """What makes an authority: it signs certificates and lists, and nobody stands between."""
    constraints = der.sequence(der.TRUE, der.integer(0))
    usage = der.bits(bytes((0b00000110,)), unused=1)
    return (
        extension("2.5.29.19", constraints, critical=True),
        extension("2.5.29.15", usage, critical=True),
    )


def signs_documents() -> bytes:
    """Key usage digitalSignature."""
    return extension("2.5.29.15", der.bits(bytes((0b10000000,)), unused=7), critical=True)


def used_in(period: Period) -> bytes:
    """The private key usage period."""
    first, last = der.general_time(period.first), der.general_time(period.last)
    return extension("2.5.29.16", der.sequence(der.implicit(0, first), der.implicit(1, last)))


def document_types(*types: str) -> bytes:
    """The types of documents that a signer may sign (7.1.1.6)."""
    listed = der.set_of(der.printable(each) for each in types)
    return extension("2.23.136.1.1.6.2", der.sequence(der.integer(0), listed))


def for_master_lists() -> bytes:
    """The extended key usage of a master list signer."""
    return extension("2.5.29.37", der.sequence(der.oid("2.23.136.1.1.3")), critical=True)


def subject_key(key: SpecimenKey) -> bytes:
    """The identifier of the certified key."""
    return extension("2.5.29.14", der.octets(key.identifier))


def authority_key(key: SpecimenKey) -> bytes:
    """The identifier of the key that signs."""
    return extension("2.5.29.35", der.sequence(der.implicit(0, key.identifier)))
