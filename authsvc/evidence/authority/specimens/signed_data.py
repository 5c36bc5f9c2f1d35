"""CMS signed data (RFC 5652) of artificial states: security objects and master lists."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from authsvc.evidence.authority.specimens import der
from authsvc.evidence.authority.specimens.certificates import Certified
from authsvc.evidence.authority.specimens.keys import digest_identifier
from authsvc.evidence.tlv import write_field

_LDS_SECURITY_OBJECT = "2.23.136.1.1.1"
_MASTER_LIST = "2.23.136.1.1.2"
_SIGNED_DATA = "1.2.840.113549.1.7.2"
_SOD_TAG = 0x77


@dataclass(frozen=True)
class Manner:
    """How signed data is written; the variety of real chips.

    `version` is that of the LDS security object; `signing_time` None leaves the attribute out;
    `by_key` names the signer by key identifier; `certificates` None sends the signer's along;
    `in_ber` uses indefinite lengths; `digest` hashes the data groups, the signer's hash if empty.
    """

    signing_time: datetime | None = None
    version: int = 0
    digest: str = ""
    by_key: bool = False
    certificates: tuple[bytes, ...] | None = None
    in_ber: bool = False
    unsorted: bool = False


def security_object(groups: Mapping[int, bytes], signer: Certified, manner: Manner) -> bytes:
    """EF.SOD over these data groups."""
    digest = manner.digest or signer.key.algorithm.digest
    hashes = [
        der.sequence(der.integer(number), der.octets(hashlib.new(digest, file).digest()))
        for number, file in sorted(groups.items())
    ]
    versions = der.sequence(der.printable("0108"), der.printable("040000"))
    content = der.sequence(
        der.integer(manner.version),
        digest_identifier(digest),
        der.sequence(*hashes),
        *((versions,) if manner.version else ()),
    )
    return write_field(_SOD_TAG, signed_data(content, _LDS_SECURITY_OBJECT, signer, manner))


def master_list(authorities: Sequence[bytes], signer: Certified, manner: Manner) -> bytes:
    """A master list with these certificates."""
    content = der.sequence(der.integer(0), der.set_of(authorities))
    return signed_data(content, _MASTER_LIST, signer, manner)


def signed_data(content: bytes, content_type: str, signer: Certified, manner: Manner) -> bytes:
    """A ContentInfo with one signer."""
    algorithm = signer.key.algorithm
    digest = digest_identifier(algorithm.digest)
    members = _attributes(content, content_type, algorithm.digest, manner)
    attributes = write_field(0x31, b"".join(members))
    signature = signer.key.sign(der.set_of(members))
    by_key = der.implicit(0, signer.key.identifier)
    signer_info = der.sequence(
        der.integer(3 if manner.by_key else 1),
        by_key if manner.by_key else der.sequence(signer.issuer, der.integer(signer.serial)),
        digest,
        b"\xa0" + attributes[1:],
        algorithm.identifier,
        der.octets(signature),
    )
    certificates = (signer.encoded,) if manner.certificates is None else manner.certificates
    write = _indefinite if manner.in_ber else write_field
    encapsulated = write(0x30, der.oid(content_type) + write(0xA0, _octets(content, manner)))
    parts = (
        der.integer(3),
        der.set_of((digest,)),
        encapsulated,
        *((write(0xA0, b"".join(certificates)),) if certificates else ()),
        der.set_of((signer_info,)),
    )
    inner = write(0xA0, write(0x30, b"".join(parts)))
    return write(0x30, der.oid(_SIGNED_DATA) + inner)


def _attributes(content: bytes, content_type: str, digest: str, manner: Manner) -> Sequence[bytes]:
    values = [
        ("1.2.840.113549.1.9.4", der.octets(hashlib.new(digest, content).digest())),
        ("1.2.840.113549.1.9.3", der.oid(content_type)),
    ]
    if manner.signing_time is not None:
        values.append(("1.2.840.113549.1.9.5", der.time(manner.signing_time)))
    written = [der.sequence(der.oid(oid), der.set_of((value,))) for oid, value in values]
    return sorted(written, reverse=manner.unsorted)


def _octets(content: bytes, manner: Manner) -> bytes:
    """An OCTET STRING; in BER in pieces."""
    if not manner.in_ber:
        return der.octets(content)
    half = len(content) // 2
    return _indefinite(0x24, der.octets(content[:half]) + der.octets(content[half:]))


def _indefinite(tag: int, content: bytes) -> bytes:
    return bytes((tag, 0x80)) + content + b"\x00\x00"
