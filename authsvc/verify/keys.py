"""The keys of an issuer, read once from its JWK Set.

A new key is published at least twenty minutes before it signs, and an old one for at least an hour
after it signed last; the set may be kept for fifteen minutes (`Cache-Control`). So a set that is
fetched again every quarter of an hour has every key in time, but for one that replaces a key which
has leaked: it signs at once. Whoever meets a key that is not in their set fetches it once more.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Self

import msgspec
from cryptography import x509

from authsvc.verify.errors import HeaderRefused, KeySetRefused, KeyUnknown
from authsvc.verify.jws import DatedKey
from authsvc.verify.signatures import VerificationKey, certified_key, read_key

# Four algorithms, three keys of each while they follow each other: twelve. Nobody has a hundred.
_MOST = 100
# As long as the service lets its key sets be kept. A key that is not known is looked for sooner,
# but not for everybody who makes one up.
KEPT = timedelta(minutes=15)
LOOKED_FOR = timedelta(minutes=1)


class VerificationKeys:
    """The public keys of an issuer, each under its `kid`. Never changes; a newer set is another."""

    def __init__(self, keys: Mapping[str, VerificationKey]) -> None:
        self._keys = dict(keys)

    @classmethod
    def from_jwks(cls, document: Mapping[str, Any] | str | bytes) -> Self:
        """The keys of a JWK Set (RFC 7517 section 5), as JSON or read already; KeySetRefused.

        Keys of other types, uses and algorithms are passed over.
        """
        members = _listed(document)
        keys = [key for key in map(read_key, members) if key is not None]
        if not keys:
            raise KeySetRefused(log="no key to verify with")
        by_kid = {key.kid: key for key in keys}
        if len(by_kid) < len(keys):
            raise KeySetRefused(log="two keys of one kid")
        return cls(by_kid)

    @classmethod
    def from_issuer_metadata(
        cls, document: Mapping[str, Any] | str | bytes, *, issuer: str
    ) -> Self:
        """The keys in what an issuer of certificates says of itself; KeySetRefused.

        That is `/.well-known/jwt-vc-issuer` (SD-JWT VC section 4), which must name this issuer and
        have the keys inside (`jwks`).
        """
        said = _document(document)
        if said.get("issuer") != issuer:
            raise KeySetRefused(log="another issuer")
        if not isinstance(said.get("jwks"), dict):
            raise KeySetRefused(log="no keys inside")
        return cls.from_jwks(said["jwks"])

    @classmethod
    def from_certificates(cls, certificates: Sequence[x509.Certificate]) -> Self:
        """The keys of certificates, each under its thumbprint (RFC 7638); KeySetRefused.

        Who they belong to is for whoever hands them over to know: nothing is followed here.
        """
        keys = [_certified(each) for each in certificates]
        if not keys:
            raise KeySetRefused(log="no certificate")
        return cls({key.kid: key for key in keys})

    def find(self, kid: str) -> VerificationKey | None:
        """The key of this name."""
        return self._keys.get(kid)

    def key_of(self, header: Mapping[str, Any], *, now: datetime) -> DatedKey:
        """The key that a header names; HeaderRefused if it names none, KeyUnknown."""
        kid = header.get("kid")
        if not isinstance(kid, str):
            raise HeaderRefused(log="no kid")
        found = self.find(kid)
        if found is None:
            raise KeyUnknown
        return DatedKey(found)


def _listed(document: Mapping[str, Any] | str | bytes) -> list[Mapping[str, Any]]:
    try:
        found = msgspec.convert(_document(document)["keys"], list[dict[str, Any]])
    except (LookupError, TypeError, ValueError):
        raise KeySetRefused(log="not a JWK Set") from None
    if len(found) > _MOST:
        raise KeySetRefused(log="too many keys")
    return list(found)


def _certified(certificate: x509.Certificate) -> VerificationKey:
    try:
        return certified_key(certificate.public_key())
    except ValueError:
        raise KeySetRefused(log="a certificate of a key that is not used here") from None


def _document(document: Mapping[str, Any] | str | bytes) -> Mapping[str, Any]:
    if not isinstance(document, str | bytes):
        return document
    try:
        return msgspec.json.decode(document, type=dict[str, Any])
    except (ValueError, RecursionError):
        raise KeySetRefused(log="not a JSON object") from None
