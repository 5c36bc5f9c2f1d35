"""Access tokens at a resource of ours: how a request carries one, and how it is told no.

RFC 6750 for tokens that whoever bears them may use; RFC 9449 section 7 and RFC 8705 section 3 for
tokens that are bound to a key, which only its holder may use, whatever the scheme says.
"""

import hmac
from datetime import datetime

from authsvc.clients.certificate import thumbprint
from authsvc.errors import AuthsvcError, InvalidInput
from authsvc.oidc.errors import InvalidRequest, InvalidToken, OAuthError
from authsvc.oidc.token.access_token import AccessToken
from authsvc.oidc.token.access_tokens import AccessTokens
from authsvc.oidc.token.confirmation import Confirmation
from authsvc.oidc.token.dpop import ALGORITHMS, DPoPProofs
from authsvc.oidc.token.errors import (
    InsufficientUserAuthentication,
    InvalidDPoPProof,
    UseDPoPNonce,
)
from authsvc.web.forms import FORM
from authsvc.web.http import HTTPRequest, HTTPResponse, json_response
from authsvc.web.problems import error_headers, status_of

_BEARER, _DPOP = "bearer", "dpop"
_UNBOUND = Confirmation()
_SCHEMES = {_BEARER: "Bearer", _DPOP: "DPoP"}


class TokenMissing(InvalidToken):
    """No access token at all: the answer names the scheme and no error (RFC 6750 section 3.1)."""


class PresentedTokens:
    """Reads the access token of a request, and sees that its holder sent it."""

    def __init__(self, *, access_tokens: AccessTokens, proofs: DPoPProofs) -> None:
        self._access_tokens = access_tokens
        self._proofs = proofs

    async def read(self, request: HTTPRequest, *, now: datetime) -> AccessToken:
        """The token, which is ours and not expired. Whether it was revoked is another question.

        TokenMissing if there is none, InvalidRequest if there are two (RFC 6750 section 2),
        InvalidToken, InvalidDPoPProof, UseDPoPNonce.
        """
        scheme, presented = _presented(request)
        token = self._access_tokens.read(presented, now=now)
        confirmation = token.confirmation or _UNBOUND
        if (scheme == _DPOP) != (confirmation.jkt is not None):
            raise InvalidToken("the access token is not for this scheme")
        if confirmation.jkt is not None:
            await self._check_proof(request, presented, confirmation.jkt, now=now)
        if confirmation.x5t is not None:
            _check_certificate(request, confirmation.x5t)
        return token

    async def _check_proof(
        self, request: HTTPRequest, token: str, jkt: str, *, now: datetime
    ) -> None:
        proved = await self._proofs.verify(request, access_token=token, wants_nonce=False, now=now)
        if proved is None:
            raise InvalidDPoPProof("a DPoP proof is needed")
        if not hmac.compare_digest(proved, jkt):
            raise InvalidToken("the access token is bound to another key")


def bearer_error(
    request: HTTPRequest, error: AuthsvcError, *, resource_metadata: str | None = None
) -> HTTPResponse:
    """A refusal as RFC 6750 section 3 wants it: in WWW-Authenticate, and as JSON to read.

    `resource_metadata` is where the resource describes itself (RFC 9728 section 5.1).
    """
    status = status_of(error)
    where = {} if resource_metadata is None else {"resource_metadata": resource_metadata}
    if isinstance(error, TokenMissing):
        challenges = (_challenge(_BEARER, **where), _challenge(_DPOP, **where))
        return json_response(status, {"error": error.error}, challenges)
    if isinstance(error, OAuthError):
        code, description = error.error, error.description
    elif isinstance(error, InvalidInput):
        code, description = InvalidRequest.error, error.title.en
    else:
        return json_response(status, {"error": _word_for(status)}, error_headers(error))
    said = {"error": code, "error_description": description}
    about_proof = isinstance(error, InvalidDPoPProof | UseDPoPNonce)
    scheme = _DPOP if about_proof or _scheme(request) == _DPOP else _BEARER
    headers = [_challenge(scheme, **said, **_needed(error), **where)]
    if isinstance(error, UseDPoPNonce):
        headers.append(("dpop-nonce", error.nonce))
    return json_response(401 if about_proof else status, said, headers)


def _challenge(scheme: str, **parameters: str) -> tuple[str, str]:
    """The header. No value has quotes or backslashes in it: all of them are our own."""
    stated = {"realm": "authsvc"} | parameters
    if scheme == _DPOP:
        stated["algs"] = " ".join(ALGORITHMS)
    listed = ", ".join(f'{name}="{value}"' for name, value in stated.items())
    return "www-authenticate", f"{_SCHEMES[scheme]} {listed}"


def _needed(error: AuthsvcError) -> dict[str, str]:
    """What would do instead (RFC 9470 section 3)."""
    if not isinstance(error, InsufficientUserAuthentication):
        return {}
    return {"acr_values": " ".join(error.acr_values)}


def _check_certificate(request: HTTPRequest, x5t: str) -> None:
    shown = request.client_certificate
    if shown is None or not hmac.compare_digest(thumbprint(shown), x5t):
        raise InvalidToken("the access token is bound to another client certificate")


def _presented(request: HTTPRequest) -> tuple[str, str]:
    """The scheme and the token, from the header or a form body, never from the query."""
    scheme, _, sent = (request.headers.get("authorization") or "").partition(" ")
    scheme = scheme.lower()
    in_header = sent.strip() if scheme in _SCHEMES else ""
    in_body = _from_body(request) if request.method == "POST" else ""
    if in_header and in_body:
        raise InvalidRequest("the access token is sent twice")
    if not in_header and not in_body:
        raise TokenMissing("an access token is needed")
    return (scheme, in_header) if in_header else (_BEARER, in_body)


def _scheme(request: HTTPRequest) -> str:
    """The scheme of the first header that names one; two of them are refused where it matters."""
    sent = request.headers.all("authorization")
    return sent[0].partition(" ")[0].lower() if sent else ""


def _from_body(request: HTTPRequest) -> str:
    kind = (request.headers.get("content-type") or "").partition(";")[0].strip().lower()
    return request.form().get("access_token", "") if kind == FORM else ""


def _word_for(status: int) -> str:
    return "temporarily_unavailable" if status in (429, 503) else "server_error"
