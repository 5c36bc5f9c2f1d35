"""An issuer of mdocs that does not exist, and a device that presents what it has made.

Nothing here is the service's: cbor2 encodes, cryptography signs and certifies. Whatever somebody
could get wrong, or make wrong, they can be told to.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

from tests.makers import NOW
from tests.verify.credential_makers import Authority, signer_extensions

DOC_TYPE = "example.id.verified-person.1"
TRADE = x509.ObjectIdentifier("1.0.18013.5.1.2")
TOLD: Mapping[str, object] = {
    "age_over_14": True,
    "age_over_18": True,
    "document_class": "resident_identity_card",
}
LIFETIME = timedelta(hours=24)
# Any array will do where no request is behind it.
TRANSCRIPT = cbor2.dumps([None, None, ["Artificial handover", b"of this session"]])

AUTHORITY = Authority("Artificial authority of documents")

Change = Callable[[dict[Any, Any]], object]


def new_key() -> ec.EllipticCurvePrivateKey:
    """A key on P-256."""
    return ec.generate_private_key(ec.SECP256R1())


def encoded(value: object) -> cbor2.CBORTag:
    """A value that stays as it is encoded here."""
    return cbor2.CBORTag(24, cbor2.dumps(value))


def tdate(moment: datetime) -> cbor2.CBORTag:
    """A date and time as ISO/IEC 18013-5 has it."""
    return cbor2.CBORTag(0, f"{moment:%Y-%m-%dT%H:%M:%SZ}")


def sign1(
    key: ec.EllipticCurvePrivateKey,
    payload: bytes,
    *,
    alg: object = -7,
    unprotected: Mapping[Any, Any] | None = None,
    detached: bool = False,
    protected: Mapping[Any, Any] | None = None,
) -> list[Any]:
    """A COSE_Sign1; with `detached` the payload is left out."""
    head = cbor2.dumps({1: alg} if protected is None else protected)
    der = key.sign(cbor2.dumps(["Signature1", head, b"", payload]), ec.ECDSA(hashes.SHA256()))
    signature = b"".join(number.to_bytes(32, "big") for number in decode_dss_signature(der))
    return [head, dict(unprotected or {}), None if detached else payload, signature]


def cose_key(public: ec.EllipticCurvePublicKey) -> dict[int, Any]:
    """A public key as the issuer writes it down."""
    numbers = public.public_numbers()
    return {1: 2, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}


@dataclass(frozen=True)
class Mdoc:
    """An mdoc on a device: what its issuer gave (IssuerSigned, decoded), and the device's key."""

    issuer_signed: Mapping[str, Any]
    key: ec.EllipticCurvePrivateKey
    doc_type: str = DOC_TYPE

    def items(self, *names: str) -> dict[str, list[cbor2.CBORTag]]:
        """The elements of these names; all, if none."""
        return {
            space: [
                item
                for item in items
                if not names or cbor2.loads(item.value)["elementIdentifier"] in names
            ]
            for space, items in self.issuer_signed["nameSpaces"].items()
        }

    def presented(
        self,
        *names: str,
        transcript: bytes = TRANSCRIPT,
        key: ec.EllipticCurvePrivateKey | None = None,
        own: Mapping[str, Any] | None = None,
        doc_type: str | None = None,
        change: Change | None = None,
        **proof: Any,
    ) -> bytes:
        """A DeviceResponse with these elements; `change` alters the document at the end."""
        doc_type = self.doc_type if doc_type is None else doc_type
        names_of_device = encoded(dict(own or {}))
        authentication = cbor2.dumps(
            ["DeviceAuthentication", cbor2.loads(transcript), doc_type, names_of_device]
        )
        payload = cbor2.dumps(cbor2.CBORTag(24, authentication))
        signature = sign1(key or self.key, payload, detached=True, **proof)
        document: dict[str, Any] = {
            "docType": doc_type,
            "issuerSigned": {
                "nameSpaces": self.items(*names),
                "issuerAuth": [*self.issuer_signed["issuerAuth"]],
            },
            "deviceSigned": {
                "nameSpaces": names_of_device,
                "deviceAuth": {"deviceSignature": signature},
            },
        }
        if change is not None:
            change(document)
        return response(document)

    def altered(self, name: str, **members: object) -> "Mdoc":
        """The same with an item that its issuer has not made."""
        spaces = {
            space: [_altered(item, name, members) for item in items]
            for space, items in self.issuer_signed["nameSpaces"].items()
        }
        return replace(self, issuer_signed={**self.issuer_signed, "nameSpaces": spaces})


def response(*documents: object, **members: object) -> bytes:
    """A DeviceResponse."""
    return cbor2.dumps({"version": "1.0", "documents": [*documents], "status": 0} | members)


@dataclass(frozen=True)
class MdocIssuer:
    """Signs mdocs, under a certificate of the artificial authority."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=new_key)
    authority: Authority = AUTHORITY
    chain: Sequence[x509.Certificate] | None = None

    @property
    def certificates(self) -> list[bytes]:
        """In DER, the signer's first."""
        chain = self.chain or [
            self.authority.certify(self.key.public_key(), *signer_extensions(trade=TRADE))
        ]
        return [each.public_bytes(Encoding.DER) for each in chain]

    def issue(
        self,
        told: Mapping[str, object] = TOLD,
        *,
        doc_type: str = DOC_TYPE,
        now: datetime = NOW,
        key: ec.EllipticCurvePrivateKey | None = None,
        change: Change | None = None,
        salt: bytes = b"a salt of 16 oct",
        **cose: Any,
    ) -> Mdoc:
        """An mdoc of a day; `change` alters the security object before it is signed."""
        device = key or new_key()
        items = [
            encoded(
                {
                    "digestID": number,
                    "random": salt + bytes([number]),
                    "elementIdentifier": name,
                    "elementValue": value,
                }
            )
            for number, (name, value) in enumerate(told.items())
        ]
        security_object: dict[str, Any] = {
            "version": "1.0",
            "digestAlgorithm": "SHA-256",
            "valueDigests": {
                doc_type: {
                    number: sha256(cbor2.dumps(item)).digest() for number, item in enumerate(items)
                }
            },
            "deviceKeyInfo": {"deviceKey": cose_key(device.public_key())},
            "docType": doc_type,
            "validityInfo": {
                "signed": tdate(now),
                "validFrom": tdate(now),
                "validUntil": tdate(now + LIFETIME),
            },
        }
        if change is not None:
            change(security_object)
        chain = self.certificates
        unprotected = {33: chain[0] if len(chain) == 1 else chain}
        payload = cbor2.dumps(encoded(security_object))
        auth = sign1(self.key, payload, unprotected=unprotected, **cose)
        return Mdoc({"nameSpaces": {doc_type: items}, "issuerAuth": auth}, device, doc_type)


def _altered(item: cbor2.CBORTag, name: str, members: Mapping[str, object]) -> cbor2.CBORTag:
    found = cbor2.loads(item.value)
    return encoded(found | members) if found["elementIdentifier"] == name else item
