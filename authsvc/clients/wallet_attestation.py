"""`attest_jwt_client_auth`: a wallet shows what its maker says of it, and the key that it says.

OAuth 2.0 Attestation-Based Client Authentication, sections 5 and 6; OpenID4VCI 1.0, appendix E.

    1. the attestation is signed by a maker whom the operator trusts; `sub` is the client, which all
       wallets of the maker share; it is not over
    2. the proof is signed by the attested key, for this service alone, just now
    3. its `jti` has not been seen before

Every refusal is the one ClientNotAuthenticated; `log` says to the operator which step it was.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from authsvc.clients.assertion import BeforeUse
from authsvc.clients.client import Client
from authsvc.clients.errors import (
    ClientKeyRefused,
    ClientNotAuthenticated,
    ForeignTokenRefused,
)
from authsvc.clients.registered_claims import is_numeric_date, place_of
from authsvc.clients.signed import read_with_key, unverified_claims
from authsvc.clients.wallet_providers import ALGORITHMS, WalletProviders
from authsvc.storage import Ephemeral
from authsvc.web.http import HTTPRequest

ATTESTATION, PROOF = "oauth-client-attestation", "oauth-client-attestation-pop"
"""The headers that carry them."""

_ATTESTATION_TYP = frozenset({"oauth-client-attestation+jwt"})
_PROOF_TYP = frozenset({"oauth-client-attestation-pop+jwt"})
# An attestation with a chain of certificates in its header is about 5 kB.
_LONGEST = 8192
# As a DPoP proof, which comes in the same requests.
_PAST = timedelta(seconds=60)
_FUTURE = timedelta(seconds=60)
_NAMESPACE = "wallet-attestation-proof"
_REMEMBERED = _PAST + _FUTURE + timedelta(seconds=10)


class WalletAttestations:
    """Reads attestations and proofs."""

    def __init__(self, *, providers: WalletProviders, ephemeral: Ephemeral, issuer: str) -> None:
        self._providers = providers
        self._ephemeral = ephemeral
        self._issuer = issuer

    async def check(
        self,
        client: Client,
        request: HTTPRequest,
        *,
        before_use: BeforeUse | None = None,
        now: datetime,
    ) -> None:
        """Returns if a wallet of this client sent the request; its proof is used up then.

        Raises ClientNotAuthenticated, and what `before_use` raises.
        """
        try:
            # 1.
            attestation = self._providers.read(
                _one(request, ATTESTATION), typs=_ATTESTATION_TYP, longest=_LONGEST, now=now
            )
            jwk = _attested_key(attestation.claims, client, now=now)
            # 2.
            proof = read_with_key(
                _one(request, PROOF),
                jwk,
                algorithms=ALGORITHMS,
                typs=_PROOF_TYP,
                longest=_LONGEST,
            )
        except (ForeignTokenRefused, ClientKeyRefused) as error:
            raise ClientNotAuthenticated(log=f"wallet attestation: {error.log}") from None
        self._check_proof(proof.claims, client, now=now)
        if before_use is not None:
            before_use(client)
        # 3.
        await self._claim(proof.claims, client)

    def _check_proof(self, claims: Mapping[str, Any], client: Client, *, now: datetime) -> None:
        if claims.get("aud") != self._issuer or claims.get("iss", client.client_id) != (
            client.client_id
        ):
            raise ClientNotAuthenticated(log="wallet attestation: aud or iss of the proof")
        issued, at = claims.get("iat"), now.timestamp()
        past, future = _PAST.total_seconds(), _FUTURE.total_seconds()
        if not is_numeric_date(issued) or not at - past <= issued <= at + future:
            raise ClientNotAuthenticated(log="wallet attestation: iat of the proof")

    async def _claim(self, claims: Mapping[str, Any], client: Client) -> None:
        try:
            place = place_of(client.client_id, claims)
        except ValueError:
            raise ClientNotAuthenticated(log="wallet attestation: jti of the proof") from None
        if not await self._ephemeral.claim(_NAMESPACE, place, lifetime=_REMEMBERED):
            raise ClientNotAuthenticated(log="wallet attestation: proof used before")


def attested_client_id(request: HTTPRequest) -> str:
    """Whose wallet a request says it comes from, nothing of it verified; ClientNotAuthenticated."""
    try:
        subject = unverified_claims(_one(request, ATTESTATION), longest=_LONGEST).get("sub")
    except ForeignTokenRefused as error:
        raise ClientNotAuthenticated(log=f"wallet attestation: {error.log}") from None
    if not isinstance(subject, str):
        raise ClientNotAuthenticated(log="wallet attestation: sub")
    return subject


def _one(request: HTTPRequest, header: str) -> str:
    found = request.headers.all(header)
    if len(found) != 1:
        raise ClientNotAuthenticated(log="wallet attestation: not one header of each")
    return found[0]


def _attested_key(claims: Mapping[str, Any], client: Client, *, now: datetime) -> Mapping[str, Any]:
    if claims.get("sub") != client.client_id:
        raise ClientNotAuthenticated(log="wallet attestation: sub")
    at, ends, begins = now.timestamp(), claims.get("exp"), claims.get("nbf", claims.get("iat", 0))
    if not is_numeric_date(ends) or ends <= at:
        raise ClientNotAuthenticated(log="wallet attestation: over")
    if not is_numeric_date(begins) or begins > at + _FUTURE.total_seconds():
        raise ClientNotAuthenticated(log="wallet attestation: not valid yet")
    confirmation = claims.get("cnf")
    jwk = confirmation.get("jwk") if isinstance(confirmation, Mapping) else None
    if not isinstance(jwk, Mapping):
        raise ClientNotAuthenticated(log="wallet attestation: cnf")
    return jwk
