"""A status list, signed, for who speaks CBOR (Token Status List, section 5.2; RFC 8392, RFC 9052).

A tagged COSE_Sign1 without the tag of a CWT, by the key that signs the JWT of the same list. What
the one form tells, the other does: `kid` is the name of the key as JSON has it, in octets, and
`x5chain` (RFC 9360) the certificate of who signs credentials. A signature over the one never reads
as one over the other: a JWS is over ASCII, a COSE signature over CBOR.
"""

import base64
from collections.abc import Sequence
from datetime import datetime, timedelta

import cbor2

from authsvc.certificates.status_form import StatusForm
from authsvc.certificates.status_list import StatusList
from authsvc.certificates.status_token import LIFETIME, TTL
from authsvc.keyring import SigningKey

_SIGN1 = 18  # RFC 9052 section 2
# RFC 9052 section 3.1, RFC 9360 section 2, RFC 9596: labels of a header.
_ALG, _KID, _X5CHAIN, _TYP = 1, 4, 33, 16
# RFC 9053 section 2.
_ALGORITHMS = {"ES256": -7, "EdDSA": -8}
# RFC 8392 section 4, Token Status List section 5.2: claims.
_SUB, _EXP, _IAT, _TTL, _STATUS_LIST = 2, 4, 6, 65534, 65533


def signed_cwt(
    statuses: StatusList,
    *,
    uri: str,
    key: SigningKey,
    chain: Sequence[str] = (),
    lifetime: timedelta = LIFETIME,
    aggregation: str | None = None,
    now: datetime,
) -> bytes:
    """The Status List Token in CWT format; arguments as for `signed_token`."""
    protected = cbor2.dumps({_ALG: _ALGORITHMS[key.alg], _TYP: StatusForm.CWT.value})
    unprotected: dict[int, object] = {_KID: key.kid.encode()}
    if chain:
        unprotected[_X5CHAIN] = _chain(chain)
    payload = cbor2.dumps(_claims(statuses, uri, lifetime, aggregation, now))
    # RFC 9052 section 4.4, without external data.
    signature = key.sign(cbor2.dumps(["Signature1", protected, b"", payload]))
    return cbor2.dumps(cbor2.CBORTag(_SIGN1, [protected, unprotected, payload, signature]))


def _claims(
    statuses: StatusList, uri: str, lifetime: timedelta, aggregation: str | None, now: datetime
) -> dict[int, object]:
    issued_at = int(now.timestamp())
    told: dict[str, object] = {"bits": statuses.bits, "lst": b"".join(statuses.compressed())}
    if aggregation is not None:
        told["aggregation_uri"] = aggregation
    return {
        _SUB: uri,
        _IAT: issued_at,
        _EXP: issued_at + int(lifetime.total_seconds()),
        _TTL: int(TTL.total_seconds()),
        _STATUS_LIST: told,
    }


def _chain(x5c: Sequence[str]) -> bytes | list[bytes]:
    """One certificate stands by itself, several in an array (RFC 9360 section 2)."""
    found = [base64.b64decode(each) for each in x5c]
    return found[0] if len(found) == 1 else found
