"""A certificate on paper, for whoever has no phone: it says that its holder is a verified person.

Paper keeps no key and answers no question, so it is no credential of the other kinds and must never
pass for one: a JWS with a `typ` of its own, without `vct`, `cnf` or `~`. What there is instead:

    pin       eight digits that its holder was told and that stand nowhere on the sheet: a slow
              digest of them, so that whoever copies the sheet has not copied those
    purpose   what the holder has printed it for; whoever checks it reads it
    jti       random, so that it is good once wherever is remembered what was taken
    exp       at most a day, as of everything here that nobody can withdraw

There is no name or number in it, and nothing that two sheets of one person have in common.
"""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import msgspec
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from authsvc.certificates.credentials.claims import told
from authsvc.certificates.credentials.compact_jws import compact
from authsvc.certificates.credentials.kinds import KINDS, Validity, validity
from authsvc.certificates.credentials.signer import CredentialSigner
from authsvc.certificates.credentials.statement import Statement
from authsvc.clock import china_today
from authsvc.identifiers import b64url, new_digits, new_token

_TYPE = "printed-certificate+jwt"
_PIN_DIGITS = 8
# As OWASP's cheat sheet on password storage has scrypt at the least: 128 MiB and a third of a
# second for each guess. All 10^8 take a core more than a year; the sheet holds for a day.
_SCRYPT = {"n": 2**17, "r": 8, "p": 1}
_DIGEST_BYTES = 32
_SALT_BYTES = 16
_JTI_BYTES = 16
# A day, to the hour, and never longer than the document: as what is shown at a counter.
_HOLDS_AS = KINDS["verified-person-counter"]


class _Pin(msgspec.Struct, frozen=True):
    salt: str
    digest: str


class _Claims(msgspec.Struct, frozen=True):
    iss: str
    iat: int
    exp: int
    jti: str
    purpose: str
    claims: Mapping[str, object]
    pin: _Pin


@dataclass(frozen=True)
class Sheet:
    """What is printed (`text`, drawn as a QR code; it tells `claims`), and what is kept in mind."""

    text: str = field(repr=False)
    claims: Mapping[str, object] = field(repr=False)
    pin: str = field(repr=False)
    expires_at: datetime


def term(*, document_valid_until: date | None, now: datetime) -> Validity:
    """From when to when a sheet holds that is printed now; DocumentEndsTooSoon."""
    return validity(_HOLDS_AS, document_valid_until=document_valid_until, now=now)


def printed(
    signer: CredentialSigner,
    *,
    issuer: str,
    statement: Statement,
    discloses: Collection[str],
    purpose: str,
    times: Validity,
    now: datetime,
) -> Sheet:
    """A sheet that tells the claims in `discloses`. It takes a moment, and 128 MiB: off the loop.

    `times` is its `term`.
    """
    known = told(_HOLDS_AS, statement, None, day=china_today(now))
    tells = {name: value for name, value in known.items() if name in discloses}
    pin, salt = new_digits(_PIN_DIGITS), os.urandom(_SALT_BYTES)
    digest = Scrypt(salt=salt, length=_DIGEST_BYTES, **_SCRYPT).derive(pin.encode("ascii"))
    key = signer.at(times.issued_at).key
    claims = _Claims(
        iss=issuer,
        iat=int(times.issued_at.timestamp()),
        exp=int(times.expires_at.timestamp()),
        jti=new_token(_JTI_BYTES),
        purpose=purpose,
        claims=tells,
        pin=_Pin(b64url(salt), b64url(digest)),
    )
    # Without the certificate of the key (`x5c`): the sheet is read by a camera.
    text = compact({"alg": key.alg, "typ": _TYPE, "kid": key.kid}, claims, key=key)
    return Sheet(text, tells, pin, times.expires_at)
