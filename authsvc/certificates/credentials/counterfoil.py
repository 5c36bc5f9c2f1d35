"""The counterfoil of a credential: what a platform may keep of it, and show an auditor years later.

A credential has to say more than a receipt may: its holder's key, its place in a status list. Two
platforms that kept those could compare. So the issuer signs beside it that there was one: of this
type, for this time, perhaps for this platform, and a random name of its own. The holder discloses
it (claim `receipt`) or keeps it back. It is bound to nobody, so that it opens nothing.

It has no certificate in it (`x5c`): the credential that it comes with brings that of the same key.
"""

from typing import Any

import msgspec

from authsvc.certificates.credentials.compact_jws import compact
from authsvc.certificates.credentials.kinds import Validity
from authsvc.identifiers import new_token
from authsvc.keyring import SigningKey

CLAIM = "receipt"
"""The claim of a credential that holds it."""
TYPE = "credential-counterfoil+jwt"
_JTI_BYTES = 16


class _Claims(msgspec.Struct, frozen=True, omit_defaults=True):
    iss: str
    vct: str
    iat: int
    exp: int
    jti: str
    sector: str | None = None


def counterfoil(
    *, issuer: str, vct: str, times: Validity, sector: str | None, key: SigningKey
) -> str:
    """The counterfoil of one credential: times are that one's, `key` is what signs it."""
    header: dict[str, Any] = {"alg": key.alg, "typ": TYPE, "kid": key.kid}
    claims = _Claims(
        iss=issuer,
        vct=vct,
        iat=int(times.issued_at.timestamp()),
        exp=int(times.expires_at.timestamp()),
        jti=new_token(_JTI_BYTES),
        sector=sector,
    )
    return compact(header, claims, key=key)
