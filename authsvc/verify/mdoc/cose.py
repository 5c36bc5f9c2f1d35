"""A signature and a key in CBOR (COSE: RFC 9052, RFC 9053), as far as ISO/IEC 18013-5 goes.

ES256 on P-256 and nothing else: by the number that has the curve in it (RFC 9864), or without.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import cbor2
import msgspec

from authsvc.identifiers import b64url
from authsvc.verify.errors import AlgorithmRefused
from authsvc.verify.mdoc.cbor import decoded, shaped
from authsvc.verify.mdoc.errors import MdocMalformed
from authsvc.verify.signatures import VerificationKey, read_bare_key

ALGORITHMS = (-7, -9)
"""ES256, and ESP256 (RFC 9864 section 2.1), which is the same on this curve."""

# RFC 9052 section 3.1: labels of a header; RFC 9360 section 2.
_ALG, _CRIT, _X5CHAIN = 1, 2, 33
# RFC 9052 section 7.1, RFC 9053 section 7.1.1: labels of a key.
_KTY, _KEY_ALG, _CRV, _X, _Y, _D = 1, 3, -1, -2, -3, -4
_EC2, _P256 = 2, 1


class _Parts(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """RFC 9052 section 4.2, in their order; the protected header is encoded."""

    protected: bytes
    unprotected: dict[int | str, Any]
    payload: bytes | None
    signature: bytes


class Sign1:
    """A COSE_Sign1 that was read (RFC 9052 section 4.2), and not verified yet."""

    def __init__(self, value: object) -> None:
        """MdocMalformed; AlgorithmRefused."""
        self._parts = shaped(value, _Parts)
        header = decoded(self._parts.protected)
        if not isinstance(header, dict) or _CRIT in header:
            raise MdocMalformed(log="no header, or one to be read in another way")
        if header.get(_ALG) not in ALGORITHMS:
            raise AlgorithmRefused(log="another than ES256")

    @property
    def payload(self) -> bytes | None:
        """What is signed, unless it was left out."""
        return self._parts.payload

    @property
    def chain(self) -> Sequence[bytes]:
        """Certificates in DER, the signer's first (RFC 9360 section 2); none if it has none."""
        found = self._parts.unprotected.get(_X5CHAIN, [])
        return shaped([found] if isinstance(found, bytes) else found, list[bytes])

    def verify(self, key: VerificationKey, payload: bytes) -> None:
        """Section 4.4, without external data; InvalidSignature."""
        signed = cbor2.dumps(("Signature1", self._parts.protected, b"", payload))
        key.verify(self._parts.signature, signed)


def read_cose_key(members: Mapping[Any, Any]) -> VerificationKey:
    """The public key of a COSE_Key, under its thumbprint (RFC 7638); ValueError if it is none."""
    if (members.get(_KTY), members.get(_CRV)) != (_EC2, _P256) or _D in members:
        raise ValueError("another kind of key, or a private one")
    if members.get(_KEY_ALG, ALGORITHMS[0]) not in ALGORITHMS:
        raise ValueError("a key for another algorithm")
    x, y = members.get(_X), members.get(_Y)
    # RFC 9053 section 7.1.1 would have the sign alone for y, which ISO/IEC 18013-5 does not.
    if not isinstance(x, bytes) or not isinstance(y, bytes):
        raise ValueError("no point")
    return read_bare_key({"kty": "EC", "crv": "P-256", "x": b64url(x), "y": b64url(y)})
