"""Chips that answer: the half of active authentication that a document has."""

import hashlib
import secrets
from dataclasses import dataclass

from authsvc.evidence.authority.specimens import der
from authsvc.evidence.authority.specimens.keys import Algorithm, SpecimenKey
from authsvc.evidence.emrtd.data_groups import write_active_key, write_security_infos

_ACTIVE_AUTHENTICATION = "2.23.136.1.1.5"
_PLAIN = {"sha1": 1, "sha224": 2, "sha256": 3, "sha384": 4, "sha512": 5}
_TRAILERS = {
    "sha1": b"\xbc",
    "sha224": b"\x38\xcc",
    "sha256": b"\x34\xcc",
    "sha384": b"\x36\xcc",
    "sha512": b"\x35\xcc",
}


@dataclass(frozen=True)
class ActiveChip:
    """A chip with a key for active authentication."""

    key: SpecimenKey

    @classmethod
    def make(cls, algorithm: Algorithm) -> "ActiveChip":
        """A chip with a new key."""
        return cls(SpecimenKey.make(algorithm))

    @property
    def data_groups(self) -> dict[int, bytes]:
        """DG15 with the public key; with a curve DG14, too, which names the hash."""
        groups = {15: write_active_key(self.key.public_info)}
        if isinstance(self.key.secret, int):
            plain = f"0.4.0.127.0.7.1.1.4.1.{_PLAIN[self.key.algorithm.digest]}"
            info = der.sequence(der.oid(_ACTIVE_AUTHENTICATION), der.integer(1), der.oid(plain))
            groups[14] = write_security_infos(der.set_of((info,)))
        return groups

    def answer(self, challenge: bytes) -> bytes:
        """What INTERNAL AUTHENTICATE gives back (Doc 9303 part 11 section 6.1)."""
        digest = self.key.algorithm.digest
        if isinstance(self.key.secret, int):
            r, s = self.key.sign_pair(challenge, digest)
            # As long as the order of the curve; P-521 and the others have whole octets of it.
            size = (len(self.key.public_point) - 1) // 2
            return r.to_bytes(size) + s.to_bytes(size)
        numbers = self.key.secret.private_numbers()
        modulus = numbers.public_numbers.n
        length = (modulus.bit_length() + 7) // 8
        trailer = _TRAILERS[digest]
        room = length - 1 - hashlib.new(digest).digest_size - len(trailer)
        nonce = secrets.token_bytes(room)
        hashed = hashlib.new(digest, nonce + challenge).digest()
        text = int.from_bytes(b"\x6a" + nonce + hashed + trailer)
        # ISO/IEC 9796-2 asks for the smaller of two; chips leave it as it is.
        return pow(text, numbers.d, modulus).to_bytes(length)
