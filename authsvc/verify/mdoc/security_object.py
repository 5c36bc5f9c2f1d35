"""What the issuer signed: the mobile security object (ISO/IEC 18013-5 section 9.1.2.4).

And the elements that are shown, each held against its digest.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from typing import Annotated, Any, Literal

import msgspec

from authsvc.verify.credentials.errors import DisclosureRefused
from authsvc.verify.errors import AlgorithmRefused
from authsvc.verify.mdoc.cbor import Dated, Encoded, decoded, plain, shaped
from authsvc.verify.mdoc.errors import MdocMalformed
from authsvc.verify.statuses.place import StatusClaim

# Section 9.1.2.5 has two more, which nobody has needed here.
_DIGESTS = "SHA-256"
# Section 9.1.2.4: RFC 3339 in UTC, without fractions of a second.
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")


class ValidityInfo(msgspec.Struct, frozen=True, rename="camel"):
    """When it was signed, and from when to when it holds."""

    signed: Dated
    valid_from: Dated
    valid_until: Dated


class DeviceKeyInfo(msgspec.Struct, frozen=True, rename="camel"):
    """The holder's key. What it may sign of its own (`keyAuthorizations`) is nothing here."""

    device_key: dict[int | str, Any]


class SecurityObject(msgspec.Struct, frozen=True, rename="camel"):
    """The members that decide; others may stand beside them."""

    version: Literal["1.0"]
    digest_algorithm: str
    value_digests: dict[str, dict[int, bytes]]
    device_key_info: DeviceKeyInfo
    doc_type: str
    validity_info: ValidityInfo
    status: StatusClaim | None = None


class _Item(
    msgspec.Struct,
    frozen=True,
    rename={
        "digest_id": "digestID",
        "name": "elementIdentifier",
        "value": "elementValue",
    },
):
    """IssuerSignedItem; a salt has 16 octets at least (section 9.1.2.5)."""

    digest_id: int
    random: Annotated[bytes, msgspec.Meta(min_length=16)]
    name: str
    value: Any


def read_security_object(payload: bytes | None) -> SecurityObject:
    """The object in what was signed; MdocMalformed, AlgorithmRefused."""
    encoded = None if payload is None else decoded(payload)
    if not isinstance(encoded, Encoded):
        raise MdocMalformed(log="nothing is signed, or no encoded item")
    found = shaped(decoded(encoded.content), SecurityObject)
    if found.digest_algorithm != _DIGESTS:
        raise AlgorithmRefused(log="another hash")
    return found


def shown(
    issued: SecurityObject, name_spaces: Mapping[str, Sequence[Encoded]]
) -> dict[str, dict[str, Any]]:
    """The elements that are shown, by namespace and name; DisclosureRefused (section 9.3.1)."""
    return {
        name: _elements(items, issued.value_digests.get(name, {}))
        for name, items in name_spaces.items()
    }


def moment(date: Dated) -> datetime:
    """A date with a time; MdocMalformed."""
    try:
        if not date.has_time or not _DATE_TIME.match(date.text):
            raise ValueError
        return datetime.fromisoformat(date.text)
    except ValueError:
        raise MdocMalformed(log="no date and time without fractions") from None


def _elements(items: Sequence[Encoded], digests: Mapping[int, bytes]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    met: set[int] = set()
    for encoded in items:
        item = shaped(decoded(encoded.content), _Item)
        digest = sha256(encoded.octets).digest()
        if not compare_digest(digest, digests.get(item.digest_id, b"")):
            raise DisclosureRefused(log="one that the issuer has not made")
        if item.digest_id in met or item.name in found:
            raise DisclosureRefused(log="twice the same")
        met.add(item.digest_id)
        found[item.name] = plain(item.value)
    return found
