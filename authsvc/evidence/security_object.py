"""EF.SOD, the document security object (ICAO Doc 9303 part 10 section 4.6.2.4 and its ASN.1).

    77 { ContentInfo { SignedData v3 {          RFC 5652
           digestAlgorithms { one },
           encapContentInfo { 2.23.136.1.1.1, LDSSecurityObject { hash of every data group } },
           certificates { the document signer },
           signerInfos { one, with signed attributes content-type, message-digest, signing-time }}}}

Taking it apart makes sure that it agrees with itself: exactly one signer, one certificate, and
attributes that are bound to the content. No key is used here; `passive_authentication` does that.
This file is the wall around asn1crypto, which is lenient and untyped.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from asn1crypto import algos, cms, core
from cryptography import x509

from authsvc.evidence import tlv
from authsvc.evidence.chip_reading import SECURITY_OBJECT_TAG
from authsvc.evidence.errors import (
    AlgorithmNotAllowed,
    ChipFileMalformed,
    SecurityObjectMalformed,
)

# Doc 9303 part 10: id-icao-mrtd-security-ldsSecurityObject.
LDS_SECURITY_OBJECT = "2.23.136.1.1.1"

# Doc 9303 part 12 section 4.1.4 lists these among others; SHA-1, SHA-224 and RSA are left out.
DIGESTS: Mapping[str, str] = {"sha256_ecdsa": "sha256", "sha384_ecdsa": "sha384"}

# 2 to 16 data groups (LDSSecurityObject's own bound); our kinds need three of them.
MOST_DATA_GROUPS = 16
# Room for a certificate with long names; real ones are about 2 kB.
_MAX_SECURITY_OBJECT = 16 * 1024


class DataGroupHash(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    """DataGroupHash ::= SEQUENCE { number, hash }."""

    _fields = [("number", core.Integer), ("hash", core.OctetString)]  # noqa: RUF012 (asn1crypto)


class DataGroupHashes(core.SequenceOf):  # type: ignore[misc]  # as above
    """SEQUENCE SIZE (2..16) OF DataGroupHash."""

    _child_spec = DataGroupHash


class LDSVersionInfo(core.Sequence):  # type: ignore[misc]  # as above
    """LDSVersionInfo ::= SEQUENCE { ldsVersion, unicodeVersion }; part of version 1."""

    _fields = [  # noqa: RUF012 (asn1crypto reads a plain list)
        ("lds_version", core.PrintableString),
        ("unicode_version", core.PrintableString),
    ]


class LDSSecurityObject(core.Sequence):  # type: ignore[misc]  # as above
    """LDSSecurityObject ::= SEQUENCE { version, hashAlgorithm, hashes, version info }."""

    _fields = [  # noqa: RUF012 (asn1crypto reads a plain list)
        ("version", core.Integer),
        ("hash_algorithm", algos.DigestAlgorithm),
        ("hashes", DataGroupHashes),
        ("version_info", LDSVersionInfo, {"optional": True}),
    ]


@dataclass(frozen=True)
class SecurityObject:
    """What an EF.SOD says; consistent with itself, believed by nobody yet.

    `hash_algorithm` is the data groups', `digest` the signature's ("sha256", "sha384");
    `signed_attributes` are the octets that `signature` (DER ECDSA) is over.
    """

    hash_algorithm: str
    data_group_hashes: Mapping[int, bytes] = field(repr=False)
    signer: x509.Certificate = field(repr=False)
    signing_time: datetime
    digest: str
    signed_attributes: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    @classmethod
    def parse(cls, file: bytes) -> "SecurityObject":
        """Takes an EF.SOD apart; SecurityObjectMalformed or AlgorithmNotAllowed."""
        if len(file) > _MAX_SECURITY_OBJECT:
            raise SecurityObjectMalformed(log="size")
        try:
            content_info = tlv.read_only_field(file, SECURITY_OBJECT_TAG)
            tlv.require_der(content_info)
            return _read(content_info)
        except ChipFileMalformed as error:
            raise SecurityObjectMalformed(log=error.log) from None
        except (ValueError, TypeError, KeyError, OverflowError, x509.InvalidVersion) as error:
            # What asn1crypto and cryptography raise quotes the input.
            raise SecurityObjectMalformed(log=type(error).__name__) from None


def _read(content_info: bytes) -> SecurityObject:
    signed_data = _signed_data(content_info)
    content = bytes(signed_data["encap_content_info"]["content"])
    signer_info = signed_data["signer_infos"][0]
    digest = _digest(signed_data, signer_info)
    attributes = _signed_attributes(signer_info)
    _require(attributes["content_type"].dotted == LDS_SECURITY_OBJECT, "content-type")
    _require(
        hmac.compare_digest(attributes["message_digest"].native, _hash(digest, content)),
        "message-digest",
    )
    hash_algorithm, hashes = _data_group_hashes(content)
    return SecurityObject(
        hash_algorithm=hash_algorithm,
        data_group_hashes=hashes,
        signer=_signer(signed_data, signer_info),
        signing_time=attributes["signing_time"].native.astimezone(UTC),
        digest=digest,
        # RFC 5652 section 5.4: signed as a SET OF (0x31), not under the tag it is sent with.
        signed_attributes=b"\x31" + signer_info["signed_attrs"].dump()[1:],
        signature=signer_info["signature"].native,
    )


def _signed_data(content_info: bytes) -> Any:
    outer = cms.ContentInfo.load(content_info, strict=True)
    _require(outer["content_type"].native == "signed_data", "not SignedData")
    signed_data = outer["content"]
    _require(signed_data["version"].native == "v3", "version")
    _require(
        signed_data["encap_content_info"]["content_type"].dotted == LDS_SECURITY_OBJECT,
        "not an LDS security object",
    )
    _require(len(signed_data["signer_infos"]) == 1, "one signer")
    _require(len(signed_data["certificates"]) == 1, "one certificate")
    _require(not signed_data["crls"], "revocation lists have no place here")
    return signed_data


def _digest(signed_data: Any, signer_info: Any) -> str:
    """The one digest that all four places must agree on, if it is allowed."""
    signature_algorithm = signer_info["signature_algorithm"]["algorithm"].native
    if signature_algorithm not in DIGESTS:
        raise AlgorithmNotAllowed(log="signature")
    digest = DIGESTS[signature_algorithm]
    _require_plain(signer_info["signature_algorithm"])
    named = [signer_info["digest_algorithm"], *signed_data["digest_algorithms"]]
    _require(len(named) == 2, "one digest algorithm")
    for algorithm in named:
        _require(algorithm["algorithm"].native == digest, "digest algorithms differ")
        _require_plain(algorithm)
    return digest


def _signed_attributes(signer_info: Any) -> dict[str, Any]:
    """Exactly the three attributes of Doc 9303, each with exactly one value."""
    _require(not signer_info["unsigned_attrs"], "unsigned attributes")
    attributes: dict[str, Any] = {}
    for attribute in signer_info["signed_attrs"]:
        name = attribute["type"].native
        _require(name not in attributes and len(attribute["values"]) == 1, "attribute repeated")
        attributes[name] = attribute["values"][0]
    _require(attributes.keys() == {"content_type", "message_digest", "signing_time"}, "attributes")
    return attributes


def _signer(signed_data: Any, signer_info: Any) -> x509.Certificate:
    """The certificate in the object, which must be the one that the signer names."""
    choice = signed_data["certificates"][0]
    _require(choice.name == "certificate", "kind of certificate")
    certificate = choice.chosen
    identifier = signer_info["sid"]
    _require(
        signer_info["version"].native == "v1" and identifier.name == "issuer_and_serial_number",
        "the signer is named by issuer and serial number",
    )
    named = identifier.chosen
    _require(
        named["issuer"].dump() == certificate.issuer.dump()
        and named["serial_number"].native == certificate.serial_number,
        "the certificate is not the signer's",
    )
    # NOTE: the signature is a BIT STRING of whole octets. Parsers ignore a wrong count of unused
    # bits, and nobody signs it, so that a second spelling of the certificate would pass.
    _require(certificate["signature_value"].contents[:1] == b"\0", "unused bits")
    return x509.load_der_x509_certificate(certificate.dump())


def _data_group_hashes(content: bytes) -> tuple[str, dict[int, bytes]]:
    tlv.require_der(content)
    lds = LDSSecurityObject.load(content, strict=True)
    _require(lds["version"].native in (0, 1), "version of the LDS security object")
    algorithm = lds["hash_algorithm"]["algorithm"].native
    if algorithm not in DIGESTS.values():
        raise AlgorithmNotAllowed(log="data group hashes")
    _require_plain(lds["hash_algorithm"])
    hashes: dict[int, bytes] = {}
    for entry in lds["hashes"]:
        number = entry["number"].native
        _require(1 <= number <= MOST_DATA_GROUPS and number not in hashes, "data group numbers")
        hashes[number] = entry["hash"].native
        _require(len(hashes[number]) == hashlib.new(algorithm).digest_size, "length of a hash")
    _require(len(hashes) >= 2, "number of hashes")
    return algorithm, hashes


def _require_plain(algorithm: Any) -> None:
    """RFC 5754 section 2: SHA-2 has no parameters; NULL is tolerated for digests."""
    _require(algorithm["parameters"].native is None, "algorithm parameters")


def _hash(algorithm: str, data: bytes) -> bytes:
    return hashlib.new(algorithm, data).digest()


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise SecurityObjectMalformed(log=what)
