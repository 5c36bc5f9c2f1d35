"""Reading how requests come and how answers go out: signed with what, encrypted with what."""

from typing import Any

from authsvc.clients.client import (
    CIBA,
    CONTENT_ENCRYPTION_ALGORITHMS,
    KEY_MANAGEMENT_ALGORITHMS,
    SIGNING_ALGORITHMS,
    Encryption,
)
from authsvc.clients.errors import ClientMetadataInvalid
from authsvc.clients.jwks import can_decrypt, can_sign
from authsvc.clients.metadata_keys import read_alg
from authsvc.clients.metadata_shape import Metadata

# OpenID Connect Registration 2; JARM 1.0 section 3; RFC 9701 section 6.
_ANSWERS = ("id_token", "userinfo", "authorization", "introspection")


def read_requests(
    metadata: Metadata, jwks: dict[str, Any] | None, grant_types: tuple[str, ...]
) -> dict[str, Any]:
    """How a client's requests come: pushed or not, signed or not, and with what."""
    signed = metadata.require_signed_request_object is True
    backchannel = "backchannel_authentication_request_signing_alg"
    found: dict[str, Any] = {
        "require_pushed_authorization_requests": (
            metadata.require_pushed_authorization_requests is True
        ),
        "require_signed_request_object": signed,
        "request_object_signing_alg": _request_alg(metadata, jwks, "request_object_signing_alg"),
    }
    if CIBA in grant_types:
        found[backchannel] = _request_alg(metadata, jwks, backchannel)
    if signed:
        _check_signs(metadata, jwks, "require_signed_request_object", SIGNING_ALGORITHMS)
    return found


def _request_alg(metadata: Metadata, jwks: dict[str, Any] | None, member: str) -> str | None:
    alg = read_alg(getattr(metadata, member), member, among=SIGNING_ALGORITHMS)
    if alg is not None:
        _check_signs(metadata, jwks, member, (alg,))
    return alg


def _check_signs(
    metadata: Metadata, jwks: dict[str, Any] | None, field: str, algorithms: tuple[str, ...]
) -> None:
    """Returns if the client has a key for that; what `jwks_uri` holds is seen when it is used."""
    if metadata.jwks_uri is None and (jwks is None or not can_sign(jwks, algorithms)):
        raise ClientMetadataInvalid(
            field=field, log="needs a key of the client's: jwks (one that fits) or jwks_uri"
        )


def read_answers(metadata: Metadata, jwks: dict[str, Any] | None) -> dict[str, Any]:
    """How answers go out to a client; an ID token is signed with RS256 if nothing is said."""
    found: dict[str, Any] = {
        f"{answer}_signed_response_alg": read_alg(
            getattr(metadata, f"{answer}_signed_response_alg"),
            f"{answer}_signed_response_alg",
            among=SIGNING_ALGORITHMS,
        )
        for answer in _ANSWERS
    }
    found |= {f"{answer}_encryption": _encryption(metadata, jwks, answer) for answer in _ANSWERS}
    if found["id_token_signed_response_alg"] is None:
        found["id_token_signed_response_alg"] = SIGNING_ALGORITHMS[0]
    return found


def _encryption(metadata: Metadata, jwks: dict[str, Any] | None, answer: str) -> Encryption | None:
    alg_member, enc_member = (f"{answer}_encrypted_response_{part}" for part in ("alg", "enc"))
    alg, enc = getattr(metadata, alg_member), getattr(metadata, enc_member)
    if alg is None:
        if enc is not None:
            raise ClientMetadataInvalid(field=alg_member, log=f"is needed with {enc_member}")
        return None
    _check_word(alg, alg_member, KEY_MANAGEMENT_ALGORITHMS)
    enc = CONTENT_ENCRYPTION_ALGORITHMS[0] if enc is None else enc
    _check_word(enc, enc_member, CONTENT_ENCRYPTION_ALGORITHMS)
    if metadata.jwks_uri is None and (jwks is None or not can_decrypt(jwks, alg)):
        raise ClientMetadataInvalid(
            field=alg_member, log="needs a key of the client's: jwks (one that fits) or jwks_uri"
        )
    return Encryption(alg, enc)


def _check_word(word: str, field: str, among: tuple[str, ...]) -> None:
    if word not in among:
        raise ClientMetadataInvalid(field=field, log=f"must be one of {', '.join(among)}")
