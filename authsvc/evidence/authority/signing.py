"""Signing a chip's content: the counterpart of `evidence.security_object`."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from authsvc.evidence import tlv
from authsvc.evidence.chip_reading import SECURITY_OBJECT_TAG
from authsvc.evidence.security_object import LDS_SECURITY_OBJECT, LDSSecurityObject


class DocumentSigner:
    """Signs security objects with a key that the CSCA certified."""

    def __init__(
        self, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate, *, now: datetime
    ) -> None:
        self._key = key
        self._certificate = certificate
        self._now = now

    def sign(self, data_groups: Mapping[int, bytes]) -> bytes:
        """The EF.SOD over these elementary files, ECDSA with SHA-256."""
        content = LDSSecurityObject(
            {
                "version": 0,
                "hash_algorithm": {"algorithm": "sha256"},
                "hashes": [
                    {"number": number, "hash": hashlib.sha256(file).digest()}
                    for number, file in sorted(data_groups.items())
                ],
            }
        ).dump()
        attributes = self._attributes(content)
        # RFC 5652 section 5.4: signed as a SET OF.
        signature = self._key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256()))
        signed_data = self._signed_data(content, attributes, signature)
        content_info = cms.ContentInfo({"content_type": "signed_data", "content": signed_data})
        return tlv.write_field(SECURITY_OBJECT_TAG, content_info.dump())

    def _attributes(self, content: bytes) -> cms.CMSAttributes:
        # RFC 5652 section 11.3: UTCTime until 2049.
        signing_time = cms.Time({"utc_time": self._now.replace(microsecond=0)})
        return cms.CMSAttributes(
            [
                {"type": "content_type", "values": [LDS_SECURITY_OBJECT]},
                {"type": "signing_time", "values": [signing_time]},
                {"type": "message_digest", "values": [hashlib.sha256(content).digest()]},
            ]
        )

    def _signed_data(
        self, content: bytes, attributes: cms.CMSAttributes, signature: bytes
    ) -> cms.SignedData:
        certificate = asn1_x509.Certificate.load(
            self._certificate.public_bytes(serialization.Encoding.DER)
        )
        signer_info = {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                "issuer_and_serial_number",
                {"issuer": certificate.issuer, "serial_number": certificate.serial_number},
            ),
            "digest_algorithm": {"algorithm": "sha256"},
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            "signature": signature,
        }
        return cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [{"algorithm": "sha256"}],
                "encap_content_info": {"content_type": LDS_SECURITY_OBJECT, "content": content},
                "certificates": [cms.CertificateChoices("certificate", certificate)],
                "signer_infos": [signer_info],
            }
        )
