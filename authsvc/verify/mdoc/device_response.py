"""What a wallet presents, taken apart: DeviceResponse (ISO/IEC 18013-5 section 8.3.2.1.2.2).

Nothing of it is believed yet. One document in one response: whoever presents two sends two (HAIP
1.0 section 5.3.1).
"""

from typing import Any, Literal

import msgspec

from authsvc.verify.mdoc.cbor import Encoded, decoded, shaped
from authsvc.verify.mdoc.errors import MdocMalformed

# As often as a claim of an SD-JWT may be disclosed.
_MOST_ITEMS = 100


class IssuerSigned(msgspec.Struct, frozen=True, rename="camel"):
    """What the issuer has signed, as much of it as is shown."""

    issuer_auth: list[Any]
    name_spaces: dict[str, list[Encoded]] = {}


class DeviceAuth(msgspec.Struct, frozen=True, rename="camel"):
    """The holder's proof: a signature. A MAC (`deviceMac`) is for readers that are near."""

    device_signature: list[Any] | None = None


class DeviceSigned(msgspec.Struct, frozen=True, rename="camel"):
    """What the device has signed."""

    name_spaces: Encoded
    device_auth: DeviceAuth


class Document(msgspec.Struct, frozen=True, rename="camel"):
    """An mdoc, of which its holder shows a part."""

    doc_type: str
    issuer_signed: IssuerSigned
    device_signed: DeviceSigned


class _Response(msgspec.Struct, frozen=True):
    """`status` 0 says that it is an answer and no error (table 8)."""

    version: Literal["1.0"]
    status: Literal[0]
    documents: list[Document]


def read_document(device_response: bytes) -> Document:
    """The one document of a response; MdocMalformed."""
    found = shaped(decoded(device_response), _Response)
    if len(found.documents) != 1:
        raise MdocMalformed(log="not one document")
    [document] = found.documents
    items = document.issuer_signed.name_spaces.values()
    if sum(map(len, items)) > _MOST_ITEMS:
        raise MdocMalformed(log="too many elements")
    return document
