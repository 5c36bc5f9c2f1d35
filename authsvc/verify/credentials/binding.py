"""Whose certificate it is: the Key Binding JWT (RFC 9901 sections 4.3 and 7.3).

The holder signs, with the key that the issuer has put into the certificate, for whom (`aud`), in
answer to what (`nonce`), when (`iat`) and what exactly (`sd_hash`) they show.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any

import msgspec

from authsvc.verify import compact
from authsvc.verify.claims import LEEWAY, NumericDate, moment
from authsvc.verify.credentials.disclosures import digest_of
from authsvc.verify.credentials.errors import (
    BindingAudienceRefused,
    BindingMalformed,
    BindingMissing,
    BindingNonceRefused,
    BindingSignatureRefused,
    BindingTooOld,
    PresentationAltered,
)
from authsvc.verify.credentials.sd_jwt import SDJWT
from authsvc.verify.errors import SignatureRefused, TokenRefused
from authsvc.verify.jws import JWSReader, OneKey
from authsvc.verify.signatures import VerificationKey

_TYPES = ("kb+jwt",)
# A phone's clock is not a server's: as far before us as the one of a DPoP client may be. A nonce is
# answered once however early it is.
FUTURE = timedelta(seconds=30)


class _Claims(msgspec.Struct, frozen=True):
    """Section 4.3; and what any JWT may say of its time."""

    iat: NumericDate
    aud: str
    nonce: str
    sd_hash: str
    exp: NumericDate | None = None
    nbf: NumericDate | None = None


@dataclass(frozen=True)
class Binding:
    """A certificate was shown, by its holder, at this moment; `claims` is all they signed."""

    at: datetime
    claims: Mapping[str, Any]


def verified_binding(
    shown: SDJWT,
    holder: VerificationKey,
    *,
    algorithms: Collection[str],
    audience: str,
    nonce: str,
    now: datetime,
    longest_age: timedelta,
) -> Binding:
    """Section 7.3, step 5; a leaf named Binding…, or PresentationAltered."""
    if shown.binding is None:
        raise BindingMissing
    reader = JWSReader(OneKey(holder), types=_TYPES, algorithms=algorithms)
    try:
        payload = reader.read(shown.binding, now=now).payload
        said = compact.members(payload)
        claims = msgspec.convert(said, _Claims)
    except SignatureRefused:
        raise BindingSignatureRefused from None
    except (TokenRefused, msgspec.ValidationError):
        raise BindingMalformed from None
    if not _same(claims.aud, audience):
        raise BindingAudienceRefused
    if not _same(claims.nonce, nonce):
        raise BindingNonceRefused
    if not _same(claims.sd_hash, digest_of(shown.unbound)):
        raise PresentationAltered
    _check_time(claims, now.timestamp(), longest_age)
    return Binding(moment(claims.iat), said)


def _check_time(claims: _Claims, at: float, longest_age: timedelta) -> None:
    latest, leeway = at + FUTURE.total_seconds(), LEEWAY.total_seconds()
    if not at - longest_age.total_seconds() - leeway <= claims.iat <= latest:
        raise BindingTooOld(log="iat")
    if claims.exp is not None and claims.exp <= at - leeway:
        raise BindingTooOld(log="exp")
    if claims.nbf is not None and claims.nbf > latest:
        raise BindingTooOld(log="nbf")


def _same(found: str, wanted: str) -> bool:
    """Whether they are equal, in a time that says nothing."""
    return compare_digest(found.encode(), wanted.encode())
