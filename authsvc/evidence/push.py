"""The register's push: a signed notice that documents changed their status.

A compact JWS (RFC 7515), ES256 and nothing else, `typ` "document-status+jwt" (explicit typing,
RFC 8725 section 3.11), `kid` the RFC 7638 thumbprint of the register's key. Claims:

    aud   who is told: the address that the push is sent to
    iat, exp   when it was signed, and when it stops to count: at most five minutes later
    jti   its name; whoever receives it claims this once, so that a copy does nothing
    changes   the changes, spelt as in the feed

A push only brings forward what the feed says anyway: losing one loses nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from authsvc.evidence.errors import PushNotAuthentic
from authsvc.evidence.register import StatusChange
from authsvc.evidence.register_messages import ChangeEntry

ALGORITHM = "ES256"
TYPE = "document-status+jwt"
LIFETIME = timedelta(minutes=5)
PUSH_CHANGES = 200

# Two well-kept clocks do not differ by more.
_CLOCK_SKEW = timedelta(minutes=1)
# A `jti` must be remembered for as long as its push could be accepted, whoever's clock is wrong.
REMEMBERED = LIFETIME + 2 * _CLOCK_SKEW
# 200 changes are about 70 kB in base64url.
_MAX_PUSH = 96 * 1024


class PushClaims(msgspec.Struct, frozen=True):
    """The claims of a push; times are seconds since 1970."""

    aud: str
    iat: int
    exp: int
    jti: Annotated[str, msgspec.Meta(min_length=16, max_length=128)]
    changes: Annotated[list[ChangeEntry], msgspec.Meta(max_length=PUSH_CHANGES)]


@dataclass(frozen=True)
class VerifiedPush:
    """What a genuine push says. Claim `jti` until `expires_at` before acting on it."""

    jti: str
    expires_at: datetime
    changes: Sequence[StatusChange]


def verify_push(
    signed: str, *, anchors: Sequence[x509.Certificate], audience: str, now: datetime
) -> VerifiedPush:
    """What the register says in a compact JWS; PushNotAuthentic for anything else.

    `anchors` are the certificates in `keys/register-anchors/`: each vouches for its own key.
    """
    # 1. Bounded and well formed, with the header that a push has.
    if len(signed) > _MAX_PUSH:
        raise PushNotAuthentic(log="size")
    try:
        parsed = jws.extract_compact(signed.encode("ascii"))
        header = parsed.headers()
    except (JoseError, ValueError, RecursionError) as error:
        raise PushNotAuthentic(log=type(error).__name__) from None
    if header.keys() != {"alg", "typ", "kid"} or header["typ"] != TYPE:
        raise PushNotAuthentic(log="header")

    # 2. Signed by a register that we trust today.
    key = _key(header["kid"], anchors, now=now)
    try:
        signature = jws.deserialize_compact(signed, key, algorithms=[ALGORITHM])
        claims = msgspec.json.decode(signature.payload, type=PushClaims)
    except (JoseError, ValueError, RecursionError) as error:
        raise PushNotAuthentic(log=type(error).__name__) from None

    # 3. For us, and of now.
    return _check(claims, audience=audience, now=now)


def key_name(key: ec.EllipticCurvePublicKey) -> str:
    """The `kid` of a register's key: its RFC 7638 thumbprint."""
    return _jwk(key).thumbprint()


def _check(claims: PushClaims, *, audience: str, now: datetime) -> VerifiedPush:
    if claims.aud != audience:
        raise PushNotAuthentic(log="audience")
    try:
        issued_at = datetime.fromtimestamp(claims.iat, UTC)
        expires_at = datetime.fromtimestamp(claims.exp, UTC)
    except (ValueError, OverflowError, OSError):
        raise PushNotAuthentic(log="times") from None
    if not issued_at < expires_at <= issued_at + LIFETIME:
        raise PushNotAuthentic(log="lifetime")
    if not issued_at - _CLOCK_SKEW <= now < expires_at:
        raise PushNotAuthentic(log="not of now")
    return VerifiedPush(
        jti=claims.jti,
        expires_at=expires_at,
        changes=tuple(entry.change() for entry in claims.changes),
    )


def _key(kid: object, anchors: Sequence[x509.Certificate], *, now: datetime) -> ECKey:
    for anchor in anchors:
        key = anchor.public_key()
        if (
            isinstance(key, ec.EllipticCurvePublicKey)
            and isinstance(key.curve, ec.SECP256R1)
            and anchor.not_valid_before_utc <= now <= anchor.not_valid_after_utc
            and key_name(key) == kid
        ):
            return _jwk(key)
    raise PushNotAuthentic(log="no anchor")


def _jwk(key: ec.EllipticCurvePublicKey) -> ECKey:
    return ECKey.import_key(
        key.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
