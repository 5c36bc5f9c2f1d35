"""A credential request (OpenID4VCI 1.0, section 8.2): read, perhaps decrypted, and nothing decided.

What is not understood is ignored, as section 8.2 has it; what is understood has one reading.
"""

from datetime import datetime
from typing import Annotated, Any, TypeVar

import msgspec

from authsvc.clients.client import Encryption
from authsvc.clients.encrypted import DEFLATE
from authsvc.clients.errors import ClientKeyRefused
from authsvc.clients.json_object import read_object
from authsvc.clients.public_jwk import read_public_jwk
from authsvc.errors import AuthsvcError
from authsvc.issuance.errors import InvalidCredentialRequest, InvalidEncryptionParameters
from authsvc.issuance.request_keys import ALGORITHM, CONTENT_ENCRYPTION, LONGEST, RequestKeys
from authsvc.web.errors import ContentTypeRefused
from authsvc.web.forms import require_content_type
from authsvc.web.http import HTTPRequest
from authsvc.web.json_body import check_json

JSON, ENCRYPTED = "application/json", "application/jwt"

# As many as a bucket of platforms may hold.
MOST_PROOFS = 64

_Identifier = Annotated[str, msgspec.Meta(max_length=255)]
_Proofs = Annotated[tuple[str, ...], msgspec.Meta(max_length=MOST_PROOFS)]


class ResponseEncryption(msgspec.Struct, frozen=True):
    """How the wallet wants the answer, perhaps compressed."""

    jwk: dict[str, Any]
    enc: str
    zip: str | None = None


class CredentialRequest(msgspec.Struct, frozen=True):
    """What a wallet asks for. Printed, it shows nothing."""

    credential_identifier: _Identifier | None = None
    credential_configuration_id: _Identifier | None = None
    proofs: dict[str, _Proofs] | None = None
    credential_response_encryption: ResponseEncryption | None = None

    def __repr__(self) -> str:
        return "<CredentialRequest>"


class DeferredRequest(msgspec.Struct, frozen=True):
    """What a wallet comes back with (section 9.1). Printed, it shows nothing."""

    transaction_id: _Identifier
    credential_response_encryption: ResponseEncryption | None = None

    def __repr__(self) -> str:
        return "<DeferredRequest>"


_Request = TypeVar("_Request", CredentialRequest, DeferredRequest)


def read_request(http: HTTPRequest, keys: RequestKeys, *, now: datetime) -> CredentialRequest:
    """The request; InvalidCredentialRequest, InvalidEncryptionParameters."""
    return _read(http, CredentialRequest, keys, now=now)


def read_deferred(http: HTTPRequest, keys: RequestKeys, *, now: datetime) -> DeferredRequest:
    """The same for a request that came before; errors as above."""
    return _read(http, DeferredRequest, keys, now=now)


def _read(
    http: HTTPRequest, shape: type[_Request], keys: RequestKeys, *, now: datetime
) -> _Request:
    sent_as = (http.headers.get("content-type") or "").partition(";")[0].strip().lower()
    if sent_as == ENCRYPTED:
        body = keys.decrypt(http.body.decode("ascii", "replace").strip(), now=now)
    else:
        body = http.body
        _require_json(http)
    try:
        check_json(body)
        found = msgspec.convert(read_object(body), shape)
    except (AuthsvcError, ValueError):
        raise InvalidCredentialRequest("not the JSON of a credential request") from None
    if found.credential_response_encryption is not None:
        _check_encryption(found.credential_response_encryption, in_the_open=sent_as != ENCRYPTED)
    return found


def encryption_of(asked: ResponseEncryption) -> Encryption:
    """The algorithms, for `clients.encrypted`."""
    return Encryption(alg=ALGORITHM, enc=asked.enc)


def _require_json(http: HTTPRequest) -> None:
    if len(http.body) > LONGEST:
        raise InvalidCredentialRequest("the request is too long")
    try:
        require_content_type(http.headers.get("content-type"), JSON)
    except ContentTypeRefused:
        raise InvalidCredentialRequest("the content type is application/json") from None


def _check_encryption(asked: ResponseEncryption, *, in_the_open: bool) -> None:
    """Section 8.2: whoever can put another key into a request would read the answer."""
    if asked.enc not in CONTENT_ENCRYPTION or asked.zip not in (None, DEFLATE):
        raise InvalidEncryptionParameters("an enc or zip that is not spoken")
    if asked.jwk.get("alg") != ALGORITHM or not _is_usable(asked.jwk):
        raise InvalidEncryptionParameters("jwk is not a public key for ECDH-ES")
    if in_the_open:
        raise InvalidEncryptionParameters("who wants the answer encrypted encrypts the request")


def _is_usable(jwk: dict[str, Any]) -> bool:
    try:
        return read_public_jwk(jwk).crv == "P-256"
    except ClientKeyRefused:
        return False
