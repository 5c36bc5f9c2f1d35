"""A status list, signed (Token Status List, section 5.1): what anybody may fetch, keep and check.

A list of certificates is signed by the ES256 key that signs tokens now, found at `/jwks` under its
`kid`, like an ID token: whoever verifies those needs nothing else. A list of credentials is signed
as they are, with the same certificate in `x5c`. `typ` keeps the kinds apart.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain

import msgspec

from authsvc.certificates.status_list import StatusList, base64url
from authsvc.identifiers import b64url
from authsvc.keyring import SigningKey

TYPE = "statuslist+jwt"
# We hand a list out for half a minute, and ask whoever takes it to look again after another half: a
# frozen certificate is refused within a minute. Who cannot reach us goes on for ten, as by the CRL.
KEPT_FOR = timedelta(seconds=30)
TTL = timedelta(seconds=30)
LIFETIME = timedelta(minutes=10)


def signed_token(
    statuses: StatusList,
    *,
    uri: str,
    key: SigningKey,
    chain: Sequence[str] = (),
    lifetime: timedelta = LIFETIME,
    aggregation: str | None = None,
    now: datetime,
) -> bytes:
    """The Status List Token in JWT format; `uri` is where it is found, and its subject.

    `chain` are the certificates of the key (`x5c`), without the anchor; `aggregation` is where all
    lists are named (section 9.2).
    """
    header: dict[str, object] = {"alg": key.alg, "kid": key.kid, "typ": TYPE}
    if chain:
        header["x5c"] = chain
    pieces = [b64url(msgspec.json.encode(header)).encode("ascii"), b"."]
    payload = _payload(statuses, uri=uri, lifetime=lifetime, aggregation=aggregation, now=now)
    pieces.extend(base64url(payload))
    signing_input = b"".join(pieces)
    pieces.clear()
    return b".".join((signing_input, b64url(key.sign(signing_input)).encode("ascii")))


_json = msgspec.json.encode


def _payload(
    statuses: StatusList,
    *,
    uri: str,
    lifetime: timedelta,
    aggregation: str | None,
    now: datetime,
) -> Iterator[bytes]:
    """The claims in JSON, in pieces: `lst` may be as long as everything else in the process."""
    issued_at = int(now.timestamp())
    claims = {
        "sub": uri,
        "iat": issued_at,
        "exp": issued_at + int(lifetime.total_seconds()),
        "ttl": int(TTL.total_seconds()),
    }
    begin = msgspec.json.encode(claims)[:-1]
    where = b"" if aggregation is None else b'"aggregation_uri":%b,' % _json(aggregation)
    opened = b',"status_list":{%b"bits":%d,"lst":"' % (where, statuses.bits)
    return chain((begin, opened), statuses.lst(), (b'"}}',))
