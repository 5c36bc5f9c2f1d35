"""A certificate on paper: who hands it over types the PIN that stands nowhere on it.

    1  the issuer has signed it, as a sheet (`typ`), and it holds
    2  a try is left: three for each sheet, wherever is remembered what was taken
    3  the PIN is the one whose slow digest (scrypt, 128 MiB) is in it
    4  it was not taken here before

It shows less than a certificate in an app: no key answers, so whoever has the sheet and the PIN can
lend both. It cannot be withdrawn, and is over within a day. `purpose` is what its holder has
printed it for, in their words: whoever checks it reads whether that is what they are there for.

    PINRefused         not the PIN
    PINTriesUsedUp     three were tried here
    SheetTaken         it was good here once
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from typing import Annotated, Any

import msgspec
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from authsvc.errors import Text
from authsvc.identifiers import b64url, from_b64url
from authsvc.verify import compact
from authsvc.verify.claims import LEEWAY, moment
from authsvc.verify.dynamic_qr import LONGEST, Memory, OwnMemory
from authsvc.verify.errors import (
    IssuedInTheFuture,
    IssuerRefused,
    TokenExpired,
    TokenMalformed,
    TokenRefused,
)
from authsvc.verify.jws import JWSReader, Keys

TYPE = "printed-certificate+jwt"
TRIES = 3
_SCRYPT = {"n": 2**17, "r": 8, "p": 1}
_DIGEST_BYTES = 32
_PIN_DIGITS = 8
_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=2048)]
_Time = Annotated[int, msgspec.Meta(ge=0, lt=253_402_300_800)]
# 16 and 32 octets in base64url.
_Salt = Annotated[str, msgspec.Meta(min_length=22, max_length=22)]
_Digest = Annotated[str, msgspec.Meta(min_length=43, max_length=43)]


class PINRefused(TokenRefused):
    """Not the PIN that its holder was told."""

    code = "verify.pin_refused"
    title = Text("密码不正确", "This is not the PIN")
    next_step = Text("请持证人再次输入打印时显示的 8 位数字", "Ask for the eight digits once more")


class PINTriesUsedUp(TokenRefused):
    """Whoever has it does not know the PIN."""

    code = "verify.pin_tries_used_up"
    title = Text("密码尝试次数已用完", "The PIN was tried too often")
    next_step = Text("请持证人重新打印一张", "Ask the person to print another one")


class SheetTaken(TokenRefused):
    """It was good here once, and is good once."""

    code = "verify.sheet_taken"
    title = Text("此纸质网证已使用过", "This sheet was used already")
    next_step = Text("请持证人重新打印一张", "Ask the person to print another one")


class _Pin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    salt: _Salt
    digest: _Digest


class _Sheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """As the issuer writes it."""

    iss: _Text
    iat: _Time
    exp: _Time
    jti: _Text
    purpose: _Text
    claims: Mapping[str, bool | str]
    pin: _Pin


@dataclass(frozen=True)
class VerifiedSheet:
    """What it says of whoever handed it over, what for, and until when."""

    issuer: str
    purpose: str
    claims: Mapping[str, Any]
    expires_at: datetime


class PrintedVerifier:
    """One counter, for as long as it is open, or several that share a `memory`.

    `keys` are the issuer's (a KnownIssuer, or VerificationKeys). A sheet says nothing of the
    certificate of the key, so that no `anchors` help.
    """

    def __init__(
        self,
        *,
        issuer: str,
        keys: Keys,
        algorithms: Collection[str] = ("ES256",),
        memory: Memory | None = None,
    ) -> None:
        self._issuer = issuer
        self._reader = JWSReader(keys, types=(TYPE,), algorithms=algorithms, longest=LONGEST)
        self._memory = OwnMemory() if memory is None else memory

    def verify(self, text: str, *, pin: str, now: datetime) -> VerifiedSheet:
        """What the sheet says; a leaf of TokenRefused says which step it failed.

        `text` is what its QR code holds, `pin` what was typed: spaces do not matter.
        """
        # 1
        sheet = self._read(text, now=now)
        until = moment(sheet.exp) + LEEWAY
        name = b64url(sha256(f"{sheet.iss} {sheet.jti}".encode()).digest())
        # 2
        tries = (f"{name}.{place}" for place in range(TRIES))
        if not any(self._memory.claim(each, until=until, now=now) for each in tries):
            raise PINTriesUsedUp
        # 3
        if not _is_pin("".join(pin.split()), sheet.pin):
            raise PINRefused
        # 4
        if not self._memory.claim(name, until=until, now=now):
            raise SheetTaken
        return VerifiedSheet(sheet.iss, sheet.purpose, sheet.claims, moment(sheet.exp))

    def _read(self, text: str, *, now: datetime) -> _Sheet:
        payload = self._reader.read(text, now=now).payload
        try:
            sheet = msgspec.convert(compact.members(payload), _Sheet)
        except msgspec.ValidationError:
            raise TokenMalformed(log="a member is missing, of another kind, or too many") from None
        if sheet.iss != self._issuer:
            raise IssuerRefused
        if moment(sheet.iat) > now + LEEWAY:
            raise IssuedInTheFuture
        if moment(sheet.exp) <= now - LEEWAY:
            raise TokenExpired
        return sheet


def _is_pin(typed: str, kept: _Pin) -> bool:
    """Whether these are the digits. What is no PIN at all costs as little as it tells."""
    if len(typed) != _PIN_DIGITS or not (typed.isascii() and typed.isdigit()):
        return False
    try:
        salt, digest = from_b64url(kept.salt), from_b64url(kept.digest)
    except ValueError:
        raise TokenMalformed(log="no base64url") from None
    found = Scrypt(salt=salt, length=_DIGEST_BYTES, **_SCRYPT).derive(typed.encode("ascii"))
    return compare_digest(found, digest)
