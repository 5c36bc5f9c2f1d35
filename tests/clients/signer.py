"""A platform's own keys, and what it signs with them: right, or as wrong as a test wants it."""

import base64
import json
import warnings
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from joserfc.jwk import ECKey, OKPKey, RSAKey

from authsvc.identifiers import b64url
from tests.makers import NOW

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
_WRAPPERS: dict[str, Any] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}


@cache
def private_key(kind: str = "P-256", number: int = 1) -> PrivateKey:
    """The same key for the same words, in one test process."""
    del number
    if kind.startswith("RSA"):
        return rsa.generate_private_key(public_exponent=65537, key_size=int(kind[3:] or 2048))
    curves = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}
    return ec.generate_private_key(curves[kind]) if kind in curves else _ed25519()


def _ed25519() -> PrivateKey:
    return ed25519.Ed25519PrivateKey.generate()


class Signer:
    """One private key of a platform; `members` stand in its public JWK as they are."""

    def __init__(self, kind: str = "P-256", number: int = 1, **members: Any) -> None:
        self.key = private_key(kind, number)
        kty = "RSA" if kind.startswith("RSA") else "EC" if kind.startswith("P-") else "OKP"
        with warnings.catch_warnings(action="ignore"):  # some are weak on purpose
            wrapped = _WRAPPERS[kty].import_key(self.key)
        self.jwk: dict[str, Any] = {**wrapped.as_dict(private=False), **members}
        self.private_jwk: dict[str, Any] = wrapped.as_dict(private=True)
        self.alg = {"RSA": "PS256", "EC": "ES256", "OKP": "EdDSA"}[kty]

    @property
    def jwks(self) -> dict[str, Any]:
        """A JWK Set of this key alone."""
        return {"keys": [self.jwk]}

    def sign(
        self,
        claims: Mapping[str, Any] | bytes,
        *,
        header: Mapping[str, Any] | bytes | None = None,
        alg: str | None = None,
        **members: Any,
    ) -> str:
        """A compact JWS; bytes are taken as they are, `members` are added to the header."""
        alg = alg or self.alg
        kid = {"kid": self.jwk["kid"]} if "kid" in self.jwk else {}
        header = {"alg": alg, **kid, **members} if header is None else header
        head, body = (
            b64url(part if isinstance(part, bytes) else json.dumps(part).encode())
            for part in (header, claims)
        )
        return f"{head}.{body}.{b64url(self.signature(f'{head}.{body}'.encode(), alg))}"

    def signature(self, message: bytes, alg: str) -> bytes:
        """The raw signature, by whatever the key can do."""
        if isinstance(self.key, rsa.RSAPrivateKey):
            pss = padding.PSS(padding.MGF1(hashes.SHA256()), salt_length=32)
            pad = padding.PKCS1v15() if alg == "RS256" else pss
            return self.key.sign(message, pad, hashes.SHA256())
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return self.key.sign(message)
        r, s = decode_dss_signature(self.key.sign(message, ec.ECDSA(hashes.SHA256())))
        size = (self.key.curve.key_size + 7) // 8
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")

    def certificate(
        self,
        subject: str = "CN=artificial platform,O=nobody,C=CN",
        *,
        issuer: "Signer | None" = None,
        issuer_name: str = "CN=artificial client authority",
        names: tuple[x509.GeneralName, ...] = (),
        usage: x509.ObjectIdentifier | None = ExtendedKeyUsageOID.CLIENT_AUTH,
        ca: bool = False,
        begins: datetime = NOW - timedelta(days=1),
        ends: datetime = NOW + timedelta(days=365),
        hashed: hashes.HashAlgorithm | None = None,
    ) -> x509.Certificate:
        """A certificate for this key, by itself unless there is an `issuer`."""
        name = x509.Name.from_rfc4514_string(subject)
        issued_by = x509.Name.from_rfc4514_string(issuer_name) if issuer else name
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(issued_by)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins.astimezone(UTC))
            .not_valid_after(ends.astimezone(UTC))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        if usage is not None:
            builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        by = (issuer or self).key
        usual = None if isinstance(by, ed25519.Ed25519PrivateKey) else hashes.SHA256()
        chosen: Any = hashed or usual
        return builder.sign(by, chosen)


def authority(number: int = 90, **parts: Any) -> tuple[Signer, x509.Certificate]:
    """Somebody who issues certificates to platforms, and the anchor."""
    signer = Signer("P-256", number)
    anchor = signer.certificate("CN=artificial client authority", ca=True, usage=None, **parts)
    return signer, anchor


def der(certificate: x509.Certificate) -> bytes:
    """A certificate in DER."""
    return certificate.public_bytes(Encoding.DER)


def client_cert(certificate: x509.Certificate) -> str:
    """The header of RFC 9440."""
    return f":{base64.b64encode(der(certificate)).decode()}:"


def x5c(certificate: x509.Certificate) -> list[str]:
    """The member of a JWK."""
    return [base64.b64encode(der(certificate)).decode()]


def assertion_claims(
    client_id: str = "platform-j",
    *,
    issuer: str = "https://id.example",
    now: datetime = NOW,
    **changes: Any,
) -> dict[str, Any]:
    """The claims of a client assertion as they should be; None removes one."""
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": issuer,
        "exp": int(now.timestamp()) + 60,
        "iat": int(now.timestamp()),
        "jti": "jti-1",
    }
    return {name: value for name, value in (claims | changes).items() if value is not None}


def address(text: str) -> x509.IPAddress:
    """An address as a certificate has it."""
    return x509.IPAddress(ip_address(text))
