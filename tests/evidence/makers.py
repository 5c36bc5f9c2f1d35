"""Makers of chips that are broken on purpose: every part can be replaced before it is signed."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from authsvc.evidence import tlv
from authsvc.evidence.chip_reading import ChipReading
from authsvc.evidence.data_groups import HolderRecord, IssueRecord, PortraitRecord
from authsvc.evidence.resident_number import ResidentNumber, Sex
from authsvc.evidence.security_object import LDS_SECURITY_OBJECT, LDSSecurityObject
from tests.makers import NOW, artificial_number

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
Change = Callable[[Any], object]

LONG_AGO = NOW - timedelta(days=400)
LATER = NOW + timedelta(days=4000)


def p256() -> ec.EllipticCurvePrivateKey:
    """A new key."""
    return ec.generate_private_key(ec.SECP256R1())


def usage(*, digital_signature: bool = False, key_cert_sign: bool = False) -> x509.KeyUsage:
    """A key usage with these bits."""
    rest = (
        "content_commitment key_encipherment data_encipherment key_agreement crl_sign"
        " encipher_only decipher_only"
    )
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        **dict.fromkeys(rest.split(), False),
    )


SIGNS_DOCUMENTS: tuple[tuple[x509.ExtensionType, bool], ...] = (
    (usage(digital_signature=True), True),
)
SIGNS_CERTIFICATES: tuple[tuple[x509.ExtensionType, bool], ...] = (
    (x509.BasicConstraints(ca=True, path_length=0), True),
    (usage(key_cert_sign=True), True),
)


@dataclass(frozen=True)
class Certified:
    """A key and its certificate."""

    key: Key
    certificate: x509.Certificate


def certify(
    key: Key,
    *,
    by: Certified | None = None,
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = SIGNS_DOCUMENTS,
    first: datetime = LONG_AGO,
    last: datetime = LATER,
    name: str = "test",
    algorithm: hashes.SHA256 | hashes.SHA384 | hashes.SHA512 | None = None,
) -> Certified:
    """A certificate for `key`, by `by` or by itself."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(first)
        .not_valid_after(last)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return Certified(key, builder.sign(by.key if by else key, algorithm or hashes.SHA256()))


def anchor(name: str = "test authority", key: Key | None = None, **parts: Any) -> Certified:
    """A certification authority."""
    parts.setdefault("extensions", SIGNS_CERTIFICATES)
    return certify(key or p256(), name=name, **parts)


def nothing(_: Any) -> None:
    """Changes nothing."""


@dataclass(frozen=True)
class Recipe:
    """How a security object is made; `changes` are applied to its structure before signing."""

    signer: Certified
    signed_at: datetime = NOW - timedelta(days=1)
    digest: str = "sha256"
    hash_algorithm: str = "sha256"
    content_type: str = LDS_SECURITY_OBJECT
    attributes: Mapping[str, list[Any]] = field(default_factory=dict)
    change_lds: Change = nothing
    change: Change = nothing


def security_object(data_groups: Mapping[int, bytes], recipe: Recipe) -> bytes:
    """An EF.SOD by a recipe; its signature is right for what it is over."""
    lds = LDSSecurityObject(
        {
            "version": 0,
            "hash_algorithm": {"algorithm": recipe.hash_algorithm},
            "hashes": [
                {"number": number, "hash": hashlib.new(recipe.hash_algorithm, file).digest()}
                for number, file in sorted(data_groups.items())
            ],
        }
    )
    recipe.change_lds(lds)
    signed_data = _signed_data(lds.dump(force=True), recipe)
    recipe.change(signed_data)
    content_info = cms.ContentInfo({"content_type": "signed_data", "content": signed_data})
    return tlv.write_field(0x77, content_info.dump(force=True))


def _signed_data(content: bytes, recipe: Recipe) -> cms.SignedData:
    values: dict[str, list[Any]] = {
        "content_type": [recipe.content_type],
        "signing_time": [cms.Time({"utc_time": recipe.signed_at})],
        "message_digest": [hashlib.new(recipe.digest, content).digest()],
        **recipe.attributes,
    }
    attributes = cms.CMSAttributes(
        [{"type": name, "values": each} for name, each in values.items() if each]
    )
    key = recipe.signer.key
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    algorithm: dict[str, Callable[[], hashes.HashAlgorithm]]
    algorithm = {"sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha1": hashes.SHA1}
    certificate = asn1_certificate(recipe.signer.certificate)
    signer_info = {
        "version": "v1",
        "sid": signer_identifier(certificate),
        "digest_algorithm": {"algorithm": recipe.digest},
        "signed_attrs": attributes,
        "signature_algorithm": {"algorithm": f"{recipe.digest}_ecdsa"},
        "signature": key.sign(attributes.dump(), ec.ECDSA(algorithm[recipe.digest]())),
    }
    return cms.SignedData(
        {
            "version": "v3",
            "digest_algorithms": [{"algorithm": recipe.digest}],
            "encap_content_info": {"content_type": recipe.content_type, "content": content},
            "certificates": [cms.CertificateChoices("certificate", certificate)],
            "signer_infos": [signer_info],
        }
    )


def asn1_certificate(certificate: x509.Certificate) -> asn1_x509.Certificate:
    """The same certificate in asn1crypto's words."""
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def signer_identifier(certificate: asn1_x509.Certificate) -> cms.SignerIdentifier:
    """Issuer and serial number of a certificate."""
    named = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    return cms.SignerIdentifier("issuer_and_serial_number", named)


def holder_record(**parts: Any) -> HolderRecord:
    """DG1 of a man born on 1 January 1990, or of somebody else."""
    number = ResidentNumber(artificial_number())
    given = {
        "kind_code": "CN-RIC",
        "name": "测试甲",
        "number": number.value,
        "birth_date": number.birth_date,
        "sex": Sex.MALE,
        **parts,
    }
    return HolderRecord(**given)


def issue_record(**parts: Any) -> IssueRecord:
    """DG12 of a card that is valid, or of another."""
    given = {
        "authority": "虚构市公安局",
        "document_number": "T000000000001",
        "valid_from": date(2020, 1, 1),
        "valid_until": date(2040, 1, 1),
        **parts,
    }
    return IssueRecord(**given)


def data_groups(
    holder: HolderRecord | None = None, issue: IssueRecord | None = None
) -> dict[int, bytes]:
    """The three data groups of a card."""
    return {
        1: (holder or holder_record()).write(),
        2: PortraitRecord(b"artificial-portrait:test").write(),
        12: (issue or issue_record()).write(),
    }


def reading(recipe: Recipe, groups: Mapping[int, bytes] | None = None) -> ChipReading:
    """A chip that a reader has read."""
    groups = data_groups() if groups is None else groups
    return ChipReading(groups, security_object(groups, recipe))
