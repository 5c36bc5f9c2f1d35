"""An issuer of certificates that does not exist, and people who show what it has made for them.

Nothing here is the service's: joserfc signs, cryptography certifies.
"""

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from authsvc.identifiers import b64url
from authsvc.verify import CredentialVerifier, VerificationKeys, VerifiedPresentation
from tests.makers import NOW
from tests.oidc.jwt_makers import Key, private_key, signed
from tests.verify.makers import ISSUED, ISSUER, published

TYPE = f"{ISSUER}/credentials/types/verified-person"
AT_PLATFORM = f"{ISSUER}/credentials/types/verified-person-at-platform"
LIST = f"{ISSUER}/credentials/status-lists/0"
SECTOR = "shop.example"
AUDIENCE = "https://shop.example/door"
NONCE = "nonce-of-the-shop"

TOLD = {"age_over_14": True, "age_over_18": True, "document_class": "idcard"}
DAY = 24 * 3600


def disclosure(*parts: Any) -> str:
    """A salt, perhaps a name, and a value."""
    return b64url(json.dumps(parts).encode())


def digest(text: str) -> str:
    """Of a disclosure, as it stands in `_sd`."""
    return b64url(sha256(text.encode()).digest())


@dataclass(frozen=True)
class Issued:
    """A certificate as its holder keeps it."""

    jwt: str
    disclosures: Mapping[str, str]

    def shown(self, *names: str) -> str:
        """With some of its claims, and not bound yet."""
        return "~".join((self.jwt, *(self.disclosures[name] for name in names), ""))


@dataclass(frozen=True)
class Holder:
    """Somebody with a key on their device."""

    key: Key = field(default_factory=lambda: private_key("ES256", "holder"))

    def bound(
        self,
        shown: str,
        *,
        typ: str = "kb+jwt",
        key: Key | None = None,
        alg: str = "ES256",
        **changes: Any,
    ) -> str:
        """What they show to the shop, just now; None removes a claim."""
        good = {"iat": ISSUED, "aud": AUDIENCE, "nonce": NONCE, "sd_hash": digest(shown)}
        claims = {name: value for name, value in (good | changes).items() if value is not None}
        return shown + signed(claims, key or self.key, alg=alg, typ=typ, kid=None)


