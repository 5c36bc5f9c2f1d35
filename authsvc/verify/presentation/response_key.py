"""The key that one answer is encrypted to, and how it is opened (OpenID4VP 1.0 section 8.3).

ECDH-ES on P-256 straight to the content key (RFC 7518 section 4.6), with A128GCM or A256GCM: what
HAIP 1.0 section 5 asks for. Each request has a key of its own, so that the key, too, says which
request is answered, and whoever gets hold of one opens one answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash

from authsvc.identifiers import b64url
from authsvc.verify import compact
from authsvc.verify.errors import TokenMalformed
from authsvc.verify.presentation.errors import (
    EncryptionKeyUnknown,
    EncryptionRefused,
    ResponseMalformed,
    ResponseUndecipherable,
)

ALGORITHM = "ECDH-ES"
# Octets of the content key (RFC 7518 section 5.3).
CONTENT_KEYS: Mapping[str, int] = {"A128GCM": 16, "A256GCM": 32}

# RFC 7518 sections 5.3 and 6.2.1.2: octets.
_IV = 12
_TAG = 16
_COORDINATE = 32
# Eight presentations of 8 kB, encoded twice, and room for more; a form of ours holds as much.
LONGEST = 120_000
# RFC 7518 section 4.6.1 sets no bound: names of two parties, as wallets give them, are shorter.
_LONGEST_PARTY = 512


@dataclass(frozen=True)
class ResponseKey:
    """A key pair on P-256."""

    private: ec.EllipticCurvePrivateKey = field(repr=False)

    @classmethod
    def new(cls) -> Self:
        """One for a request."""
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """One that was kept."""
        return cls(ec.derive_private_key(int.from_bytes(octets, "big"), ec.SECP256R1()))

    @property
    def octets(self) -> bytes:
        """What to keep of it, sealed: 32 octets."""
        return self.private.private_numbers().private_value.to_bytes(_COORDINATE, "big")

    @property
    def thumbprint(self) -> bytes:
        """RFC 7638, with SHA-256."""
        x, y = self._coordinates
        return sha256(f'{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}'.encode()).digest()

    @property
    def kid(self) -> str:
        """Its name: the thumbprint."""
        return b64url(self.thumbprint)

    @property
    def public_jwk(self) -> dict[str, str]:
        """As a wallet is told it (RFC 7517): with its use, its algorithm and its name."""
        x, y = self._coordinates
        return {
            "kty": "EC",
            "crv": "P-256",
            "x": x,
            "y": y,
            "use": "enc",
            "alg": ALGORITHM,
            "kid": self.kid,
        }

    def decrypt(self, encrypted: str) -> dict[str, Any]:
        """The members inside a compact JWE (RFC 7516 section 5.2).

        ResponseMalformed, EncryptionRefused, EncryptionKeyUnknown, ResponseUndecipherable.
        """
        # Counted before anything is decoded.
        if len(encrypted) > LONGEST or encrypted.count(".") != 4:
            raise ResponseMalformed(log="too long, or not of five parts")
        protected, *rest = encrypted.encode("ascii", "replace").split(b".")
        try:
            header = compact.members(compact.octets(protected))
            wrapped, iv, ciphertext, tag = map(compact.octets, rest)
        except TokenMalformed:
            raise ResponseMalformed(log="not a JWE") from None
        size = self._key_size(header)
        if wrapped or len(iv) != _IV or len(tag) != _TAG:
            raise ResponseMalformed(log="parts of another length")
        key = self._content_key(header, size)
        try:
            plain = AESGCM(key).decrypt(iv, ciphertext + tag, protected)
        except InvalidTag:
            raise ResponseUndecipherable from None
        try:
            return compact.members(plain)
        except TokenMalformed:
            raise ResponseMalformed(log="encrypted, but not a JSON object") from None

    def _key_size(self, header: Mapping[str, Any]) -> int:
        """The octets of the content key, if the header is one to go by."""
        if any(member in header for member in ("crit", "zip")):
            raise EncryptionRefused(log="crit or zip")
        enc = header.get("enc")
        if header.get("alg") != ALGORITHM or not isinstance(enc, str) or enc not in CONTENT_KEYS:
            raise EncryptionRefused(log="another alg or enc")
        if header.get("kid") != self.kid:
            raise EncryptionKeyUnknown
        return CONTENT_KEYS[enc]

    def _content_key(self, header: Mapping[str, Any], size: int) -> bytes:
        """RFC 7518 section 4.6.2: the agreed secret and everything that it was agreed for."""
        shared = self.private.exchange(ec.ECDH(), _ephemeral_key(header.get("epk")))
        parties = [_party(header.get(name)) for name in ("apu", "apv")]
        about = b"".join(map(_with_length, (header["enc"].encode(), *parties)))
        return ConcatKDFHash(hashes.SHA256(), size, about + (size * 8).to_bytes(4, "big")).derive(
            shared
        )

    @property
    def _coordinates(self) -> tuple[str, str]:
        numbers = self.private.public_key().public_numbers()
        x, y = (number.to_bytes(_COORDINATE, "big") for number in (numbers.x, numbers.y))
        return b64url(x), b64url(y)


def _ephemeral_key(jwk: object) -> ec.EllipticCurvePublicKey:
    """The wallet's side of the agreement; a point off the curve is refused by the library."""
    if not isinstance(jwk, dict) or (jwk.get("kty"), jwk.get("crv")) != ("EC", "P-256"):
        raise EncryptionRefused(log="another epk")
    try:
        x, y = (compact.octets(str(jwk.get(name)).encode()) for name in ("x", "y"))
        if (len(x), len(y)) != (_COORDINATE, _COORDINATE):
            raise EncryptionRefused(log="another length of epk")
        return ec.EllipticCurvePublicNumbers(
            int.from_bytes(x, "big"), int.from_bytes(y, "big"), ec.SECP256R1()
        ).public_key()
    except (TokenMalformed, ValueError):
        raise EncryptionRefused(log="no point") from None


def _party(text: object) -> bytes:
    if text is None:
        return b""
    if not isinstance(text, str) or len(text) > _LONGEST_PARTY:
        raise EncryptionRefused(log="apu or apv")
    try:
        return compact.octets(text.encode("utf-8", "replace"))
    except TokenMalformed:
        raise EncryptionRefused(log="apu or apv") from None


def _with_length(octets: bytes) -> bytes:
    return len(octets).to_bytes(4, "big") + octets
