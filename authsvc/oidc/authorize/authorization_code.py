"""Authorization codes: issued once, redeemed once (RFC 6749 section 4.1.2).

A code carries what it stands for, sealed: issuing it writes nothing anywhere. It is good for 60
seconds and for one claim, and only while the place that remembers claims has not lost its memory
since (`Ephemeral.birth`). That it was redeemed is remembered longer, so that a second redemption is
recognised for what it is: an alarm, of which everything that came of the first dies.

A code would grow too long for an address with a rich request: then what it stands for rests beside
the claims, sealed as well.
"""

from collections.abc import Awaitable
from datetime import datetime, timedelta

import msgspec

from authsvc.clients import Client
from authsvc.identifiers import b64url, from_b64url, new_token
from authsvc.keyring import SealBroken, Seals
from authsvc.oidc.authorization import Authorization
from authsvc.oidc.authorize import pkce
from authsvc.oidc.errors import InvalidGrant
from authsvc.oidc.token.confirmation import Confirmation, require_key
from authsvc.storage import Ephemeral, Kind

# The FAPI 2.0 Security Profile allows 60 seconds (section 5.3.2.1); RFC 6749 ten minutes.
LIFETIME = timedelta(seconds=60)
REMEMBERED = timedelta(minutes=10)

_REDEEMED = "authorization-code-redeemed"
_CONTEXT = "authorization-code"
# Of `new_token()`.
_REFERENCE_CHARACTERS = 43
# In octets before base64url. Addresses of 8000 octets are understood everywhere (RFC 9112 section
# 3); `state` may take half of that.
_LONGEST_CARRIED = 1500


class CodeRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a code stands for. `birth` is that of the place where its redemption will be claimed."""

    authorization: Authorization
    redirect_uri: str
    birth: str
    code_challenge: str | None = None

    def check(
        self,
        *,
        client: Client,
        redirect_uri: str,
        code_verifier: str | None,
        confirmation: Confirmation | None,
    ) -> None:
        """Returns if this client may redeem it with these; InvalidGrant says what does not fit."""
        if self.authorization.client_id != client.client_id:
            raise InvalidGrant("the code is unknown or has expired")
        if self.redirect_uri != redirect_uri:
            raise InvalidGrant("redirect_uri is not that of the authorization request")
        pkce.verify(self.code_challenge, code_verifier)
        require_key(self.authorization, confirmation)

    def check_birth(self, birth: str) -> None:
        """Returns if redemptions are claimed where this code was issued; InvalidGrant if not."""
        if birth != self.birth:
            raise InvalidGrant("the code is unknown or has expired")

    def check_age(self, now: datetime) -> None:
        """Returns while the code is good; InvalidGrant afterwards."""
        if now >= self.authorization.authorized_at + LIFETIME:
            raise InvalidGrant("the code is unknown or has expired")


_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(CodeRecord).decode

_CODE = Kind("authorization-code", CodeRecord, REMEMBERED)


class AuthorizationCodes:
    """Makes codes and knows them again."""

    def __init__(self, ephemeral: Ephemeral, *, seals: Seals) -> None:
        self._ephemeral = ephemeral
        self._seals = seals

    async def issue(self, record: CodeRecord) -> str:
        """A fresh code, which nobody can guess or alter."""
        packed = _pack(record)
        if len(packed) <= _LONGEST_CARRIED:
            return b64url(self._seals.seal(packed, context=_CONTEXT))
        code = new_token()
        await self._ephemeral.put(_CODE, code, record)
        return code

    async def find(self, code: str) -> CodeRecord:
        """What a code stands for; InvalidGrant if it is unknown. Nothing is consumed."""
        record = self._opened(code)
        if record is None and len(code) == _REFERENCE_CHARACTERS:
            record = await self._ephemeral.get(_CODE, code)
        if record is None:
            raise InvalidGrant("the code is unknown or has expired")
        return record

    def claim(self, record: CodeRecord) -> Awaitable[bool]:
        """True for the first redemption, False for every other.

        Whoever claims must ask for the birth of the place afterwards, and `check_birth`: one that
        has forgotten could not tell the first.
        """
        family = str(record.authorization.family_id)
        return self._ephemeral.claim(_REDEEMED, family, lifetime=REMEMBERED)

    def _opened(self, code: str) -> CodeRecord | None:
        try:
            return _unpack(self._seals.open(from_b64url(code), context=_CONTEXT))
        except (SealBroken, ValueError):
            return None
