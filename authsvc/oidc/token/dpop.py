"""Proofs of possession (DPoP, RFC 9449): this request comes from the holder of that key.

A proof is a small JWT in a header, signed by a key that it brings along. It is good for one
request: this method, this address, this access token, once, now. That it was seen before is
remembered by time and not by number, so that a flood cannot wash an old proof back in.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from authsvc.clients.client import STRICT_ALGORITHMS
from authsvc.clients.errors import ClientKeyRefused, ForeignTokenRefused
from authsvc.clients.public_jwk import read_public_jwk
from authsvc.clients.registered_claims import is_numeric_date, jti_of
from authsvc.clients.signed import read_with_key, unverified_claims, unverified_header
from authsvc.identifiers import b64url
from authsvc.oidc.token.dpop_nonce import DPoPNonces
from authsvc.oidc.token.errors import InvalidDPoPProof, UseDPoPNonce
from authsvc.storage import Ephemeral
from authsvc.web.http import HTTPRequest

ALGORITHMS = STRICT_ALGORITHMS

_TYPES = frozenset({"dpop+jwt"})
# The largest key there is (RSA 8192) makes a proof of about 4 kB.
_LONGEST = 8192
# RFC 9449 section 11.1 has seconds or minutes. Clocks of honest clients are some seconds off.
_PAST = timedelta(seconds=60)
_FUTURE = timedelta(seconds=30)
_REMEMBERED = _PAST + _FUTURE + timedelta(seconds=10)
_SEEN = "dpop-proof"
_DEFAULT_PORTS = {"https": 443, "http": 80}


class DPoPProofs:
    """Verifies proofs. `origins` are those that this service is reached at, if not empty."""

    def __init__(self, *, ephemeral: Ephemeral, nonces: DPoPNonces, origins: Sequence[str]) -> None:
        self._ephemeral = ephemeral
        self._nonces = nonces
        self._origins = tuple(origin for origin in origins if origin)

    async def verify(
        self,
        request: HTTPRequest,
        *,
        access_token: str | None = None,
        wants_nonce: bool,
        now: datetime,
    ) -> str | None:
        """The thumbprint of the key that a request proves, None if it brings no proof.

        `access_token` is the one that comes with the proof, at a resource. Raises InvalidDPoPProof,
        or UseDPoPNonce if the proof wants a (newer) nonce.
        """
        proofs = request.headers.all("dpop")
        if not proofs:
            return None
        if len(proofs) > 1:
            raise InvalidDPoPProof("more than one DPoP proof")
        claims, thumbprint = _read(proofs[0])
        self._check_request(claims, request)
        _check_token(claims, access_token)
        _check_time(claims, now)
        self._check_nonce(claims, wanted=wants_nonce, now=now)
        await self._claim(claims, thumbprint)
        return thumbprint

    def check_nonce(self, request: HTTPRequest, *, wanted: bool, now: datetime) -> None:
        """UseDPoPNonce as `verify` would raise it; whatever else is wrong, `verify` will say."""
        for proof in request.headers.all("dpop"):
            try:
                claims = unverified_claims(proof, longest=_LONGEST)
            except ForeignTokenRefused:
                return
            self._check_nonce(claims, wanted=wanted, now=now)

    def nonce(self, *, now: datetime) -> str:
        """The nonce for the next proof."""
        return self._nonces.current(now=now)

    def _check_request(self, claims: Mapping[str, Any], request: HTTPRequest) -> None:
        """Section 4.3, checks 8 and 9."""
        if claims.get("htm") != request.method:
            raise InvalidDPoPProof("htm is not the method of the request")
        htu = claims.get("htu")
        here = {_normal(origin + request.path) for origin in self._origins}
        if not isinstance(htu, str) or _normal(htu) not in here:
            raise InvalidDPoPProof("htu is not the address of the request")

    def _check_nonce(self, claims: Mapping[str, Any], *, wanted: bool, now: datetime) -> None:
        nonce = claims.get("nonce")
        if nonce is None and not wanted:
            return
        if not isinstance(nonce, str) or not self._nonces.is_fresh(nonce, now=now):
            fresh = self.nonce(now=now)
            raise UseDPoPNonce("a DPoP proof needs the nonce of this answer", nonce=fresh)

    async def _claim(self, claims: Mapping[str, Any], thumbprint: str) -> None:
        try:
            jti = jti_of(claims)
        except ValueError:
            raise InvalidDPoPProof("jti is missing or too long") from None
        # The key is part of it: nobody can use up what another client will send.
        if not await self._ephemeral.claim(_SEEN, f"{thumbprint}.{jti}", lifetime=_REMEMBERED):
            raise InvalidDPoPProof("the DPoP proof was used before")


def _read(proof: str) -> tuple[Mapping[str, Any], str]:
    """The claims, and the thumbprint of the key that signed them (section 4.3, checks 2 to 7)."""
    try:
        jwk = unverified_header(proof, longest=_LONGEST).get("jwk")
        key = read_public_jwk(jwk)
        signed = read_with_key(
            proof,
            jwk,  # type: ignore[arg-type]  # read_public_jwk takes nothing but an object
            algorithms=ALGORITHMS,
            typs=_TYPES,
            longest=_LONGEST,
        )
    except (ForeignTokenRefused, ClientKeyRefused):
        raise InvalidDPoPProof("the DPoP proof is malformed or not signed by its key") from None
    return signed.claims, key.thumbprint


def _check_time(claims: Mapping[str, Any], now: datetime) -> None:
    """`iat` near enough; `exp` and `nbf`, if somebody sends them, as RFC 7519 has them."""
    at = now.timestamp()
    issued, expires, not_before = (claims.get(name) for name in ("iat", "exp", "nbf"))
    past, future = _PAST.total_seconds(), _FUTURE.total_seconds()
    if not is_numeric_date(issued) or not at - past <= issued <= at + future:
        raise InvalidDPoPProof("iat is missing or not now")
    if expires is not None and not (is_numeric_date(expires) and at < expires + future):
        raise InvalidDPoPProof("the DPoP proof has expired")
    if not_before is not None and not (is_numeric_date(not_before) and not_before <= at + future):
        raise InvalidDPoPProof("the DPoP proof is not valid yet")


def _check_token(claims: Mapping[str, Any], access_token: str | None) -> None:
    """Section 4.3, check 12."""
    if access_token is None:
        return
    if claims.get("ath") != b64url(sha256(access_token.encode("ascii", "replace")).digest()):
        raise InvalidDPoPProof("ath is not the hash of the access token")


def _normal(url: str) -> tuple[str, str | None, int | None, str] | None:
    """Scheme, host, port and path: what two spellings of one address share (RFC 3986 6.2.2).

    Query and fragment do not count (section 4.3, check 9).
    """
    try:
        parts = urlsplit(url)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    return parts.scheme, parts.hostname, port, parts.path or "/"
