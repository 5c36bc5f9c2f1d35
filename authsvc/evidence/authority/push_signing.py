"""Signing a push: the counterpart of `evidence.push`."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jws
from joserfc.jwk import ECKey

from authsvc.evidence.push import ALGORITHM, LIFETIME, TYPE, PushClaims, key_name
from authsvc.evidence.register import StatusChange
from authsvc.evidence.register_messages import ChangeEntry
from authsvc.identifiers import new_token


def signed_push(
    key: ec.EllipticCurvePrivateKey,
    changes: Sequence[StatusChange],
    *,
    audience: str,
    now: datetime,
) -> str:
    """The changes as a compact JWS of the register's `key` for `audience`."""
    claims = PushClaims(
        aud=audience,
        iat=int(now.timestamp()),
        exp=int((now + LIFETIME).timestamp()),
        jti=new_token(),
        changes=[ChangeEntry.of(change) for change in changes],
    )
    header = {"alg": ALGORITHM, "typ": TYPE, "kid": key_name(key.public_key())}
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return jws.serialize_compact(
        header, msgspec.json.encode(claims), ECKey.import_key(pem), algorithms=[ALGORITHM]
    )