def issued(
    told: Mapping[str, Any] = TOLD,
    *,
    holder: Holder | None = None,
    key: Key | None = None,
    alg: str = "ES256",
    header: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Issued:
    """A certificate of a day; `header` and `changes` add members, or (None) remove."""
    disclosures = {name: disclosure(f"salt of {name}", name, told[name]) for name in told}
    public = (holder or Holder()).key.as_dict(private=False)
    good = {
        "iss": ISSUER,
        "vct": TYPE,
        "iat": ISSUED - 3600,
        "exp": ISSUED + DAY,
        "cnf": {"jwk": {name: public[name] for name in ("kty", "crv", "x", "y") if name in public}},
        "_sd": sorted(map(digest, disclosures.values())),
        "_sd_alg": "sha-256",
    }
    claims = {name: value for name, value in (good | changes).items() if value is not None}
    key = key or private_key("ES256")
    return Issued(signed(claims, key, alg=alg, typ="dc+sd-jwt", says=header), disclosures)


def presentation(*names: str, certificate: Issued | None = None, **changes: Any) -> str:
    """Somebody's certificate, of which they show some claims; that they are of age, if none."""
    names = names or ("age_over_18",)
    return Holder().bound((certificate or issued()).shown(*names), **changes)


def metadata(*keys: Key) -> dict[str, Any]:
    """What the issuer publishes of itself."""
    return {"issuer": ISSUER, "jwks": {"keys": [published(key) for key in keys]}}


def named_keys() -> VerificationKeys:
    """The keys of the issuer."""
    return VerificationKeys.from_issuer_metadata(metadata(private_key("ES256")), issuer=ISSUER)


def verifier(**changes: Any) -> CredentialVerifier:
    """What the shop would have."""
    good: dict[str, Any] = {"issuer": ISSUER, "keys": named_keys(), "types": [TYPE, AT_PLATFORM]}
    return CredentialVerifier(**good | changes)


def verified(text: str, *, now: datetime = NOW, **asked: Any) -> VerifiedPresentation:
    """What the shop learns."""
    sector = asked.pop("sector", SECTOR)
    whole = verifier(sector=sector)
    return whole.verify(text, **{"audience": AUDIENCE, "nonce": NONCE} | asked, now=now)


def status_list(
    marked: Mapping[int, int] | None = None,
    *,
    size: int = 1 << 12,
    bits: int = 2,
    key: Key | None = None,
    alg: str = "ES256",
    typ: str | None = "statuslist+jwt",
    header: Mapping[str, Any] | None = None,
    **changes: Any,
) -> bytes:
    """A signed list, all of it VALID but what is marked."""
    packed = bytearray(size * bits // 8)
    for index, status in (marked or {}).items():
        place, slot = divmod(index, 8 // bits)
        packed[place] |= status << slot * bits
    lst = b64url(zlib.compress(bytes(packed), 9))
    good = {
        "sub": LIST,
        "iat": ISSUED,
        "exp": ISSUED + 7 * DAY,
        "ttl": 30,
        "status_list": {"bits": bits, "lst": lst},
    }
    claims = {name: value for name, value in (good | changes).items() if value is not None}
    return signed(claims, key or private_key("ES256"), alg=alg, typ=typ, says=header).encode()


class Authority:
    """Certifies keys, by default that of the issuer."""

    def __init__(self, name: str = "Artificial authority", *, path_length: int | None = 0) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(name)
        self._path_length = path_length
        builder = self._builder(self._name, self._key.public_key(), days=3650)
        self.certificate = builder.sign(self._key, hashes.SHA256())

    def certify(
        self,
        public: Any,
        *extensions: tuple[x509.ExtensionType, bool],
        days: int = 30,
    ) -> x509.Certificate:
        """A certificate of nobody's but what the extensions say."""
        key_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = _dated(self._name, _name("Signer"), public, days=days).add_extension(
            key_id, critical=False
        )
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical=critical)
        return builder.sign(self._key, hashes.SHA256())

    def revocation_list(
        self,
        *revoked: x509.Certificate,
        at: datetime = NOW,
        days: int = 4,
        extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
        name: x509.Name | None = None,
    ) -> bytes:
        """What the authority publishes of the certificates that hold no more."""
        builder = (
            x509.CertificateRevocationListBuilder(
                revoked_certificates=[
                    x509.RevokedCertificateBuilder()
                    .serial_number(each.serial_number)
                    .revocation_date(at)
                    .build()
                    for each in revoked
                ]
            )
            .issuer_name(name or self._name)
            .last_update(at)
            .next_update(at + timedelta(days=days))
        )
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical=critical)
        return builder.sign(self._key, hashes.SHA256()).public_bytes(Encoding.DER)

    def _builder(self, name: x509.Name, public: Any, *, days: int) -> x509.CertificateBuilder:
        return (
            _dated(name, name, public, days=days)
            .add_extension(x509.BasicConstraints(True, self._path_length), critical=True)
            .add_extension(usage(key_cert_sign=True, crl_sign=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        )


def signer_extensions(
    *, url: str = ISSUER, trade: x509.ObjectIdentifier | None = None
) -> list[tuple[x509.ExtensionType, bool]]:
    """Those of a signer of certificates, or (with a trade) of something else."""
    names = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(url)])
    found: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (usage(digital_signature=True), True),
        (names, False),
    ]
    return found + ([(x509.ExtendedKeyUsage([trade]), False)] if trade else [])


CLIENT_AUTH = ExtendedKeyUsageOID.CLIENT_AUTH


def x5c(*certificates: x509.Certificate) -> dict[str, Any]:
    """The header member that brings certificates, and no key by name."""
    der = [base64.b64encode(each.public_bytes(Encoding.DER)).decode() for each in certificates]
    return {"x5c": der, "kid": None}


def usage(**said: bool) -> x509.KeyUsage:
    """A key usage of what is named."""
    every = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement"
        " key_cert_sign crl_sign encipher_only decipher_only"
    )
    return x509.KeyUsage(**dict.fromkeys(every.split(), False) | said)


def _dated(
    issuer: x509.Name, subject: x509.Name, public: Any, *, days: int
) -> x509.CertificateBuilder:
    serial = x509.random_serial_number()
    return (
        x509.CertificateBuilder(issuer, subject, public, serial)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=days))
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def public_key(key: Key) -> Any:
    """The public key of one that joserfc made."""
    return key.get_op_key("verify")
