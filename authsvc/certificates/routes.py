"""Status over HTTP, for anybody: OCSP (RFC 6960 appendix A, RFC 5019), lists, the authorities.

    POST /ocsp               GET /ocsp/<base64 of the request>
    GET  /crl/authsvc.crl    GET /ca/authsvc.cer    GET /status-lists/<number>

and what is to be known of credentials:

    GET  /.well-known/jwt-vc-issuer    GET /ca/credentials.cer    GET /crl/credentials.crl
    GET  /credentials/types/<name>     GET /credentials/status-lists
                                       GET /credentials/status-lists/<number>

A certificate that is frozen must be refused everywhere within one minute. So an OCSP answer is good
for a minute from its signature, we give it for half of that, and a cache may keep it for what is
left of that half: its age here and the time in caches make half a minute together, and whoever gets
it at the last moment still has the other half. The CRL is looked up each time, and cached as long.
A status list is given and cached for half a minute together, too, and asks to be kept for another;
as a JWT, or as a CWT to who prefers that (`Accept`).
"""

import base64
import binascii
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import unquote_to_bytes

import msgspec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.ocsp import OCSPResponseStatus
from litestar.types import ControllerRouterHandler

from authsvc.certificates.caching import Caching
from authsvc.certificates.certificates import Certificates
from authsvc.certificates.credentials import (
    STATUS_LISTS,
    Credentials,
    CredentialStatusLists,
)
from authsvc.certificates.crl import RevocationList
from authsvc.certificates.errors import StatusListUnknown
from authsvc.certificates.kept_lists import PublishedList
from authsvc.certificates.ocsp import OCSPResponder, refusal
from authsvc.certificates.status_form import wanted_form
from authsvc.certificates.status_lists import StatusLists
from authsvc.certificates.status_token import KEPT_FOR as LISTS_KEPT_FOR
from authsvc.clock import Clock
from authsvc.errors import AuthsvcError, InvalidInput, TooLarge, Unavailable
from authsvc.storage import Database
from authsvc.web.errors import Incident
from authsvc.web.http import HTTPRequest, HTTPResponse
from authsvc.web.mount import mount
from authsvc.web.problems import error_headers, problem_response, status_of

_CACHED_FOR = timedelta(seconds=30)
# The authorities' own certificates change once in years, the meaning of a type never.
_ISSUER_CACHED_FOR = timedelta(hours=1)
# A new key is published at least that long before it signs, and five minutes more (KeyRules).
_KEYS_CACHED_FOR = timedelta(minutes=15)
_OCSP = "application/ocsp-response"
_OCSP_PREFIX = b"/ocsp/"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")
# Pages of every origin may read a status list (Token Status List, section 8.1).
_OPEN = ("access-control-allow-origin", "*")


def routes(
    *, certificates: Certificates, database: Database, clock: Clock
) -> Sequence[ControllerRouterHandler]:
    """The routes of this room."""
    authority = certificates.authority
    responder = OCSPResponder(authority, certificates.standings)
    revocation_list = RevocationList(authority)
    status_lists = StatusLists(authority, database)

    async def post_ocsp(request: HTTPRequest) -> HTTPResponse:
        found = await responder.answer(request.body, now=clock.now())
        return _bytes(_OCSP, found.der)

    async def get_ocsp(request: HTTPRequest) -> HTTPResponse:
        now = clock.now()
        found = await responder.answer(_decoded(request.raw_path), now=now)
        caching = found.caching.headers(now=now) if found.caching else ()
        return _bytes(_OCSP, found.der, *caching)

    async def get_crl(_: HTTPRequest) -> HTTPResponse:
        now = clock.now()
        der = await revocation_list.current(database, now=now)
        caching = Caching(der, since=now, lifetime=_CACHED_FOR)
        return _bytes("application/pkix-crl", der, *caching.headers(now=now))

    async def get_issuer(_: HTTPRequest) -> HTTPResponse:
        now = clock.now()
        caching = Caching(authority.der, since=now, lifetime=_ISSUER_CACHED_FOR)
        return _bytes("application/pkix-cert", authority.der, *caching.headers(now=now))

    async def get_status_list(request: HTTPRequest) -> HTTPResponse:
        now = clock.now()
        # A list of another moment is not to be had (Token Status List, section 8.4), nor is
        # anything else that a query could ask for.
        if request.query:
            raise StatusListUnknown
        number = _number(request.path_params["number"])
        found = await status_lists.current(number, form=wanted_form(request), now=now)
        return _status_list(found, request, now=now)

    return [
        mount("/ocsp", {"POST": post_ocsp}, errors=_ocsp_error),
        mount("/ocsp/{encoded:path}", {"GET": get_ocsp}, errors=_ocsp_error),
        mount("/crl/authsvc.crl", {"GET": get_crl}),
        mount("/ca/authsvc.cer", {"GET": get_issuer}),
        mount("/status-lists/{number:str}", {"GET": get_status_list}, errors=_open_error),
        *_of_credentials(certificates.credentials, database, clock),
    ]


