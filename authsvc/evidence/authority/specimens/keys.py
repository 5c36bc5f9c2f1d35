"""How an artificial state signs: a key, the algorithm that names it, and a signature."""

import hashlib
import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from authsvc.evidence.authority.specimens import der
from authsvc.evidence.emrtd.curves import CURVES, Curve

_HASHES: dict[str, tuple[str, hashes.HashAlgorithm]] = {
    "sha1": ("1.3.14.3.2.26", hashes.SHA1()),  # noqa: S303 (old documents are signed so)
    "sha224": ("2.16.840.1.101.3.4.2.4", hashes.SHA224()),
    "sha256": ("2.16.840.1.101.3.4.2.1", hashes.SHA256()),
    "sha384": ("2.16.840.1.101.3.4.2.2", hashes.SHA384()),
    "sha512": ("2.16.840.1.101.3.4.2.3", hashes.SHA512()),
}
_PKCS1 = {"sha1": 5, "sha224": 14, "sha256": 11, "sha384": 12, "sha512": 13}
_ECDSA = {
    "sha1": "1.2.840.10045.4.1",
    "sha224": "1.2.840.10045.4.3.1",
    "sha256": "1.2.840.10045.4.3.2",
    "sha384": "1.2.840.10045.4.3.3",
    "sha512": "1.2.840.10045.4.3.4",
}
_RSA = "1.2.840.113549.1.1"
_EXPONENT = 65537


@dataclass(frozen=True)
class Algorithm:
    """A way of signing. `family` is "pkcs1", "pss" or "ecdsa".

    `bits` is the length of an RSA modulus, `curve` the name of a curve; `by_parameters` writes the
    curve out in full, `pss_key` names the key itself as one for RSASSA-PSS.
    """

    family: str
    digest: str = "sha256"
    bits: int = 2048
    curve: str = "P-256"
    by_parameters: bool = False
    pss_key: bool = False

    @property
    def identifier(self) -> bytes:
        """The AlgorithmIdentifier of its signatures."""
        if self.family == "ecdsa":
            return der.sequence(der.oid(_ECDSA[self.digest]))
        if self.family == "pkcs1":
            return der.sequence(der.oid(f"{_RSA}.{_PKCS1[self.digest]}"), der.NULL)
        digest = digest_identifier(self.digest)
        mask = der.sequence(der.oid(f"{_RSA}.8"), digest)
        salt = der.integer(_HASHES[self.digest][1].digest_size)
        parameters = (der.explicit(0, digest), der.explicit(1, mask), der.explicit(2, salt))
        return der.sequence(der.oid(f"{_RSA}.10"), der.sequence(*parameters))


def digest_identifier(digest: str) -> bytes:
    """The AlgorithmIdentifier of a hash."""
    return der.sequence(der.oid(_HASHES[digest][0]), der.NULL)


@dataclass(frozen=True)
class SpecimenKey:
    """A private key and the way in which it signs."""

    algorithm: Algorithm
    secret: rsa.RSAPrivateKey | int = field(repr=False)

    @classmethod
    def make(cls, algorithm: Algorithm) -> "SpecimenKey":
        """A new key."""
        if algorithm.family != "ecdsa":
            return cls(algorithm, rsa.generate_private_key(_EXPONENT, algorithm.bits))
        return cls(algorithm, 1 + secrets.randbelow(_named(algorithm.curve).n - 1))

    @property
    def public_info(self) -> bytes:
        """The SubjectPublicKeyInfo."""
        if isinstance(self.secret, int):
            curve = _named(self.algorithm.curve)
            named = der.oid(curve.oid)
            parameters = _written_out(curve) if self.algorithm.by_parameters else named
            algorithm = der.sequence(der.oid("1.2.840.10045.2.1"), parameters)
            return der.sequence(algorithm, der.bits(self.public_point))
        numbers = self.secret.public_key().public_numbers()
        key = der.sequence(der.integer(numbers.n), der.integer(numbers.e))
        if self.algorithm.pss_key:
            return der.sequence(self.algorithm.identifier, der.bits(key))
        return der.sequence(der.sequence(der.oid(f"{_RSA}.1"), der.NULL), der.bits(key))

    @property
    def public_point(self) -> bytes:
        """The uncompressed point of a curve's key."""
        curve = _named(self.algorithm.curve)
        x, y = curve.multiple_of_base(self.scalar)
        return b"\x04" + x.to_bytes(curve.size) + y.to_bytes(curve.size)

    @property
    def scalar(self) -> int:
        """The secret of a curve's key; TypeError for an RSA key."""
        if not isinstance(self.secret, int):
            raise TypeError("not a curve's key")
        return self.secret

    @property
    def identifier(self) -> bytes:
        """The key identifier of RFC 5280 section 4.2.1.2 (1)."""
        return hashlib.sha1(self.public_info, usedforsecurity=False).digest()

    def sign(self, data: bytes) -> bytes:
        """A signature in this way."""
        algorithm = _HASHES[self.algorithm.digest][1]
        if isinstance(self.secret, int):
            return utils.encode_dss_signature(*self.sign_pair(data, self.algorithm.digest))
        if self.algorithm.family == "pkcs1":
            return self.secret.sign(data, padding.PKCS1v15(), algorithm)
        pss = padding.PSS(mgf=padding.MGF1(algorithm), salt_length=algorithm.digest_size)
        return self.secret.sign(data, pss, algorithm)

    def sign_pair(self, data: bytes, digest: str) -> tuple[int, int]:
        """An ECDSA signature as its two numbers (SEC 1 section 4.1.3)."""
        curve = _named(self.algorithm.curve)
        if curve.library is not None:
            key = ec.derive_private_key(self.scalar, curve.library)
            signature = key.sign(data, ec.ECDSA(_HASHES[digest][1]))
            return utils.decode_dss_signature(signature)
        hashed = hashlib.new(digest, data).digest()
        value = int.from_bytes(hashed) >> max(0, 8 * len(hashed) - curve.n.bit_length())
        nonce = 1 + secrets.randbelow(curve.n - 1)
        r = curve.multiple_of_base(nonce)[0] % curve.n
        return r, pow(nonce, -1, curve.n) * (value + r * self.scalar) % curve.n


def _named(name: str) -> Curve:
    return next(curve for curve in CURVES if curve.name == name)


def _written_out(curve: Curve) -> bytes:
    """SpecifiedECDomain (RFC 3279 section 2.3.5)."""
    field_id = der.sequence(der.oid("1.2.840.10045.1.1"), der.integer(curve.p))
    a, b, x, y = (each.to_bytes(curve.size) for each in (curve.a, curve.b, curve.gx, curve.gy))
    return der.sequence(
        der.integer(1),
        field_id,
        der.sequence(der.octets(a), der.octets(b)),
        der.octets(b"\x04" + x + y),
        der.integer(curve.n),
        der.integer(1),
    )
