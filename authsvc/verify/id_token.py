"""Verifying an ID token, step by step as OpenID Connect Core 3.1.3.7 has it.

     1  encrypted tokens: whoever asked for them decrypts first
     2  the issuer is exactly the one that is expected
     3  the audience is this client, and nobody beside it
    4-5 who asked for it (`azp`), if it says so, is this client
     6  the signature is good, under a key of the issuer that the header names
     7  the algorithm is that of the key, and one that was agreed upon at registration
     8  algorithms that need the client's secret are not spoken
     9  it is not over
    10  it was not issued, nor does it begin, in the future
    11  the nonce is the one of the request
    12  the person signed in as strongly as was asked for (`acr`)
    13  and as lately (`auth_time`)

and 3.1.3.8: the access token is the one that it came with (`at_hash`).
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Self

from authsvc.verify.claims import LEEWAY, Claims, VerifiedIDToken, read_claims
from authsvc.verify.errors import (
    AccessTokenRefused,
    AssuranceTooLow,
    AudienceRefused,
    AuthorizedPartyRefused,
    IssuedInTheFuture,
    IssuerRefused,
    NonceRefused,
    SignInTooOld,
    TokenExpired,
    TokenNotYetValid,
)
from authsvc.verify.jws import JWSReader
from authsvc.verify.keys import VerificationKeys

_LEEWAY_SECONDS = LEEWAY.total_seconds()

# From weak to strong, as the service has them.
LEVELS = ("urn:authsvc:acr:aal1", "urn:authsvc:acr:aal2")

# RFC 8725 section 3.11: an access token (at+jwt) or a logout token (logout+jwt) is no ID token.
_TYPES = ("jwt", "application/jwt")


class IDTokenVerifier:
    """Verifies ID tokens of one issuer for one client. It may be used by many threads at once.

    `algorithms` are those that the client is registered for (`id_token_signed_response_alg`);
    "EdDSA" and "Ed25519" are one. ValueError for one that is not spoken.
    """

    def __init__(
        self, *, issuer: str, client_id: str, keys: VerificationKeys, algorithms: Collection[str]
    ) -> None:
        self._reader = JWSReader(keys, types=_TYPES, algorithms=algorithms)
        self._issuer = issuer
        self._client_id = client_id
        # RFC 7519 section 4.1.3: one audience may be spelt in two ways.
        self._audiences = (client_id, [client_id])

    def with_keys(self, keys: VerificationKeys) -> Self:
        """The same with a newer key set: what to go on with after KeyUnknown."""
        return type(self)(
            issuer=self._issuer,
            client_id=self._client_id,
            keys=keys,
            algorithms=self._reader.algorithms,
        )

    def verify(
        self,
        token: str,
        *,
        nonce: str | None,
        now: datetime,
        max_age: timedelta | None = None,
        acr: str | None = None,
        access_token: str | None = None,
    ) -> VerifiedIDToken:
        """What the token says; a leaf of TokenRefused says which step it failed.

        `nonce`, `max_age` and `acr` (the least that is enough) are those of the request; a `nonce`
        of None says that none was sent. `access_token` is the one that came with the token.
        """
        # 1, 6 to 8: what is encrypted has five parts, and is refused here.
        said, key = self._reader.read(token, now=now)
        claims = read_claims(said)
        moment = now.timestamp()
        # 2 to 5, 9 to 11
        self._check_always(claims, nonce, moment)
        # 12
        if acr is not None and not _reaches(claims.acr, acr):
            raise AssuranceTooLow
        # 13
        if max_age is not None:
            _check_age(claims, max_age, moment)
        # 3.1.3.8
        if access_token is not None and not _same(claims.at_hash, key.half_hash(access_token)):
            raise AccessTokenRefused
        return VerifiedIDToken(claims, said)

    def _check_always(self, claims: Claims, nonce: str | None, moment: float) -> None:
        # 2
        if claims.iss != self._issuer:
            raise IssuerRefused
        # 3
        if claims.aud not in self._audiences:
            raise AudienceRefused
        # 4, 5
        if claims.azp is not None and claims.azp != self._client_id:
            raise AuthorizedPartyRefused
        # 9
        if claims.exp <= moment - _LEEWAY_SECONDS:
            raise TokenExpired
        # 10
        if claims.iat > moment + _LEEWAY_SECONDS:
            raise IssuedInTheFuture
        if claims.nbf > moment + _LEEWAY_SECONDS:
            raise TokenNotYetValid
        # 11
        if not _same(claims.nonce, nonce):
            raise NonceRefused


def _check_age(claims: Claims, max_age: timedelta, moment: float) -> None:
    if claims.auth_time is None:
        raise SignInTooOld(log="no auth_time")
    if moment > claims.auth_time + max_age.total_seconds() + _LEEWAY_SECONDS:
        raise SignInTooOld


def _same(found: str | None, wanted: str | None) -> bool:
    """Whether they are equal, in a time that says nothing; None is equal to None alone."""
    if found is None or wanted is None:
        return found is wanted
    return compare_digest(found.encode(), wanted.encode())


def _reaches(acr: str | None, wanted: str) -> bool:
    """Whether a level is enough; one that is not known never is."""
    known = acr in LEVELS and wanted in LEVELS
    return known and LEVELS.index(acr or "") >= LEVELS.index(wanted)
