"""What a wallet sends back, read strictly (OpenID4VP 1.0 sections 8.1, 8.2, 8.3 and 8.5).

In: the parameters of a form that a wallet posted, or the `data` of a Digital Credentials API
answer. Out: an `Answer`, whose presentations nobody has believed yet, or a `Declined`; or a leaf of
ResponseRefused, if it does not answer this request.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

import msgspec

from authsvc.verify import compact
from authsvc.verify.errors import TokenMalformed
from authsvc.verify.presentation.errors import (
    EncryptionMissing,
    OriginRefused,
    ResponseMalformed,
    StateRefused,
)
from authsvc.verify.presentation.request import PresentationRequest
from authsvc.verify.presentation.response_key import LONGEST, ResponseKey

# RFC 6749 section 4.1.2.1 and OpenID4VP section 8.5: the errors that a wallet has words for. What
# is none of them is counted as the first.
_ERRORS = (
    "invalid_request",
    "access_denied",
    "invalid_client",
    "invalid_request_uri_method",
    "invalid_transaction_data",
    "server_error",
    "temporarily_unavailable",
    "unauthorized_client",
    "vp_formats_not_supported",
    "wallet_unavailable",
)
# Credential queries of one request, at most (`dcql`).
_MOST_QUERIES = 16


@dataclass(frozen=True)
class Answer:
    """Presentations by the name of the credential query that they answer."""

    presentations: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Declined:
    """The wallet has nothing to present, or its holder said no: one of the known errors."""

    error: str


def read_posted(parameters: Mapping[str, str], request: PresentationRequest) -> Answer | Declined:
    """The answer in a form that was posted to the response URI; a leaf of ResponseRefused.

    A wallet that cannot encrypt may say in the clear that it does not answer (section 8.3.1), and
    nothing else.
    """
    if (error := parameters.get("error")) is not None:
        _check_state(parameters.get("state"), request)
        return Declined(_known(error))
    if (key := request.response_key) is None:
        said: Mapping[str, Any] = {**parameters, "vp_token": _decoded(parameters.get("vp_token"))}
    else:
        said = _opened(parameters.get("response"), key)
    _check_state(said.get("state"), request)
    return _read(said)


def read_from_browser(
    data: Mapping[str, Any], request: PresentationRequest, *, origin: str
) -> Answer | Declined:
    """The answer in the `data` of a Digital Credentials API answer (appendix A.4).

    `origin` is that of the page by which it came, as whoever received it from there knows; a leaf
    of ResponseRefused.
    """
    if request.origin is None or not compare_digest(origin.encode(), request.origin.encode()):
        raise OriginRefused
    if isinstance(data.get("error"), str):
        return Declined(_known(data["error"]))
    key = request.response_key
    return _read(data if key is None else _opened(data.get("response"), key))


def _opened(encrypted: object, key: ResponseKey) -> Mapping[str, Any]:
    if not isinstance(encrypted, str):
        raise EncryptionMissing
    return key.decrypt(encrypted)


def _read(said: Mapping[str, Any]) -> Answer | Declined:
    """The presentations, or the error, in the members of an answer."""
    if isinstance(error := said.get("error"), str):
        return Declined(_known(error))
    try:
        found = msgspec.convert(said.get("vp_token"), dict[str, tuple[str, ...]])
    except (ValueError, RecursionError):
        raise ResponseMalformed(log="no vp_token, or one of another kind") from None
    if not 0 < len(found) <= _MOST_QUERIES:
        raise ResponseMalformed(log="an empty vp_token, or one of too many members")
    return Answer(found)


def _decoded(vp_token: str | None) -> dict[str, Any]:
    """In a form, the object stands as JSON (section 8.2)."""
    if vp_token is None or len(vp_token) > LONGEST:
        raise ResponseMalformed(log="no vp_token, or one that is too long")
    try:
        return compact.members(vp_token.encode("utf-8", "surrogatepass"))
    except TokenMalformed:
        raise ResponseMalformed(log="a vp_token that is no JSON object") from None


def _check_state(state: object, request: PresentationRequest) -> None:
    wanted = request.state
    if wanted is None or not isinstance(state, str):
        raise StateRefused
    if not compare_digest(state.encode("utf-8", "surrogatepass"), wanted.encode()):
        raise StateRefused


def _known(error: str) -> str:
    return error if error in _ERRORS else _ERRORS[0]
