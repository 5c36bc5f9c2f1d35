"""Makers of wallets whose word the operator takes: for a wallet, and for keys that live in one.

Their certificates lie in `keys/wallet-anchors/`. A maker signs with the key of such a certificate,
or shows (`x5c`) one that such an authority has issued to it: there is no path to build.
"""

import base64
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from authsvc.clients.certificate import has_issued
from authsvc.clients.errors import SignatureRefused, SignedHeaderRefused
from authsvc.clients.signed import LONGEST, Signed, read_with_key, unverified_header
from authsvc.identifiers import b64url

WALLET_ANCHORS = "wallet-anchors"
"""The folder of the key directory with their certificates, or those of their authorities."""

# HAIP 1.0 section 7 has it supported by everybody.
ALGORITHMS = ("ES256",)

_COORDINATE_BYTES = 32
# The signer's, and what stands between it and an authority; nobody sends the authority's.
_MOST_CERTIFICATES = 4


class WalletProviders:
    """The makers that are trusted."""

    def __init__(self, anchors: Sequence[x509.Certificate]) -> None:
        self._anchors = tuple(anchors)

    def read(
        self, token: str, *, typs: Collection[str], longest: int = LONGEST, now: datetime
    ) -> Signed:
        """The header and claims of a JWT that a trusted maker has signed.

        SignatureRefused and the other leaves of ForeignTokenRefused.
        """
        x5c = unverified_header(token, longest=longest).get("x5c")
        for jwk in self._keys(x5c, now=now):
            try:
                return read_with_key(token, jwk, algorithms=ALGORITHMS, typs=typs, longest=longest)
            except SignatureRefused:
                continue
        raise SignatureRefused(log="no maker of ours has signed it")

    def _keys(self, x5c: object, *, now: datetime) -> Iterator[Mapping[str, Any]]:
        """The keys that may have signed: the one shown, if it is certified, or those we hold."""
        if x5c is None:
            candidates = [each for each in self._anchors if _holds_now(each, now)]
        else:
            shown = _first_of(x5c)
            certified = shown in self._anchors or any(
                has_issued(anchor, shown, now) for anchor in self._anchors
            )
            candidates = [shown] if certified and _holds_now(shown, now) else []
        for certificate in candidates:
            key = certificate.public_key()
            if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
                yield _jwk(key)


def _first_of(x5c: object) -> x509.Certificate:
    if not isinstance(x5c, list) or not 0 < len(x5c) <= _MOST_CERTIFICATES:
        raise SignedHeaderRefused(log="x5c is not a short list")
    try:
        return x509.load_der_x509_certificate(base64.b64decode(x5c[0], validate=True))
    except (ValueError, TypeError, x509.InvalidVersion):
        raise SignedHeaderRefused(log="x5c holds no certificate") from None


def _holds_now(certificate: x509.Certificate, now: datetime) -> bool:
    return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc


def _jwk(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    point = key.public_numbers()
    x, y = (b64url(each.to_bytes(_COORDINATE_BYTES, "big")) for each in (point.x, point.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}
