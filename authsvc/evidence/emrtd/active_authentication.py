"""Active authentication (Doc 9303 part 11 section 6.1): has the chip the key that belongs to it?

The chip signs eight octets that we chose. With RSA it is a signature of ISO/IEC 9796-2, scheme 1,
with partial recovery: 6A | nonce of the chip | hash(nonce | challenge) | trailer. With a curve it
is r | s (TR-03111), its hash named in DG14. The public key is DG15, which the state has signed.

A copy of a chip has all its files and not this key. Whoever reads the original from a distance and
passes the challenge on is not found out by it; the holder check is against that.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Any

from asn1crypto import core
from cryptography.exceptions import InvalidSignature

from authsvc.evidence.chip_reading import ChipReading
from authsvc.evidence.emrtd.algorithms import verify_pair
from authsvc.evidence.emrtd.certificates import UNREADABLE
from authsvc.evidence.emrtd.data_groups import (
    ACTIVE_GROUP,
    SECURITY_GROUP,
    read_active_key,
    read_security_infos,
)
from authsvc.evidence.emrtd.keys import CurveKey, RsaKey, read_public_key
from authsvc.evidence.emrtd.security_object import TravelSecurityObject
from authsvc.evidence.errors import ChipNotAuthentic

CHALLENGE_LENGTH = 8

# Part 12 section 4.1.6.1: chips sign with 1024 bits and more.
_LEAST_CHIP_RSA_BITS = 1024

# ISO/IEC 9796-2 section 8.1.2: one octet BC means SHA-1; else the hash (ISO/IEC 10118-3) and CC.
_TRAILERS = {0x33: "sha1", 0x34: "sha256", 0x35: "sha512", 0x36: "sha384", 0x38: "sha224"}

_ACTIVE_AUTHENTICATION = "2.23.136.1.1.5"
# TR-03111 section 5.2.1: ecdsa-plain-signatures.
_PLAIN = {
    "0.4.0.127.0.7.1.1.4.1.1": "sha1",
    "0.4.0.127.0.7.1.1.4.1.2": "sha224",
    "0.4.0.127.0.7.1.1.4.1.3": "sha256",
    "0.4.0.127.0.7.1.1.4.1.4": "sha384",
    "0.4.0.127.0.7.1.1.4.1.5": "sha512",
}


@dataclass(frozen=True)
class ChipAnswer:
    """What a chip answered to INTERNAL AUTHENTICATE with this challenge of ours."""

    challenge: bytes = field(repr=False)
    response: bytes = field(repr=False)


def require_original(
    security_object: TravelSecurityObject, reading: ChipReading, answer: ChipAnswer | None
) -> None:
    """Returns if the chip has no key of its own, or has used it on our challenge; ChipNotAuthentic.

    Whether it has one is what the state signed: leaving the data group out does not help.
    """
    if ACTIVE_GROUP not in security_object.data_group_hashes:
        return
    if ACTIVE_GROUP not in reading.data_groups or answer is None:
        raise ChipNotAuthentic(log="no answer")
    try:
        _verify(reading, answer)
    except (InvalidSignature, *UNREADABLE):
        raise ChipNotAuthentic(log="another answer") from None


def _verify(reading: ChipReading, answer: ChipAnswer) -> None:
    info = read_active_key(reading.data_groups[ACTIVE_GROUP])
    key = read_public_key(info, least_rsa_bits=_LEAST_CHIP_RSA_BITS)
    if len(answer.challenge) != CHALLENGE_LENGTH:
        raise InvalidSignature
    if isinstance(key, RsaKey):
        _verify_recovery(key, answer)
    else:
        _verify_plain(key, answer, _digest_of(reading))


def _verify_recovery(key: RsaKey, answer: ChipAnswer) -> None:
    """ISO/IEC 9796-2 (2002) section 9: recover the message, compare the hash."""
    modulus = key.numbers.n
    length = (modulus.bit_length() + 7) // 8
    signature = int.from_bytes(answer.response)
    if len(answer.response) != length or signature >= modulus:
        raise InvalidSignature
    recovered = pow(signature, key.numbers.e, modulus)
    # A signature may be made as the smaller one of two: then n less this one ends in C.
    if recovered & 0x0F != 0x0C:
        recovered = modulus - recovered
    text = recovered.to_bytes(length)
    digest, trailer = _trailer(text)
    size = hashlib.new(digest).digest_size
    # 01: more to come; 1: no padding, as the nonce fills the room that there is.
    if text[0] != 0x6A or length < 1 + size + trailer + 1:
        raise InvalidSignature
    nonce, found = text[1 : -size - trailer], text[-size - trailer : -trailer]
    if not hmac.compare_digest(found, hashlib.new(digest, nonce + answer.challenge).digest()):
        raise InvalidSignature


def _trailer(text: bytes) -> tuple[str, int]:
    if text[-1] == 0xBC:
        return "sha1", 1
    if text[-1] == 0xCC and text[-2] in _TRAILERS:
        return _TRAILERS[text[-2]], 2
    raise InvalidSignature


def _verify_plain(key: CurveKey, answer: ChipAnswer, digest: str) -> None:
    size = (key.curve.n.bit_length() + 7) // 8
    if len(answer.response) != 2 * size:
        raise InvalidSignature
    r, s = (int.from_bytes(half) for half in (answer.response[:size], answer.response[size:]))
    verify_pair(key, digest, r, s, answer.challenge)


def _digest_of(reading: ChipReading) -> str:
    """The hash of ActiveAuthenticationInfo; section 6.1 asks for one where the key is a curve's."""
    for info in security_infos(reading):
        if info[0].dotted == _ACTIVE_AUTHENTICATION:
            digest = _PLAIN.get(info[2].dotted)
            if digest is not None:
                return digest
    raise InvalidSignature


def security_infos(reading: ChipReading) -> list[Any]:
    """The SecurityInfos of DG14, each a SEQUENCE that begins with its protocol; ValueError."""
    if SECURITY_GROUP not in reading.data_groups:
        return []
    file = reading.data_groups[SECURITY_GROUP]
    return list(core.SetOf.load(read_security_infos(file), spec=core.Sequence, strict=True))
