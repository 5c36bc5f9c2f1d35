"""Proofs of possession (DPoP, RFC 9449 section 4.3), as a resource server checks them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec

from authsvc.algorithms import EDDSA, ES256, PS256
from authsvc.identifiers import b64url
from authsvc.verify import compact
from authsvc.verify.access.errors import (
    ProofForAnotherRequest,
    ProofForAnotherToken,
    ProofMalformed,
    ProofNonceRefused,
    ProofTooOld,
)
from authsvc.verify.claims import NumericDate
from authsvc.verify.errors import HeaderRefused, TokenRefused
from authsvc.verify.jws import DatedKey, JWSReader
from authsvc.verify.signatures import read_bare_key

_TYPES = ("dpop+jwt",)
ALGORITHMS = (ES256, PS256, EDDSA)
# The largest key there is (RSA 8192) makes a proof of about 4 kB.
_LONGEST = 8192
# RFC 9449 section 11.1 has seconds or minutes. Clocks of honest clients are some seconds off.
PAST = timedelta(seconds=60)
FUTURE = timedelta(seconds=30)
_DEFAULT_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, repr=False)
class DPoPProof:
    """What a request shows: its one header `DPoP`, and the method and address that it came to.

    `address` is what the client sees, before any proxy, and a query in it counts for nothing.
    `nonce` is the one that was given out, if proofs must have one.
    """

    jwt: str
    method: str
    address: str
    nonce: str | None = None


class _Claims(msgspec.Struct, frozen=True):
    """Section 4.2; and what any JWT may say of its time."""

    # RFC 9449 section 4.2 wants 96 random bits at least; nobody needs a thousand.
    jti: Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
    htm: str
    htu: str
    iat: NumericDate
    ath: str
    nonce: str | None = None
    exp: NumericDate | None = None
    nbf: NumericDate | None = None


class _BroughtKey:
    """Knows the key that a header brings along: section 4.3, checks 5 and 7."""

    def key_of(self, header: Mapping[str, Any], *, now: datetime) -> DatedKey:
        """The public key `jwk`, under its thumbprint; HeaderRefused."""
        jwk = header.get("jwk")
        if not isinstance(jwk, dict):
            raise HeaderRefused(log="no jwk")
        try:
            # A key that does not say its algorithm (RSA has two) is used with that of the header.
            return DatedKey(read_bare_key({"alg": header["alg"], **jwk}))
        except ValueError:
            raise HeaderRefused(log="a jwk that is no public key") from None


_reader = JWSReader(_BroughtKey(), types=_TYPES, algorithms=ALGORITHMS, longest=_LONGEST)


@dataclass(frozen=True)
class ProvenKey:
    """A key that somebody has, by its thumbprint (RFC 7638), and the name of the proof (`jti`)."""

    thumbprint: str
    jti: str


def proven_key(proof: DPoPProof, *, access_token: str, now: datetime) -> ProvenKey:
    """The key that a request proves for its token; a leaf of `access/errors.py`.

    That a proof is used once is the caller's to see (check 11): nothing is remembered here. What to
    remember is thumbprint and `jti`, for as long as the proof would be taken: PAST and FUTURE.
    """
    try:
        signed = _reader.read(proof.jwt, now=now)
        claims = msgspec.convert(compact.members(signed.payload), _Claims)
    except (TokenRefused, msgspec.ValidationError):
        raise ProofMalformed from None
    address = _normal(proof.address)
    if claims.htm != proof.method or address is None or _normal(claims.htu) != address:
        raise ProofForAnotherRequest
    if proof.nonce is not None and not _same(claims.nonce or "", proof.nonce):
        raise ProofNonceRefused
    _check_time(claims, now.timestamp())
    if not _same(claims.ath, b64url(sha256(access_token.encode()).digest())):
        raise ProofForAnotherToken(log="ath")
    return ProvenKey(signed.key.kid, claims.jti)


def _check_time(claims: _Claims, at: float) -> None:
    """`iat` near enough; `exp` and `nbf`, if somebody sends them, as RFC 7519 has them."""
    past, future = PAST.total_seconds(), FUTURE.total_seconds()
    if not at - past <= claims.iat <= at + future:
        raise ProofTooOld(log="iat")
    if claims.exp is not None and at >= claims.exp + future:
        raise ProofTooOld(log="exp")
    if claims.nbf is not None and claims.nbf > at + future:
        raise ProofTooOld(log="nbf")


def _normal(address: str) -> tuple[str, str | None, int | None, str] | None:
    """Scheme, host, port and path: what two spellings of one address share (RFC 3986 6.2.2)."""
    try:
        parts = urlsplit(address)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    return parts.scheme, parts.hostname, port, parts.path or "/"


def _same(found: str, wanted: str) -> bool:
    """Whether they are equal, in a time that says nothing."""
    return compare_digest(found.encode(), wanted.encode())
