"""Keys to which wallets encrypt their requests (OpenID4VCI 1.0, sections 10 and 12.2.4).

A key is made of the day and a key of the ring, not kept: every worker knows it, and it changes by
itself. Yesterday's opens what was sent by metadata that was read before midnight.

The one place in the service where something from outside is decrypted. So it is as narrow as it can
be: ECDH-ES to P-256, AES-GCM, no compression, no password, a key that is named; and whatever goes
wrong is one refusal.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from authsvc.algorithms import thumbprint
from authsvc.clients.json_object import read_object
from authsvc.identifiers import b64url, from_b64url
from authsvc.issuance.errors import InvalidEncryptionParameters
from authsvc.keyring import KeyedDigest

ALGORITHM = "ECDH-ES"
CONTENT_ENCRYPTION = ("A128GCM", "A256GCM")

# A request with 64 proofs is about 50 kB, in base64 70.
LONGEST = 200_000
_COORDINATE_BYTES = 32
# SEC 2, section 2.4.2: how many points P-256 has.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_DAY = timedelta(days=1)
# RFC 7515 section 4.1.11, RFC 7516 section 4.1.3: each has the rest read in another way.
_REFUSED_MEMBERS = frozenset({"crit", "zip"})


class RequestKeys:
    """The key of today and that of yesterday."""

    def __init__(self, digests: KeyedDigest) -> None:
        self._of_day = lru_cache(maxsize=4)(lambda day: _key(digests, day))

    def jwks(self, *, now: datetime) -> dict[str, Any]:
        """What the metadata publishes: today's, in public."""
        key = self._of_day(_day(now))
        public = key.as_dict(private=False)
        return {"keys": [public | {"use": "enc", "alg": ALGORITHM, "kid": _kid(public)}]}

    def decrypt(self, token: str, *, now: datetime) -> bytes:
        """What was encrypted to one of them; InvalidEncryptionParameters for anything else."""
        try:
            header = _header(token)
            key = self._named(header.get("kid"), now=now)
            opened = jwe.decrypt_compact(token, key, algorithms=[ALGORITHM, *CONTENT_ENCRYPTION])
            if opened.plaintext is None:
                raise ValueError("nothing in it")
        except (JoseError, ValueError, TypeError, LookupError):
            raise InvalidEncryptionParameters("the request cannot be decrypted") from None
        return opened.plaintext

    def _named(self, kid: object, *, now: datetime) -> ECKey:
        for day in (_day(now), _day(now - _DAY)):
            key = self._of_day(day)
            if kid == _kid(key.as_dict(private=False)):
                return key
        raise ValueError("a key that is not ours, or no longer")


def _header(token: str) -> Mapping[str, Any]:
    if len(token) > LONGEST or not token.isascii() or token.count(".") != 4:
        raise ValueError("not a compact JWE")
    header = read_object(from_b64url(token.partition(".")[0]))
    if not _REFUSED_MEMBERS.isdisjoint(header):
        raise ValueError("crit or zip")
    if header.get("alg") != ALGORITHM or header.get("enc") not in CONTENT_ENCRYPTION:
        raise ValueError("an algorithm that is not spoken")
    return header


def _key(digests: KeyedDigest, day: str) -> ECKey:
    # 512 bits, so that no scalar is likelier than another (FIPS 186-5, appendix A.2.1).
    wide = b"".join(digests.digest("credential-request-key", day, half) for half in ("1", "2"))
    private = ec.derive_private_key(
        int.from_bytes(wide, "big") % (_ORDER - 1) + 1, ec.SECP256R1()
    ).private_numbers()
    point = private.public_numbers
    numbers = {"x": point.x, "y": point.y, "d": private.private_value}
    members: dict[str, str | list[str]] = {
        name: b64url(value.to_bytes(_COORDINATE_BYTES, "big")) for name, value in numbers.items()
    }
    return ECKey.import_key({"kty": "EC", "crv": "P-256", **members})


def _kid(public: Mapping[str, Any]) -> str:
    return thumbprint({name: public[name] for name in ("kty", "crv", "x", "y")})


def _day(now: datetime) -> str:
    return f"{now:%Y-%m-%d}"
