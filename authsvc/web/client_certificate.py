"""The certificate of the client at the other end of TLS, however it comes to us.

Mostly a proxy ends TLS and reports the certificate in the header `Client-Cert` (RFC 9440). A header
is whatever its sender likes, so it is read from a proxy that the settings name, and taken off every
request, with all its relatives: nobody further in can mistake one for a certificate.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from authsvc.web.asgi import Scope
from authsvc.web.errors import MalformedRequest

CLIENT_CERTIFICATE = "authsvc.client_certificate"
"""The key of the scope under which the DER rests. Nothing that is sent can put it there."""

_CLIENT_CERT = b"client-cert"

# How proxies of all makes spell it, or spell what they found out about it: nginx and its ingress
# (ssl-client-cert, X-SSL-…), Envoy (X-Forwarded-Client-Cert), Traefik, Azure (X-ARR-ClientCert),
# Amazon (X-Amzn-Mtls-…), Cloudflare (Cf-Client-Cert-…), HAProxy's and Apache's examples.
_RELATIVES = re.compile(
    rb"client-cert(-chain)?\Z"
    rb"|(x-)?(ssl|tls|mtls)-"
    rb"|x-(client|forwarded)-(client-|tls-|ssl-)*(cert|verify|dn|subject|issuer)"
    rb"|x-(arr|amzn-mtls|apigw-tls)-?client-?cert"
    rb"|x-amzn-mtls-"
    rb"|cf-client-cert"
)

# RFC 8941 section 3.3.5: a byte sequence, alone, without parameters.
_BYTE_SEQUENCE = re.compile(rb"[ ]*:([A-Za-z0-9+/]+={0,2}):[ ]*\Z")
# A certificate with RSA 4096 and long names is about 3 kB.
_LONGEST = 16_384


def without_certificates(
    headers: Iterable[tuple[bytes, bytes]],
) -> list[tuple[bytes, bytes]]:
    """The headers without any that speaks of a client's certificate."""
    return [pair for pair in headers if not _is_relative(pair[0])]


def certificate_from_proxy(headers: Iterable[tuple[bytes, bytes]]) -> bytes | None:
    """The DER in `Client-Cert`, None without one; MalformedRequest if it is not as it should be."""
    values = [value for name, value in headers if name.lower() == _CLIENT_CERT]
    if not values:
        return None
    if len(values) > 1 or len(values[0]) > _LONGEST:
        raise MalformedRequest(field="client-cert")
    found = _BYTE_SEQUENCE.match(values[0])
    try:
        der = base64.b64decode(found[1], validate=True) if found else b""
        x509.load_der_x509_certificate(der)
    except (binascii.Error, ValueError, x509.InvalidVersion):
        raise MalformedRequest(field="client-cert") from None
    return der


def certificate_from_server(scope: Scope) -> bytes | None:
    """The DER that our own server took in the handshake (ASGI's TLS extension), None without."""
    tls: Mapping[str, Any] | None = (scope.get("extensions") or {}).get("tls")
    if not tls:
        return None
    chain = list(tls.get("client_cert_chain") or ())
    if not chain or tls.get("client_cert_error"):
        return None
    try:
        return x509.load_pem_x509_certificate(chain[0].encode()).public_bytes(Encoding.DER)
    except (ValueError, x509.InvalidVersion):
        raise MalformedRequest(field="client-cert") from None


@lru_cache(maxsize=256)
def _is_relative(name: bytes) -> bool:
    # NOTE: behind some servers "_" and "-" are one; a client would only have to choose.
    return _RELATIVES.match(name.lower().replace(b"_", b"-")) is not None
