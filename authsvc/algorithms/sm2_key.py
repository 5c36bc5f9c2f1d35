"""Keys of SM2 (GB/T 32918, ISO/IEC 14888-3), and its signature with SM3.

cryptography has no SM2, so the system's libcrypto signs and verifies. It is loaded when the first
key is made, signs or verifies, and not by whoever only reads a key set that has such a key in it.

No name for it is registered with IANA. What is used here is what draft-dang-webauthn-sm2-00
(expired) asked for and what implementations in the field have: `alg` "SM2", `kty` "EC", `crv`
"SM2", the coordinates as for any curve of 256 bits (RFC 7518 section 6.2.1). Who signs goes into
the signature by an identifier: the one that GM/T 0009 section 10 and RFC 8998 section 3.2.1 (by
way of GM/T 0003.5) have where nothing else was agreed, `1234567812345678`. The signature is r and
s of full length, as RFC 7518 section 3.4 has them.
"""

import base64
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

from cryptography.exceptions import InvalidSignature

from authsvc.algorithms.fixed_length import COORDINATE, der_signature, fixed_length

if TYPE_CHECKING:
    from authsvc.algorithms.libcrypto import Key

IDENTIFIER = b"1234567812345678"

# GB/T 32918.5: the field, and a and b of y^2 = x^3 + ax + b.
_P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
_A = _P - 3
_B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93

# RFC 5280 section 4.1.2.7 with the curve 1.2.156.10197.1.301 of GM/T 0006: all but the point.
_SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d03420004")
_CURVE = bytes.fromhex("06082a811ccf5501822d")

_BEGIN, _END = "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----"
_LINE = 64  # RFC 7468 section 2


@dataclass(frozen=True)
class SM2PublicKey:
    """A point of the curve; ValueError for one that is not on it."""

    x: int
    y: int

    def __post_init__(self) -> None:
        within = 0 <= self.x < _P and 0 <= self.y < _P
        if not within or (self.y**2 - (self.x**3 + _A * self.x + _B)) % _P:
            raise ValueError("not a point of SM2's curve")

    @cached_property
    def _key(self) -> "Key":
        from authsvc.algorithms import libcrypto  # noqa: PLC0415 - only where SM2 is used

        x, y = (number.to_bytes(COORDINATE, "big") for number in (self.x, self.y))
        return libcrypto.library().public_key(_SPKI + x + y)

    def verify(self, signature: bytes, signed: bytes) -> None:
        """InvalidSignature, or nothing (GB/T 32918.2 section 7); AlgorithmUnavailable."""
        if not self._key.verify(der_signature(signature), signed, identifier=IDENTIFIER):
            raise InvalidSignature


class SM2PrivateKey:
    """A private key of SM2. It never leaves libcrypto but in PEM."""

    def __init__(self, key: "Key") -> None:
        self._key = key

    @classmethod
    def generate(cls) -> Self:
        """A fresh one; AlgorithmUnavailable."""
        from authsvc.algorithms import libcrypto  # noqa: PLC0415 - only where SM2 is used

        return cls(libcrypto.library().new_key())

    @classmethod
    def from_pem(cls, pem: bytes) -> Self:
        """The key of a PKCS#8 PEM; ValueError if it is none of SM2, AlgorithmUnavailable."""
        from authsvc.algorithms import libcrypto  # noqa: PLC0415 - only where SM2 is used

        text = pem.decode("ascii").partition(_BEGIN)[2].partition(_END)[0]
        der = base64.b64decode("".join(text.split()), validate=True)
        if _CURVE not in der:
            raise ValueError("another curve")
        return cls(libcrypto.library().private_key(der))

    @property
    def pem(self) -> bytes:
        """PKCS#8, not encrypted (RFC 5958)."""
        text = base64.b64encode(self._key.pkcs8).decode("ascii")
        lines = (text[start : start + _LINE] for start in range(0, len(text), _LINE))
        return "\n".join((_BEGIN, *lines, _END, "")).encode("ascii")

    def public_key(self) -> SM2PublicKey:
        """The public half."""
        spki = self._key.spki
        if not spki.startswith(_SPKI) or len(spki) != len(_SPKI) + 2 * COORDINATE:
            raise ValueError("another curve")
        point = spki[len(_SPKI) :]
        return SM2PublicKey(
            int.from_bytes(point[:COORDINATE], "big"), int.from_bytes(point[COORDINATE:], "big")
        )

    def sign(self, signing_input: bytes) -> bytes:
        """The signature (GB/T 32918.2 section 6), r and s of full length."""
        return fixed_length(self._key.sign(signing_input, identifier=IDENTIFIER))
