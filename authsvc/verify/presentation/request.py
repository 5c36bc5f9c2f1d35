"""What a wallet is asked, and what its answer is held to (OpenID4VP 1.0 section 5, appendix A.2).

A request is made once, for one person at one moment, and kept (it holds the private key that the
answer is encrypted to) until the answer has come. Its `nonce` and `state` are secrets of the two.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import msgspec

from authsvc.algorithms import ALGORITHMS, ES256, canonical
from authsvc.identifiers import new_token
from authsvc.verify.mdoc.session_transcript import by_browser, by_redirect
from authsvc.verify.presentation.client_identifier import prefix_of
from authsvc.verify.presentation.dcql import MDOC, SD_JWT, Name, Query
from authsvc.verify.presentation.errors import RequestRefused
from authsvc.verify.presentation.response_key import CONTENT_KEYS, ResponseKey
from authsvc.verify.presentation.transaction_data import encoded

# Section 13.1.2: what a wallet is reached by of which nothing is known.
ANY_WALLET = "openid4vp://"
# What fits on the screen of a phone, above what is asked for.
LONGEST_LINE = 120

# 128 bits at least (section 5.2); these are 256.
_RANDOM_BYTES = 32
# A registration, a policy, and room for two more.
_MOST_INFOS = 4


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


class VerifierInfo(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What somebody else attests of the verifier, as wallets may want it (section 5.11).

    A `format` says how `data` is read; `credential_ids` are the queries that it is relevant to, all
    of them if none is named.
    """

    format: Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
    data: str | dict[str, Any]
    credential_ids: Annotated[tuple[Name, ...], msgspec.Meta(min_length=1)] | None = None


class PresentationRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One request. `client_id` is empty only in one for a browser that nobody signs.

    `algorithms` are those of an issuer that are taken.
    """

    client_id: str
    query: Query
    response_mode: ResponseMode
    algorithms: tuple[str, ...] = (ES256,)
    nonce: str
    state: str | None = None
    response_uri: str | None = None
    origin: str | None = None
    transaction_data: tuple[str, ...] = ()
    verifier_info: tuple[VerifierInfo, ...] = ()
    private_key: bytes | None = None
    """the private key for the answer, as it is: whoever keeps a request seals it"""
    name: str | None = None
    """who asks, in their own words"""
    purpose: str | None = None
    """what for"""

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
        if self.transaction_data:
            told["transaction_data"] = [*self.transaction_data]
        if self.verifier_info:
            told["verifier_info"] = msgspec.to_builtins(self.verifier_info)
        return told

    @property
    def _client_metadata(self) -> dict[str, Any]:
        metadata: dict[str, Any] = {
            "vp_formats_supported": {
                name: _formats(name, self.algorithms) for name in sorted(self.query.formats)
            }
        }
        # `client_name` as in RFC 7591. Section 5.1 has a wallet ignore what no profile allows here;
        # ours (docs/presenting.md) allows these two, as people should read a purpose.
        if self.name is not None:
            metadata["client_name"] = self.name
        if self.purpose is not None:
            metadata["purpose"] = self.purpose
        if (key := self.response_key) is not None:
            metadata["jwks"] = {"keys": [key.public_jwk]}
            metadata["encrypted_response_enc_values_supported"] = [*CONTENT_KEYS]
        return metadata

    def __repr__(self) -> str:
        return f"<PresentationRequest {self.response_mode}>"


def request_by_post(
    *,
    client_id: str,
    query: Query,
    response_uri: str,
    encrypted: bool = True,
    algorithms: tuple[str, ...] = (ES256,),
    name: str | None = None,
    purpose: str | None = None,
    transaction_data: Sequence[Mapping[str, Any]] = (),
    verifier_info: Sequence[VerifierInfo] = (),
) -> PresentationRequest:
    """A request whose answer a wallet posts to `response_uri`; RequestRefused.

    `transaction_data` is what the holder is to authorize (section 8.4), a document for each.
    """
    prefix_of(client_id)
    _require_signable(query, algorithms)
    _require_readable(name=name, purpose=purpose)
    return PresentationRequest(
        client_id=client_id,
        query=query,
        algorithms=algorithms,
        transaction_data=encoded(transaction_data, query),
        verifier_info=_relevant(verifier_info, query),
        response_mode=ResponseMode.DIRECT_POST_JWT if encrypted else ResponseMode.DIRECT_POST,
        nonce=new_token(_RANDOM_BYTES),
        state=new_token(_RANDOM_BYTES),
        response_uri=response_uri,
        private_key=ResponseKey.new().octets if encrypted else None,
        name=name,
        purpose=purpose,
    )


def request_by_browser(
    *,
    query: Query,
    origin: str,
    client_id: str = "",
    encrypted: bool = True,
    algorithms: tuple[str, ...] = (ES256,),
    name: str | None = None,
    purpose: str | None = None,
    transaction_data: Sequence[Mapping[str, Any]] = (),
    verifier_info: Sequence[VerifierInfo] = (),
) -> PresentationRequest:
    """A request that a page of `origin` hands to its browser; signed if there is a `client_id`."""
    if client_id and not prefix_of(client_id).signs:
        raise RequestRefused(log="an identifier under which nothing can be signed")
    _require_signable(query, algorithms)
    _require_readable(name=name, purpose=purpose)
    return PresentationRequest(
        client_id=client_id,
        query=query,
        algorithms=algorithms,
        transaction_data=encoded(transaction_data, query),
        verifier_info=_relevant(verifier_info, query),
        response_mode=ResponseMode.DC_API_JWT if encrypted else ResponseMode.DC_API,
        nonce=new_token(_RANDOM_BYTES),
        origin=origin,
        private_key=ResponseKey.new().octets if encrypted else None,
        name=name,
        purpose=purpose,
    )


def _relevant(infos: Sequence[VerifierInfo], query: Query) -> tuple[VerifierInfo, ...]:
    named = [name for each in infos for name in each.credential_ids or ()]
    if len(infos) > _MOST_INFOS or any(query.of(name) is None for name in named):
        raise RequestRefused(field="verifier_info", log="too many, or of nothing that is asked for")
    return tuple(infos)


def link_by_reference(client_id: str, request_uri: str, *, wallet: str = ANY_WALLET) -> str:
    """The link (or QR code) behind which a wallet fetches a signed request (section 5.10).

    `wallet` is what the link begins with: the address of one wallet, if it is meant for that.
    """
    reference = {"client_id": client_id, "request_uri": request_uri, "request_uri_method": "post"}
    return f"{wallet}?{urlencode(reference, quote_via=quote)}"


def link_by_value(request: PresentationRequest, *, wallet: str = ANY_WALLET) -> str:
    """The link that holds a whole request which nobody signs; RequestRefused."""
    if not request.client_id or prefix_of(request.client_id).signs:
        raise RequestRefused(log="a request that has to be signed")
    spelt = {
        name: value if isinstance(value, str) else msgspec.json.encode(value).decode()
        for name, value in request.parameters.items()
    }
    return f"{wallet}?{urlencode(spelt, quote_via=quote)}"


def _formats(name: str, algorithms: Sequence[str]) -> dict[str, list[str] | list[int]]:
    """Of the issuer, and of the holder (B.3.4); of an mdoc by COSE's numbers (B.2.2)."""
    if name == SD_JWT:
        return {"sd-jwt_alg_values": [*algorithms], "kb-jwt_alg_values": [ES256]}
    return {
        "issuerauth_alg_values": _numbers(algorithms),
        "deviceauth_alg_values": _numbers([ES256]),
    }


def _numbers(algorithms: Sequence[str]) -> list[int]:
    return [number for alg in algorithms for number in ALGORITHMS[canonical(alg)].cose_numbers]


def _require_signable(query: Query, algorithms: Sequence[str]) -> None:
    """Nothing in COSE is signed with SM2."""
    if MDOC in query.formats and not _numbers(algorithms):
        raise RequestRefused(field="dcql_query", log="an mdoc, and no algorithm for one")


def _require_readable(**lines: str | None) -> None:
    for field, line in lines.items():
        if line is not None and not (0 < len(line) <= LONGEST_LINE and line.isprintable()):
            raise RequestRefused(field=field, log="no line that a person could read")
