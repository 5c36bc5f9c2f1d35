"""What this issuer can do (OpenID4VCI 1.0, section 12.2), as JSON or signed, as the wallet accepts.

The document changes once a day, with the key that requests are encrypted to. It is signed by who
signs certificates, and shows that signer's (HAIP 1.0 section 4.1): a wallet trusts one anchor for
both.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec

from authsvc.certificates.credentials import Credentials
from authsvc.clients.encrypted import DEFLATE
from authsvc.errors import Text
from authsvc.identifiers import b64url
from authsvc.issuance import paths
from authsvc.issuance.configurations import described, displayed
from authsvc.issuance.credential_request import MOST_PROOFS
from authsvc.issuance.key_proofs import ATTESTATION, JWT
from authsvc.issuance.request_keys import ALGORITHM, CONTENT_ENCRYPTION, RequestKeys
from authsvc.web.http import HTTPRequest, HTTPResponse

# As the discovery document. A wallet that keeps it over midnight still finds yesterday's key taken.
_CACHING = (("cache-control", "public, max-age=3600"), ("vary", "accept"))
_SIGNED_TYP = "openidvci-issuer-metadata+jwt"
_JWT_TYPE, _JSON_TYPE = "application/jwt", "application/json"

_NAME = Text("网号网证服务", "Online number and certificates")


class MetadataEndpoint:
    """`GET /.well-known/openid-credential-issuer`."""

    def __init__(
        self,
        *,
        issuer: str,
        credentials: Credentials,
        request_keys: RequestKeys,
        takes_attestations: bool,
    ) -> None:
        self._issuer = issuer
        self._credentials = credentials
        self._request_keys = request_keys
        self._proof_types = (JWT, ATTESTATION) if takes_attestations else (JWT,)
        self._of_day = lru_cache(maxsize=2)(self._made)

    async def answer(self, request: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """The document; a JWT for who accepts one and does not accept JSON as well."""
        day = now.replace(hour=0, minute=0, second=0, microsecond=0)
        members, encoded = self._of_day(day)
        if not _wants_signed(request):
            return HTTPResponse(200, (("content-type", _JSON_TYPE), *_CACHING), encoded)
        signed = self._signed(members, now=now)
        return HTTPResponse(200, (("content-type", _JWT_TYPE), *_CACHING), signed)

    def _signed(self, members: Mapping[str, Any], *, now: datetime) -> bytes:
        """Section 12.2.3."""
        signer = self._credentials.signer.at(now)
        key = signer.key
        header: dict[str, object] = {"alg": key.alg, "kid": key.kid, "typ": _SIGNED_TYP}
        if signer.chain:
            header["x5c"] = signer.chain
        claims = {"iss": self._issuer, "sub": self._issuer, "iat": int(now.timestamp()), **members}
        encoded = ".".join(b64url(msgspec.json.encode(each)) for each in (header, claims)).encode()
        return encoded + b"." + b64url(key.sign(encoded)).encode()

    def _made(self, day: datetime) -> tuple[dict[str, Any], bytes]:
        members = self._document(now=day)
        return members, msgspec.json.encode(members)

    def _document(self, *, now: datetime) -> dict[str, Any]:
        issuer = self._issuer
        return {
            "credential_issuer": issuer,
            "credential_endpoint": issuer + paths.CREDENTIAL,
            "nonce_endpoint": issuer + paths.NONCE,
            "deferred_credential_endpoint": issuer + paths.DEFERRED,
            "notification_endpoint": issuer + paths.NOTIFICATION,
            "credential_request_encryption": {
                "jwks": self._request_keys.jwks(now=now),
                "enc_values_supported": CONTENT_ENCRYPTION,
                "encryption_required": False,
            },
            "credential_response_encryption": {
                "alg_values_supported": [ALGORITHM],
                "enc_values_supported": CONTENT_ENCRYPTION,
                "zip_values_supported": [DEFLATE],
                "encryption_required": False,
            },
            "batch_credential_issuance": {"batch_size": MOST_PROOFS},
            "display": displayed(_NAME),
            "credential_configurations_supported": described(
                issuer,
                self._credentials.kinds(now=now).values(),
                proof_types=self._proof_types,
                signed_with=self._credentials.signer.algorithm(now),
            ),
        }


def _wants_signed(request: HTTPRequest) -> bool:
    """Whoever takes both gets JSON: it is what everybody reads."""
    accepted = ", ".join(request.headers.all("accept")).lower()
    kinds = {each.partition(";")[0].strip() for each in accepted.split(",")}
    return _JWT_TYPE in kinds and kinds.isdisjoint({_JSON_TYPE, "application/*", "*/*"})
