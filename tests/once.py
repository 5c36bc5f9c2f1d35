"""What every house in a test would work out anew, worked out once for the whole session.

Each of these gives the same answer for the same question, so that no test sees a difference but the
time: to check an RSA key takes 40 ms, to read the world's certificate authorities 20, and a service
does either several times before it is open. And nothing here has to outlive a power cut.
"""

import os
import ssl
from functools import cache, lru_cache
from typing import Any

import httpx2
from cryptography.hazmat.primitives import serialization
from httpx2._transports import default as transport

from authsvc.storage import database
from authsvc.web import fetcher

PRAGMAS = database._PRAGMAS
"""What the service really asks of SQLite."""

_load = serialization.load_pem_private_key
_trusted = fetcher.trusted_authorities


def remember() -> None:
    """From now on, in this process."""
    for where, name, instead in (
        (serialization, "load_pem_private_key", _known_key),
        (fetcher, "trusted_authorities", _known_authorities),
        (transport, "create_ssl_context", _known_context),
        (os, "fsync", _nothing),
        (database, "_PRAGMAS", (*PRAGMAS, "PRAGMA synchronous=OFF")),
    ):
        setattr(where, name, instead)


@lru_cache(maxsize=256)
def _known_key(data: bytes, password: bytes | None = None, **options: Any) -> Any:
    return _load(data, password, **options)


@cache
def _machines_own() -> ssl.SSLContext:
    return _trusted()


def _known_authorities(ca_bundle: str = "") -> ssl.SSLContext:
    return _trusted(ca_bundle) if ca_bundle else _machines_own()


@cache
def _usual_context(trust_env: object) -> ssl.SSLContext:
    return httpx2.create_ssl_context(trust_env=bool(trust_env))


def _known_context(**options: Any) -> ssl.SSLContext:
    if options.get("verify") is True and options.get("cert") is None:
        return _usual_context(options.get("trust_env", True))
    return httpx2.create_ssl_context(**options)


def _nothing(_: object) -> None:
    """Instead of waiting for the disk."""
