"""CMS signed data (RFC 5652) as states make it: security objects and master lists.

BER is taken, DER is not required: lengths may be indefinite, sets in any order. Exactly one signer;
no certificate, one or several; the signer named by issuer and serial number or by key identifier.
Attributes are signed as a DER SET OF (section 5.4). Some signers signed them in the order in which
they sent them; what is accepted is a signature over exactly these attributes, in either order.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from asn1crypto import cms
from cryptography.exceptions import InvalidSignature

from authsvc.evidence import tlv
from authsvc.evidence.emrtd.algorithms import (
    SignatureScheme,
    read_digest,
    read_scheme,
    require_strength,
)
from authsvc.evidence.emrtd.certificates import (
    UNREADABLE,
    Certificate,
    comparable,
    parse_or_none,
)
from authsvc.evidence.errors import SecurityObjectForged, SecurityObjectMalformed

# A master list carries its signer and that one's authority; security objects one certificate.
_MOST_CERTIFICATES = 8


@dataclass(frozen=True)
class SignedData:
    """Content with its one signature, consistent with itself, believed by nobody yet.

    `certificates` are those sent along that could be read. `signing_time` is None where the signer
    does not say it.
    """

    content: bytes = field(repr=False)
    certificates: Sequence[Certificate] = field(repr=False)
    signing_time: datetime | None
    digest: str
    scheme: SignatureScheme
    signature: bytes = field(repr=False)
    _attributes: Sequence[bytes] = field(repr=False)
    _identifier: "bytes | tuple[str, int]" = field(repr=False)

    @classmethod
    def parse(cls, encoded: bytes, *, content_type: str) -> "SignedData":
        """Takes a ContentInfo apart; SecurityObjectMalformed, AlgorithmNotAllowed."""
        try:
            return _read(encoded, content_type)
        except UNREADABLE as error:
            raise SecurityObjectMalformed(log=type(error).__name__) from None

    def names(self, certificate: Certificate) -> bool:
        """Whether the signer is named as the holder of this certificate."""
        if isinstance(self._identifier, bytes):
            return certificate.subject_key == self._identifier
        return self._identifier == (certificate.issuer, certificate.serial)

    def verify(self, signer: Certificate) -> None:
        """Returns if the signature is the signer's; SecurityObjectForged, AlgorithmNotAllowed."""
        require_strength(self.digest, signer.not_before)
        self.scheme.require_strength(signer.not_before)
        for attributes in self._attributes:
            try:
                self.scheme.verify(signer.key, self.signature, attributes)
            except InvalidSignature:
                continue
            return
        raise SecurityObjectForged


def _read(encoded: bytes, content_type: str) -> SignedData:
    outer = cms.ContentInfo.load(encoded, strict=True)
    _require(outer["content_type"].native == "signed_data", "not SignedData")
    signed_data = outer["content"]
    encapsulated = signed_data["encap_content_info"]
    _require(encapsulated["content_type"].dotted == content_type, "content type")
    _require(len(signed_data["signer_infos"]) == 1, "one signer")
    signer = signed_data["signer_infos"][0]
    content = bytes(encapsulated["content"])
    digest = read_digest(signer["digest_algorithm"])
    attributes = _attributes(signer)
    _require(attributes["content_type"].dotted == content_type, "content-type")
    found = hashlib.new(digest, content).digest()
    _require(hmac.compare_digest(attributes["message_digest"].native, found), "message-digest")
    signing_time = attributes.get("signing_time")
    return SignedData(
        content=content,
        certificates=_certificates(signed_data["certificates"]),
        signing_time=None if signing_time is None else signing_time.native.astimezone(UTC),
        digest=digest,
        scheme=read_scheme(signer["signature_algorithm"], digest=digest),
        signature=signer["signature"].native,
        _attributes=_as_signed(signer["signed_attrs"]),
        _identifier=_identifier(signer["sid"]),
    )


def _identifier(sid: Any) -> "bytes | tuple[str, int]":
    """The key identifier of the signer, or the name of the issuer and the serial number."""
    if sid.name == "subject_key_identifier":
        return bytes(sid.chosen.native)
    return comparable(sid.chosen["issuer"]), sid.chosen["serial_number"].native


def _attributes(signer: Any) -> dict[str, Any]:
    """Every attribute once, with one value; content-type and message-digest must be there."""
    attributes: dict[str, Any] = {}
    for attribute in signer["signed_attrs"]:
        name = attribute["type"].native
        _require(name not in attributes and len(attribute["values"]) == 1, "attribute repeated")
        attributes[name] = attribute["values"][0]
    _require({"content_type", "message_digest"} <= attributes.keys(), "attributes")
    return attributes


def _as_signed(attributes: Any) -> Sequence[bytes]:
    """What may have been signed: the DER SET OF, and the attributes as they were sent."""
    members = [each.dump() for each in attributes]
    in_der = sorted(each.copy().dump(force=True) for each in attributes)
    return tuple(dict.fromkeys((_set(in_der), _set(sorted(members)), _set(members))))


def _set(members: Sequence[bytes]) -> bytes:
    return tlv.write_field(0x31, b"".join(members))


def _certificates(choices: Any) -> Sequence[Certificate]:
    _require(len(choices) <= _MOST_CERTIFICATES, "certificates")
    chosen = [each.chosen.dump() for each in choices if each.name == "certificate"]
    read = (parse_or_none(encoded) for encoded in chosen)
    return tuple(certificate for certificate in read if certificate is not None)


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise SecurityObjectMalformed(log=what)
