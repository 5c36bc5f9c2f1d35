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

What is found good is not remembered, so that a token is verified as often as it is shown. What is
remembered is how a header reads that stood on a good token: the service has one for each key.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Self

from cryptography.exceptions import InvalidSignature

from authsvc.verify import compact
from authsvc.verify.claims import Claims, VerifiedIDToken, read_claims
from authsvc.verify.errors import (
    AccessTokenRefused,
    AlgorithmRefused,
    AssuranceTooLow,
    AudienceRefused,
    AuthorizedPartyRefused,
    HeaderRefused,
    IssuedInTheFuture,
    IssuerRefused,
    KeyUnknown,
    NonceRefused,
    SignatureRefused,
    SignInTooOld,
    TokenExpired,
    TokenNotYetValid,
)
from authsvc.verify.keys import VerificationKeys
from authsvc.verify.signatures import ALGORITHMS, SAME, VerificationKey

# Clocks differ: FAPI 2.0 Security Profile section 5.3.2.1 takes 10 seconds and refuses 60. (RFC
# 7519 section 4.1.4 would allow a few minutes, of the ten that an ID token lives.)
LEEWAY = timedelta(seconds=10)
_LEEWAY_SECONDS = LEEWAY.total_seconds()

# From weak to strong, as the service has them.
LEVELS = ("urn:authsvc:acr:aal1", "urn:authsvc:acr:aal2")

# RFC 7515 section 4.1.11, RFC 7797, RFC 7516 section 4.1.3: each would have the rest read another
# way, and none is understood here.
_REFUSED_MEMBERS = ("crit", "b64", "zip")
# RFC 8725 section 3.11: an access token (at+jwt) or a logout token (logout+jwt) is no ID token.
_TYPES = ("jwt", "application/jwt")
# One for each key of an issuer, and room for a few that are spelt in another way.
_MOST_HEADERS = 64


class IDTokenVerifier:
    """Verifies ID tokens of one issuer for one client. It may be used by many threads at once.

    `algorithms` are those that the client is registered for (`id_token_signed_response_alg`);
    "EdDSA" and "Ed25519" are one. ValueError for one that is not spoken.
    """

    def __init__(
        self, *, issuer: str, client_id: str, keys: VerificationKeys, algorithms: Collection[str]
    ) -> None:
        self._algorithms = frozenset(SAME.get(alg, alg) for alg in algorithms)
        if isinstance(algorithms, str) or not self._algorithms <= {*ALGORITHMS}:
            raise ValueError(f"algorithms are some of {', '.join(ALGORITHMS)}")
        self._issuer = issuer
        self._client_id = client_id
        # RFC 7519 section 4.1.3: one audience may be spelt in two ways.
        self._audiences = (client_id, [client_id])
        self._keys = keys
        self._known: dict[bytes, VerificationKey] = {}

    def with_keys(self, keys: VerificationKeys) -> Self:
        """The same with a newer key set: what to go on with after KeyUnknown."""
        return type(self)(
            issuer=self._issuer,
            client_id=self._client_id,
            keys=keys,
            algorithms=self._algorithms,
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
        if now.tzinfo is None:
            raise ValueError("a moment without a time zone")
        # 1: what is encrypted has five parts, and is refused here.
        header, payload, signed, signature = compact.parts(token)
        # 7, 8
        known = self._known.get(header)
        key = known or self._key(header)
        # 6
        try:
            key.verify(signature, signed)
        except InvalidSignature:
            raise SignatureRefused from None
        if known is None:
            self._remember(header, key)
        said = compact.octets(payload)
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

    def _key(self, header: bytes) -> VerificationKey:
        """The key that a header names, if the header is one to go by."""
        said = compact.members(compact.octets(header))
        if any(member in said for member in _REFUSED_MEMBERS):
            raise HeaderRefused(log="crit, b64 or zip")
        typ, alg, kid = said.get("typ"), said.get("alg"), said.get("kid")
        if not isinstance(typ, str) or typ.lower() not in _TYPES:
            raise HeaderRefused(log="another typ")
        if not isinstance(alg, str) or SAME.get(alg, alg) not in self._algorithms:
            raise AlgorithmRefused(log="not agreed upon")
        if not isinstance(kid, str):
            raise HeaderRefused(log="no kid")
        key = self._keys.find(kid)
        if key is None:
            raise KeyUnknown
        if SAME.get(alg, alg) != key.alg:
            raise AlgorithmRefused(log="not that of the key")
        return key

    def _remember(self, header: bytes, key: VerificationKey) -> None:
        """Only what a good signature protects, so that nobody else can fill the place."""
        if len(self._known) >= _MOST_HEADERS:
            self._known.clear()
        self._known[header] = key

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
