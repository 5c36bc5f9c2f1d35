"""What a wallet is asked, and what its answer is held to (OpenID4VP 1.0 section 5, appendix A.2).

A request is made once, for one person at one moment, and kept (it holds the private key that the
answer is encrypted to) until the answer has come. Its `nonce` and `state` are secrets of the two.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from authsvc.identifiers import new_token
from authsvc.verify.mdoc.cose import ALGORITHMS as COSE_ALGORITHMS
from authsvc.verify.mdoc.session_transcript import by_browser, by_redirect
from authsvc.verify.presentation.client_identifier import prefix_of
from authsvc.verify.presentation.dcql import MDOC, SD_JWT, Query
from authsvc.verify.presentation.errors import RequestRefused
from authsvc.verify.presentation.response_key import CONTENT_KEYS, ResponseKey

# Section 13.1.2: what a wallet is reached by of which nothing is known.
_ANY_WALLET = "openid4vp://"

# Appendices B.3.4 and B.2.2: of the issuer, and of the holder; of an mdoc by COSE's numbers.
_ALGORITHMS: Mapping[str, Mapping[str, Sequence[str | int]]] = {
    SD_JWT: {"sd-jwt_alg_values": ["ES256"], "kb-jwt_alg_values": ["ES256"]},
    MDOC: {
        "issuerauth_alg_values": [*COSE_ALGORITHMS],
        "deviceauth_alg_values": [*COSE_ALGORITHMS],
    },
}

# 128 bits at least (section 5.2); these are 256.
_RANDOM_BYTES = 32


class ResponseMode(StrEnum):
    """How the answer comes (sections 8.2 and 8.3.1, appendix A.2)."""

    DIRECT_POST = "direct_post"
    DIRECT_POST_JWT = "direct_post.jwt"
    DC_API = "dc_api"
    DC_API_JWT = "dc_api.jwt"

    @property
    def encrypts(self) -> bool:
        """Whether the answer is encrypted."""
        return self in (ResponseMode.DIRECT_POST_JWT, ResponseMode.DC_API_JWT)

    @property
    def goes_by_browser(self) -> bool:
        """Whether it comes through the Digital Credentials API, and not straight from a wallet."""
        return self in (ResponseMode.DC_API, ResponseMode.DC_API_JWT)


class PresentationRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One request. `client_id` is empty only in one for a browser that nobody signs."""

    client_id: str
    query: Query
    response_mode: ResponseMode
    nonce: str
    state: str | None = None
    response_uri: str | None = None
    origin: str | None = None
    private_key: bytes | None = None
    """the private key for the answer, as it is: whoever keeps a request seals it"""

    @property
    def audience(self) -> str:
        """What the holder's proof must be made for (appendices A.4 and B.3.6)."""
        return self.client_id if self.origin is None else f"origin:{self.origin}"

    @property
    def session_transcript(self) -> bytes:
        """What an mdoc must be presented in (appendix B.2.6)."""
        key = self.response_key
        thumbprint = None if key is None else key.thumbprint
        if self.origin is not None:
            return by_browser(origin=self.origin, nonce=self.nonce, thumbprint=thumbprint)
        return by_redirect(
            client_id=self.client_id,
            nonce=self.nonce,
            thumbprint=thumbprint,
            response_uri=self.response_uri or "",
        )

    @property
    def response_key(self) -> ResponseKey | None:
        """The key that the answer is encrypted to; None if it comes in the clear."""
        return None if self.private_key is None else ResponseKey.from_octets(self.private_key)

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters as a wallet reads them, in plain values."""
        told: dict[str, Any] = {
            "response_type": "vp_token",
            "response_mode": self.response_mode.value,
            "nonce": self.nonce,
            "dcql_query": self.query.document,
            "client_metadata": self._client_metadata,
        }
        if self.client_id:
            told["client_id"] = self.client_id
        if self.state is not None:
            told["state"] = self.state
        if self.response_uri is not None:
            told["response_uri"] = self.response_uri
        if self.origin is not None and self.client_id:
            told["expected_origins"] = [self.origin]
        return told

    @property
    def _client_metadata(self) -> dict[str, Any]:
        formats = {name: _ALGORITHMS[name] for name in sorted(self.query.formats)}
        metadata: dict[str, Any] = {"vp_formats_supported": formats}
        if (key := self.response_key) is not None:
            metadata["jwks"] = {"keys": [key.public_jwk]}
            metadata["encrypted_response_enc_values_supported"] = [*CONTENT_KEYS]
        return metadata

    def __repr__(self) -> str:
        return f"<PresentationRequest {self.response_mode}>"


def request_by_post(
    *, client_id: str, query: Query, response_uri: str, encrypted: bool = True
) -> PresentationRequest:
    """A request whose answer a wallet posts to `response_uri`; RequestRefused."""
    prefix_of(client_id)
    return PresentationRequest(
        client_id=client_id,
        query=query,
        response_mode=ResponseMode.DIRECT_POST_JWT if encrypted else ResponseMode.DIRECT_POST,
        nonce=new_token(_RANDOM_BYTES),
        state=new_token(_RANDOM_BYTES),
        response_uri=response_uri,
        private_key=ResponseKey.new().octets if encrypted else None,
    )


def request_by_browser(
    *, query: Query, origin: str, client_id: str = "", encrypted: bool = True
) -> PresentationRequest:
    """A request that a page of `origin` hands to its browser; signed if there is a `client_id`."""
    if client_id and not prefix_of(client_id).signs:
        raise RequestRefused(log="an identifier under which nothing can be signed")
    return PresentationRequest(
        client_id=client_id,
        query=query,
        response_mode=ResponseMode.DC_API_JWT if encrypted else ResponseMode.DC_API,
        nonce=new_token(_RANDOM_BYTES),
        origin=origin,
        private_key=ResponseKey.new().octets if encrypted else None,
    )


def link_by_reference(client_id: str, request_uri: str) -> str:
    """The link (or QR code) behind which a wallet fetches a signed request (section 5.10)."""
    reference = {"client_id": client_id, "request_uri": request_uri, "request_uri_method": "post"}
    return f"{_ANY_WALLET}?{urlencode(reference, quote_via=quote)}"


def link_by_value(request: PresentationRequest) -> str:
    """The link that holds a whole request which nobody signs; RequestRefused."""
    if not request.client_id or prefix_of(request.client_id).signs:
        raise RequestRefused(log="a request that has to be signed")
    spelt = {
        name: value if isinstance(value, str) else msgspec.json.encode(value).decode()
        for name, value in request.parameters.items()
    }
    return f"{_ANY_WALLET}?{urlencode(spelt, quote_via=quote)}"
