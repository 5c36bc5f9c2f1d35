"""Verifying an access token as a resource server (RFC 9068 section 4), and who brings it.

1  it is an access token (`typ`), signed under a key of the issuer
2  issuer and audience are those that are expected, and it is not over
3  whoever brings it has the key that it is bound to (`cnf`): by a DPoP proof (RFC 9449 section 7)
or by the certificate of their connection (RFC 8705 section 3)
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Annotated, Any, Self

import msgspec

from authsvc.verify import compact
from authsvc.verify.access.dpop import DPoPProof, proven_key
from authsvc.verify.access.errors import (
    CertificateRefused,
    ProofForAnotherToken,
    ProofMissing,
    ProofUnexpected,
)
from authsvc.verify.claims import LEEWAY, NumericDate, moment
from authsvc.verify.errors import (
    AudienceRefused,
    IssuedInTheFuture,
    IssuerRefused,
    TokenExpired,
    TokenMalformed,
    TokenNotYetValid,
)
from authsvc.verify.jws import JWSReader, Keys

# RFC 9068 section 2.1.
_TYPES = ("at+jwt", "application/at+jwt")
_LEEWAY_SECONDS = LEEWAY.total_seconds()
_Text = Annotated[str, msgspec.Meta(min_length=1)]


class _Confirmation(msgspec.Struct, frozen=True):
    """RFC 9449 section 6.1; RFC 8705 section 3.1."""

    jkt: _Text | None = None
    x5t: _Text | None = msgspec.field(default=None, name="x5t#S256")


class _Claims(msgspec.Struct, frozen=True):
    """RFC 9068 section 2.2."""

    iss: str
    aud: str | list[str]
    sub: _Text
    client_id: _Text
    exp: NumericDate
    iat: NumericDate
    jti: _Text
    scope: str = ""
    nbf: NumericDate = 0
    acr: str | None = None
    auth_time: NumericDate | None = None
    cnf: _Confirmation | None = None


@dataclass(frozen=True, repr=False)
class VerifiedAccessToken:
    """What a genuine access token allows whoever brought it.

    `proof_jti` names the proof that came with it, under `key_thumbprint`: both together are taken
    once. They are None for a token that came without one.
    """

    subject: str
    client_id: str
    scopes: tuple[str, ...]
    jti: str
    issued_at: datetime
    expires_at: datetime
    acr: str | None
    auth_time: datetime | None
    claims: Mapping[str, Any]
    key_thumbprint: str | None
    proof_jti: str | None

    def __repr__(self) -> str:
        return f"VerifiedAccessToken(client_id={self.client_id!r})"


class AccessTokenVerifier:
    """Verifies access tokens of one issuer for one resource server, by many threads at once.

    `audience` is how the resource server is called there (RFC 8707).
    """

    def __init__(
        self, *, issuer: str, audience: str, keys: Keys, algorithms: Collection[str] = ("ES256",)
    ) -> None:
        self._issuer = issuer
        self._audience = audience
        self._reader = JWSReader(keys, types=_TYPES, algorithms=algorithms)

    def with_keys(self, keys: Keys) -> Self:
        """The same with a newer key set: what to go on with after KeyUnknown."""
        return type(self)(
            issuer=self._issuer,
            audience=self._audience,
            keys=keys,
            algorithms=self._reader.algorithms,
        )

    def verify(
        self,
        token: str,
        *,
        now: datetime,
        proof: DPoPProof | None = None,
        certificate: str | None = None,
    ) -> VerifiedAccessToken:
        """What the token allows; a leaf of TokenRefused says which step it failed.

        `proof` belongs to a request with the scheme DPoP, None to one with Bearer. `certificate` is
        the thumbprint (`x5t#S256`) of the connection's client certificate, if it has one.
        """
        # 1
        payload = self._reader.read(token, now=now).payload
        said = compact.members(payload)
        try:
            claims = msgspec.convert(said, _Claims)
        except msgspec.ValidationError:
            raise TokenMalformed(log="a claim is missing, or of another kind") from None
        # 2
        self._check(claims, now.timestamp())
        # 3
        bound = _bound_to(claims)
        if bound.x5t is not None and not _same(certificate, bound.x5t):
            raise CertificateRefused
        jti = _proof_of(bound.jkt, proof, access_token=token, now=now)
        return VerifiedAccessToken(
            subject=claims.sub,
            client_id=claims.client_id,
            scopes=tuple(claims.scope.split()),
            jti=claims.jti,
            issued_at=moment(claims.iat),
            expires_at=moment(claims.exp),
            acr=claims.acr,
            auth_time=None if claims.auth_time is None else moment(claims.auth_time),
            claims=said,
            key_thumbprint=bound.jkt,
            proof_jti=jti,
        )

    def _check(self, claims: _Claims, at: float) -> None:
        if claims.iss != self._issuer:
            raise IssuerRefused
        audiences = [claims.aud] if isinstance(claims.aud, str) else claims.aud
        if self._audience not in audiences:
            raise AudienceRefused
        if claims.exp <= at - _LEEWAY_SECONDS:
            raise TokenExpired
        if claims.iat > at + _LEEWAY_SECONDS:
            raise IssuedInTheFuture
        if claims.nbf > at + _LEEWAY_SECONDS:
            raise TokenNotYetValid


def _bound_to(claims: _Claims) -> _Confirmation:
    """What the token is bound to, if to anything. Nobody passes who is bound otherwise."""
    if claims.cnf is None:
        return _Confirmation()
    if claims.cnf == _Confirmation():
        raise TokenMalformed(log="bound in a way that is not known")
    return claims.cnf


def _proof_of(
    jkt: str | None, proof: DPoPProof | None, *, access_token: str, now: datetime
) -> str | None:
    """The name of the proof that a bound token comes with; None for one that is not bound."""
    if jkt is None:
        if proof is not None:
            raise ProofUnexpected
        return None
    if proof is None:
        raise ProofMissing
    proven = proven_key(proof, access_token=access_token, now=now)
    if not _same(proven.thumbprint, jkt):
        raise ProofForAnotherToken(log="another key")
    return proven.jti


def _same(found: str | None, wanted: str) -> bool:
    """Whether they are equal, in a time that says nothing."""
    return found is not None and compare_digest(found.encode(), wanted.encode())
