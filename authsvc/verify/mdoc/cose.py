"""A signature and a key in CBOR (COSE: RFC 9052, RFC 9053), as far as ISO/IEC 18013-5 goes.

An algorithm goes by a number that has the curve in it (RFC 9864), or by one without: they say the
same here, where each has one curve.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import cbor2
import msgspec

from authsvc.algorithms import ALGORITHMS, ES256
from authsvc.identifiers import b64url
from authsvc.verify.errors import AlgorithmRefused
from authsvc.verify.mdoc.cbor import decoded, shaped
from authsvc.verify.mdoc.errors import MdocMalformed
from authsvc.verify.signatures import VerificationKey, read_bare_key

HOLDERS = frozenset({ES256})
"""What whoever shows an mdoc signs with."""

_BY_NUMBER = {number: row.name for row in ALGORITHMS.values() for number in row.cose_numbers}
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

    def __init__(self, value: object, *, algorithms: Collection[str]) -> None:
        """MdocMalformed; AlgorithmRefused for one that is not among these, by our names."""
        self._parts = shaped(value, _Parts)
        header = decoded(self._parts.protected)
        if not isinstance(header, dict) or _CRIT in header:
            raise MdocMalformed(log="no header, or one to be read in another way")
        alg = _named(header.get(_ALG))
        if alg is None or alg not in algorithms:
            raise AlgorithmRefused(log="not agreed upon")
        self._alg = alg

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
        """Section 4.4, without external data; InvalidSignature, AlgorithmRefused."""
        if key.alg != self._alg:
            raise AlgorithmRefused(log="not that of the key")
        signed = cbor2.dumps(("Signature1", self._parts.protected, b"", payload))
        key.verify(self._parts.signature, signed)


def read_cose_key(members: Mapping[Any, Any]) -> VerificationKey:
    """The public key of a COSE_Key, under its thumbprint (RFC 7638); ValueError if it is none."""
    if (members.get(_KTY), members.get(_CRV)) != (_EC2, _P256) or _D in members:
        raise ValueError("another kind of key, or a private one")
    if _KEY_ALG in members and _named(members[_KEY_ALG]) != ES256:
        raise ValueError("a key for another algorithm")
    x, y = members.get(_X), members.get(_Y)
    # RFC 9053 section 7.1.1 would have the sign alone for y, which ISO/IEC 18013-5 does not.
    if not isinstance(x, bytes) or not isinstance(y, bytes):
        raise ValueError("no point")
    return read_bare_key({"kty": "EC", "crv": "P-256", "x": b64url(x), "y": b64url(y)})


def _named(number: object) -> str | None:
    """The algorithm of a number; None for one that is not spoken."""
    return _BY_NUMBER.get(number) if isinstance(number, int) else None
