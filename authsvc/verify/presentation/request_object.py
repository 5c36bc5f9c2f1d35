"""The signed request (RFC 9101, OpenID4VP 1.0 sections 5.8 and 5.10): which a wallet can believe.

ES256, `typ` `oauth-authz-req+jwt`, and in `x5c` the certificates that lead to the signing key, the
trust anchor left out (HAIP 1.0 section 5).
"""

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from authsvc.verify.presentation.client_identifier import Prefix, by_hash, by_name, prefix_of
from authsvc.verify.presentation.errors import RequestRefused
from authsvc.verify.presentation.request import PresentationRequest
from authsvc.verify.signing import signed

TYPE = "oauth-authz-req+jwt"
MEDIA_TYPE = f"application/{TYPE}"
# Section 5.8: for a wallet whose metadata nobody looked up.
_ANY_WALLET = "https://self-issued.me/v2"
# Section 5.10: random, and encoded; ours would have 43 characters.
_LONGEST_NONCE = 512


class RequestSigner:
    """A verifier's key with its certificates, the key's own first and the anchor not among them."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, chain: Sequence[x509.Certificate]) -> None:
        if not isinstance(key.curve, ec.SECP256R1) or not chain:
            raise ValueError("a key on P-256 with its certificate")
        if chain[0].public_key() != key.public_key():
            raise ValueError("the certificate of another key")
        self._key = key
        self._certificate = chain[0]
        self._x5c = [_base64(each.public_bytes(Encoding.DER)) for each in chain]

    def client_id(self, prefix: Prefix, *, name: str = "") -> str:
        """The identifier under which this key signs; RequestRefused for what it cannot show."""
        if prefix is Prefix.X509_HASH:
            return by_hash(self._certificate)
        if prefix is Prefix.X509_SAN_DNS:
            return by_name(self._certificate, name)
        raise RequestRefused(log="an identifier under which nothing is signed")

    def sign(
        self, request: PresentationRequest, *, now: datetime, wallet_nonce: str | None = None
    ) -> str:
        """The request object, compact; RequestRefused for another's request or a strange nonce.

        `wallet_nonce` is what the wallet sent along when it fetched the request (section 5.10).
        """
        if not request.client_id or not prefix_of(request.client_id).signs:
            raise RequestRefused(log="a request that nobody signs")
        claims = {**request.parameters, "aud": _ANY_WALLET, "iat": int(now.timestamp())}
        if wallet_nonce is not None:
            if not wallet_nonce or len(wallet_nonce) > _LONGEST_NONCE:
                raise RequestRefused(field="wallet_nonce", log="empty or too long")
            claims["wallet_nonce"] = wallet_nonce
        return signed({"typ": TYPE, "x5c": self._x5c}, claims, key=self._key)


def _base64(der: bytes) -> str:
    """RFC 7515 section 4.1.6: plain base64 here, and not base64url."""
    return b64encode(der).decode()
