"""`private_key_jwt`: a client proves itself by a JWT that it has signed (RFC 7523, RFC 10070).

    1. the algorithm is the one registered, or one that its profile allows; the key is its own
    2. `iss` and `sub` are the client, and `aud` is this service alone, by its issuer identifier:
       an assertion that was made for another server, or could serve at two, is refused here
    3. it holds now, and for five minutes at most
    4. its `jti` has not been seen before

The last step is taken last, so that nobody can use up another's `jti`. Every refusal is the one
ClientNotAuthenticated; `log` says to the operator which step it was.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from authsvc.clients.client import STRICT_ALGORITHMS, Client
from authsvc.clients.client_keys import ClientKeys
from authsvc.clients.errors import (
    ClientKeysUnavailable,
    ClientNotAuthenticated,
    ForeignTokenRefused,
)
from authsvc.clients.registered_claims import is_numeric_date, place_of
from authsvc.clients.signed import unverified_claims
from authsvc.storage import Ephemeral

# RFC 7523 section 2.2.
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
# Its own media type, or the general one, or none (RFC 10070 section 4): a JWT that was made for
# another purpose, such as a request object or a DPoP proof, says so in its `typ`.
_TYPS = frozenset({"", "jwt", "client-authentication+jwt"})

# RS256 is what many clients of OpenID Connect Core section 9 still sign with; FAPI 2.0 section
# 5.4.1 leaves it out.
_ALGORITHMS = (*STRICT_ALGORITHMS, "RS256")

# An assertion with a chain of certificates in its header is about 5 kB.
_LONGEST = 8192
# FAPI 2.0 section 5.3.2.1 has assertions live for a short time; RFC 10070 leaves it to the server.
LONGEST_LIFE = timedelta(seconds=300)
# FAPI 2.0 section 5.3.2.1 items 13 and 14: 10 seconds into the future must be taken, 60 may be.
_PAST_SKEW = timedelta(seconds=10)
_FUTURE_SKEW = timedelta(seconds=60)
# Whoever is registered with `legacy_assertion_audience` may name a few servers.
_MOST_AUDIENCES = 10

_NAMESPACE = "client-assertion"

BeforeUse = Callable[[Client], None]
"""What may still refuse the request of a proven client without using up its assertion."""


class ClientAssertions:
    """Reads assertions. `token_endpoint` is what older clients name as the audience."""

    def __init__(
        self, *, keys: ClientKeys, ephemeral: Ephemeral, issuer: str, token_endpoint: str
    ) -> None:
        self._keys = keys
        self._ephemeral = ephemeral
        self._issuer = issuer
        self._legacy_audiences = frozenset({issuer, token_endpoint})

    async def check(
        self, client: Client, assertion: str, *, before_use: BeforeUse | None = None, now: datetime
    ) -> None:
        """Returns if the client has just made this assertion for us; it is used up then.

        Raises ClientNotAuthenticated, and what `before_use` raises.
        """
        try:
            signed = await self._keys.read_signed(
                client,
                assertion,
                algorithms=_algorithms_of(client),
                typs=_TYPS,
                longest=_LONGEST,
                now=now,
            )
        except (ForeignTokenRefused, ClientKeysUnavailable) as error:
            raise ClientNotAuthenticated(log=f"assertion: {error.log}") from None
        claims = signed.claims
        self._check_names(client, claims)
        expires_at = _check_times(claims, now=now)
        if before_use is not None:
            before_use(client)
        # An expired assertion is refused for its age: its `jti` need not be kept any longer.
        lifetime = expires_at + _PAST_SKEW - now + timedelta(seconds=1)
        if not await self._ephemeral.claim(_NAMESPACE, _place(client, claims), lifetime=lifetime):
            raise ClientNotAuthenticated(log="assertion: used before")

    def _check_names(self, client: Client, claims: Mapping[str, Any]) -> None:
        if claims.get("iss") != client.client_id or claims.get("sub") != client.client_id:
            raise ClientNotAuthenticated(log="assertion: iss or sub")
        audience = claims.get("aud")
        # NOTE: a list of one is not that string (RFC 10070 section 3, FAPI 2.0 section 5.3.2.1).
        if audience == self._issuer and isinstance(audience, str):
            return
        if not (client.legacy_assertion_audience and self._is_legacy(audience)):
            raise ClientNotAuthenticated(log="assertion: aud")

    def _is_legacy(self, audience: object) -> bool:
        """OpenID Connect Core section 9 and RFC 7523 section 3, as they were read before."""
        named = audience if isinstance(audience, list) else [audience]
        if len(named) > _MOST_AUDIENCES:
            return False
        return any(isinstance(each, str) and each in self._legacy_audiences for each in named)


def client_id_of(assertion: str) -> str:
    """Whom an assertion says it comes from, nothing of it verified; ClientNotAuthenticated."""
    try:
        subject = unverified_claims(assertion, longest=_LONGEST).get("sub")
    except ForeignTokenRefused as error:
        raise ClientNotAuthenticated(log=f"assertion: {error.log}") from None
    if not isinstance(subject, str):
        raise ClientNotAuthenticated(log="assertion: sub")
    return subject


def _algorithms_of(client: Client) -> tuple[str, ...]:
    allowed = STRICT_ALGORITHMS if client.strict else _ALGORITHMS
    registered = client.token_endpoint_auth_signing_alg
    return allowed if registered is None else tuple({registered} & {*allowed})


def _place(client: Client, claims: Mapping[str, Any]) -> str:
    try:
        return place_of(client.client_id, claims)
    except ValueError:
        raise ClientNotAuthenticated(log="assertion: jti") from None


def _check_times(claims: Mapping[str, Any], *, now: datetime) -> datetime:
    """When the assertion ends, which is soon; ClientNotAuthenticated."""
    ends = _moment(claims, "exp")
    if ends is None:
        raise ClientNotAuthenticated(log="assertion: exp is missing")
    if ends <= (now - _PAST_SKEW).timestamp():
        raise ClientNotAuthenticated(log="assertion: expired")
    if ends > (now + LONGEST_LIFE).timestamp():
        raise ClientNotAuthenticated(log="assertion: exp is too far ahead")
    for claim in ("nbf", "iat"):
        begins = _moment(claims, claim)
        if begins is not None and begins > (now + _FUTURE_SKEW).timestamp():
            raise ClientNotAuthenticated(log=f"assertion: {claim} is in the future")
    return datetime.fromtimestamp(ends, tz=now.tzinfo)


def _moment(claims: Mapping[str, Any], claim: str) -> float | None:
    """In seconds, None if it is not there."""
    value = claims.get(claim)
    if value is None and claim not in claims:
        return None
    if not is_numeric_date(value):
        raise ClientNotAuthenticated(log=f"assertion: {claim} is not a number")
    return value
