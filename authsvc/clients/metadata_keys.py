"""Reading how a client proves itself: the method, its secret, its keys, its certificate."""

import re
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any

from authsvc.clients import uris
from authsvc.clients.certificate import read_distinguished_name
from authsvc.clients.client import SIGNING_ALGORITHMS, AuthMethod
from authsvc.clients.credentials import digest_of
from authsvc.clients.errors import ClientMetadataInvalid
from authsvc.clients.jwks import can_sign, has_certificate, read_jwks
from authsvc.clients.metadata_shape import Metadata

# Long enough that a plain digest of it cannot be searched.
SECRET_CHARACTERS = 32

# RFC 8705 section 2.1.2.
_SUBJECTS = (
    "tls_client_auth_subject_dn",
    "tls_client_auth_san_dns",
    "tls_client_auth_san_uri",
    "tls_client_auth_san_ip",
    "tls_client_auth_san_email",
)
_DNS_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9.-]*[a-z0-9])?\Z", re.IGNORECASE)
_MAILBOX = re.compile(r"[\x21-\x3f\x41-\x7e]+@[\x21-\x3f\x41-\x7e]+\Z")


def read_proof(metadata: Metadata) -> dict[str, Any]:
    """The members of a `Client` by which it proves who it is."""
    methods = _auth_methods(metadata)
    jwks = None if metadata.jwks is None else read_jwks(metadata.jwks)
    if jwks is not None and metadata.jwks_uri is not None:
        raise ClientMetadataInvalid(field="jwks", log="either jwks or jwks_uri (RFC 7591)")
    method = methods[0]
    _check_keys(method, jwks, metadata)
    return {
        "auth_methods": methods,
        "secret_digest": _secret_digest(metadata) if method.by_secret else None,
        "jwks": jwks,
        "token_endpoint_auth_signing_alg": _signing_alg(method, jwks, metadata),
        **(_certificate_subject(metadata) if method is AuthMethod.TLS else {}),
        **_binding(metadata),
    }


def read_alg(alg: str | None, field: str, *, among: Sequence[str]) -> str | None:
    """A signature algorithm, in the spelling we use; RFC 9864 has a second name for EdDSA."""
    spelt = "EdDSA" if alg == "Ed25519" else alg
    if spelt is not None and spelt not in among:
        raise ClientMetadataInvalid(field=field, log=f"must be one of {', '.join(among)}")
    return spelt


def _auth_methods(metadata: Metadata) -> tuple[AuthMethod, ...]:
    registered = metadata.token_endpoint_auth_method
    if registered is None:
        return (AuthMethod.BASIC, AuthMethod.POST)
    try:
        return (AuthMethod(registered),)
    except ValueError:
        raise ClientMetadataInvalid(
            field="token_endpoint_auth_method", log=f"must be one of {', '.join(AuthMethod)}"
        ) from None


def _secret_digest(metadata: Metadata) -> bytes:
    secret = metadata.client_secret or ""
    if len(secret) < SECRET_CHARACTERS or not secret.isprintable():
        raise ClientMetadataInvalid(
            field="client_secret", log=f"must have {SECRET_CHARACTERS} or more printable characters"
        )
    return digest_of(secret)


def _check_keys(method: AuthMethod, jwks: dict[str, Any] | None, metadata: Metadata) -> None:
    """The methods that rest on the client's keys need them."""
    if method not in (AuthMethod.PRIVATE_KEY_JWT, AuthMethod.SELF_SIGNED_TLS):
        return
    if jwks is None:
        if metadata.jwks_uri is None:
            raise ClientMetadataInvalid(
                field="jwks", log=f"{method} needs the client's keys: jwks or jwks_uri"
            )
    elif method is AuthMethod.SELF_SIGNED_TLS and not has_certificate(jwks):
        raise ClientMetadataInvalid(
            field="jwks", log="no key has a certificate in x5c (RFC 8705 section 2.2.2)"
        )


def _signing_alg(method: AuthMethod, jwks: dict[str, Any] | None, metadata: Metadata) -> str | None:
    """The algorithm of the client's assertions; none but this one, if it is named."""
    if method is not AuthMethod.PRIVATE_KEY_JWT:
        return None
    field = "token_endpoint_auth_signing_alg"
    alg = read_alg(metadata.token_endpoint_auth_signing_alg, field, among=SIGNING_ALGORITHMS)
    if jwks is not None and not can_sign(jwks, SIGNING_ALGORITHMS if alg is None else (alg,)):
        raise ClientMetadataInvalid(field="jwks", log="no key for the signature of an assertion")
    return alg


def _certificate_subject(metadata: Metadata) -> dict[str, str]:
    named = {member: getattr(metadata, member) for member in _SUBJECTS}
    found = {member: value for member, value in named.items() if value is not None}
    if len(found) != 1:
        raise ClientMetadataInvalid(
            field=_SUBJECTS[0], log=f"tls_client_auth needs exactly one of {', '.join(_SUBJECTS)}"
        )
    ((member, value),) = found.items()
    if not _sound_subject(member, value):
        raise ClientMetadataInvalid(field=member, log="not a name of this kind")
    return found


def _sound_subject(member: str, value: str) -> bool:
    if member.endswith("_dns"):
        return _DNS_NAME.match(value) is not None
    if member.endswith("_email"):
        return _MAILBOX.match(value) is not None
    try:
        if member.endswith("_ip"):
            ip_address(value)
        elif member.endswith("_uri"):
            uris.check_identifier(value, field=member)
        else:
            read_distinguished_name(value)
    except ValueError:
        return False
    return True


def _binding(metadata: Metadata) -> dict[str, bool]:
    """To what the client's access tokens are bound (RFC 8705 section 3.4; RFC 9449 section 5.2)."""
    by_certificate = metadata.tls_client_certificate_bound_access_tokens is True
    by_key = metadata.dpop_bound_access_tokens is True
    if by_certificate and by_key:
        raise ClientMetadataInvalid(
            field="dpop_bound_access_tokens", log="tokens are bound to one thing, not to two"
        )
    return {
        "tls_client_certificate_bound_access_tokens": by_certificate,
        "dpop_bound_access_tokens": by_key,
    }