def _of_credentials(
    credentials: Credentials, database: Database, clock: Clock
) -> Sequence[ControllerRouterHandler]:
    """What is to be known of credentials, by whoever meets one."""
    lists = CredentialStatusLists(credentials, database)

    async def get_credential_list(request: HTTPRequest) -> HTTPResponse:
        now = clock.now()
        if request.query:
            raise StatusListUnknown
        number = _number(request.path_params["number"])
        found = await lists.current(number, form=wanted_form(request), now=now)
        return _status_list(found, request, now=now)

    async def get_credential_lists(request: HTTPRequest) -> HTTPResponse:
        found = await lists.addresses(now=clock.now())
        document = msgspec.json.encode({"status_lists": found})
        return _json(document, request, kept_for=LISTS_KEPT_FOR)

    async def get_credential_keys(request: HTTPRequest) -> HTTPResponse:
        document = credentials.issuer_metadata(now=clock.now())
        return _json(document, request, kept_for=_KEYS_CACHED_FOR)

    async def get_type(request: HTTPRequest) -> HTTPResponse:
        document = credentials.type_metadata(request.path_params["name"])
        return _json(document, request, kept_for=_ISSUER_CACHED_FOR)

    async def get_credential_issuer(_: HTTPRequest) -> HTTPResponse:
        now = clock.now()
        der = credentials.anchor(now=now).public_bytes(Encoding.DER)
        caching = Caching(der, since=now, lifetime=_ISSUER_CACHED_FOR)
        return _bytes("application/pkix-cert", der, *caching.headers(now=now))

    async def get_credential_crl(_: HTTPRequest) -> HTTPResponse:
        now = clock.now()
        der = await credentials.revoked_signers.current(now=now)
        caching = Caching(der, since=now, lifetime=_CACHED_FOR)
        return _bytes("application/pkix-crl", der, *caching.headers(now=now))

    return [
        mount("/crl/credentials.crl", {"GET": get_credential_crl}),
        mount("/ca/credentials.cer", {"GET": get_credential_issuer}),
        mount("/.well-known/jwt-vc-issuer", {"GET": get_credential_keys}, errors=_open_error),
        mount("/credentials/types/{name:str}", {"GET": get_type}, errors=_open_error),
        mount(STATUS_LISTS, {"GET": get_credential_lists}, errors=_open_error),
        mount(
            STATUS_LISTS + "/{number:str}",
            {"GET": get_credential_list},
            errors=_open_error,
        ),
    ]


def _number(text: str) -> int:
    """The number of a status list; it has one spelling."""
    if not _NUMBER.fullmatch(text):
        raise StatusListUnknown
    return int(text)


def _status_list(found: PublishedList, request: HTTPRequest, *, now: datetime) -> HTTPResponse:
    """A list; or, to a cache that has it, that it has not changed (RFC 9110 section 13.1.2)."""
    left = int((found.signed_at + LISTS_KEPT_FOR - now).total_seconds())
    tag = f'"{found.tag}"'
    directives = f"max-age={left}, public"
    headers = (("cache-control", directives), ("etag", tag), ("vary", "accept"), _OPEN)
    if tag in (request.headers.get("if-none-match") or ""):
        return HTTPResponse(304, headers)
    return _bytes(found.form.value, found.token, *headers)


def _json(document: bytes, request: HTTPRequest, *, kept_for: timedelta) -> HTTPResponse:
    """A document that pages may read, or that it has not changed."""
    tag = f'"{sha256(document).hexdigest()}"'
    directives = f"max-age={int(kept_for.total_seconds())}, public"
    headers = (("cache-control", directives), ("etag", tag), _OPEN)
    if tag in (request.headers.get("if-none-match") or ""):
        return HTTPResponse(304, headers)
    return _bytes("application/json", document, *headers)


def _open_error(request: HTTPRequest, error: AuthsvcError) -> HTTPResponse:
    """A refusal that pages may read, too."""
    return problem_response(request, error).with_headers(_OPEN)


def _decoded(raw_path: bytes) -> bytes:
    """The request in the path of a GET (RFC 5019 section 5); empty, hence malformed, if none is.

    Read from the path as it was sent: base64 knows slashes, also two in a row or at the end, which
    routing takes away.
    """
    encoded = unquote_to_bytes(raw_path).partition(_OCSP_PREFIX)[2]
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return b""


def _bytes(content_type: str, body: bytes, *headers: tuple[str, str]) -> HTTPResponse:
    return HTTPResponse(200, (("content-type", content_type), *headers), body)


def _ocsp_error(request: HTTPRequest, error: AuthsvcError) -> HTTPResponse:
    """A refusal in OCSP's own words, where it has one (RFC 6960 section 2.3)."""
    if isinstance(error, Unavailable):
        status = OCSPResponseStatus.TRY_LATER
    elif isinstance(error, InvalidInput | TooLarge):
        status = OCSPResponseStatus.MALFORMED_REQUEST
    elif isinstance(error, Incident):
        status = OCSPResponseStatus.INTERNAL_ERROR
    else:
        return problem_response(request, error)
    headers = (("content-type", _OCSP), *error_headers(error))
    return HTTPResponse(status_of(error), headers, refusal(status).der)
