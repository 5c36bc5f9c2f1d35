"""What is wanted, and what is known of whoever wants it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from authsvc.certificates.errors import KeyNotAccepted


@dataclass(frozen=True)
class Statement:
    """What the service knows of a person; only what follows from it is told.

    `attributes` is what a department said, whose name as an issuer is `attested_by`.
    `document_class` is a word of the evidence room, `assurance` that of the identity assurance.
    """

    birth_date: date = field(repr=False)
    document_class: str
    assurance: str
    attributes: Mapping[str, str | bool] = field(default_factory=dict, repr=False)
    attested_by: str | None = None


@dataclass(frozen=True)
class Platform:
    """The one platform that a credential is for: its sector, and what it calls the holder."""

    sector: str
    subject: str = field(repr=False)


@dataclass(frozen=True)
class Wanted:
    """One credential: for a key of the wallet (P-256), perhaps for one platform.

    That the asker has the private half was shown before. KeyNotAccepted for another curve.
    """

    holder_key: ec.EllipticCurvePublicKey
    platform: Platform | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.holder_key.curve, ec.SECP256R1):
            raise KeyNotAccepted(log="curve of a holder key")

    @property
    def key_der(self) -> bytes:
        """SubjectPublicKeyInfo with an uncompressed point: one spelling for one key."""
        return self.holder_key.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
