"""What the issuer signs in an mdoc: the mobile security object (ISO/IEC 18013-5 section 9.1.2.4).

Digests of the elements, whose device it is for, from when to when it holds, and where its status
is (Token Status List section 6.3). All numbers of digests and all names stand in one order in all
of a kind, so that they say nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec

from authsvc.certificates.credentials.kinds import Validity
from authsvc.certificates.status_entry import StatusReference

VERSION = "1.0"
DIGEST_ALGORITHM = "SHA-256"
# RFC 8949 sections 3.4.5.1 and 3.4.1: an item that stays as it was encoded; a date and time.
_ENCODED, _DATE_TIME = 24, 0
# RFC 9052 section 7.1 and RFC 9053 section 7.1.1: of a COSE_Key.
_KTY, _CRV, _X, _Y = 1, -1, -2, -3
_EC2, _P256 = 2, 1
_COORDINATE_BYTES = 32


class Item(NamedTuple):
    """One element as its holder keeps it (IssuerSignedItemBytes), and its number."""

    digest_id: int
    encoded: cbor2.CBORTag

    @property
    def digest(self) -> bytes:
        """Over all its octets, from the tag on (ISO/IEC 18013-5 section 9.1.2.5)."""
        return sha256(cbor2.dumps(self.encoded)).digest()


@dataclass(frozen=True)
class MobileSecurityObject:
    """The object of one mdoc; `doc_type` is also the namespace of its items."""

    doc_type: str
    items: Sequence[Item]
    times: Validity
    holder_key: ec.EllipticCurvePublicKey
    status: StatusReference | None

    def encoded(self) -> bytes:
        """MobileSecurityObjectBytes, which are signed."""
        begins, ends = _tdate(self.times.issued_at), _tdate(self.times.expires_at)
        said = {
            "version": VERSION,
            "digestAlgorithm": DIGEST_ALGORITHM,
            "valueDigests": {self.doc_type: {item.digest_id: item.digest for item in self.items}},
            "deviceKeyInfo": {"deviceKey": _cose_key(self.holder_key)},
            "docType": self.doc_type,
            "validityInfo": {"signed": begins, "validFrom": begins, "validUntil": ends},
        }
        if self.status is not None:
            place = {"idx": self.status.idx, "uri": self.status.uri}
            said["status"] = {"status_list": place}
        return cbor2.dumps(encoded(said))


def encoded(value: object) -> cbor2.CBORTag:
    """A value that stays as it is encoded here: `#6.24(bstr .cbor value)`."""
    return cbor2.CBORTag(_ENCODED, cbor2.dumps(value))


def _tdate(moment: datetime) -> cbor2.CBORTag:
    """RFC 3339 in UTC, without fractions of a second (ISO/IEC 18013-5 section 9.1.2.4)."""
    return cbor2.CBORTag(_DATE_TIME, f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")


def _cose_key(key: ec.EllipticCurvePublicKey) -> dict[int, object]:
    """A P-256 key as a COSE_Key: its four members alone."""
    numbers = key.public_numbers()
    x, y = (n.to_bytes(_COORDINATE_BYTES, "big") for n in (numbers.x, numbers.y))
    return {_KTY: _EC2, _CRV: _P256, _X: x, _Y: y}
