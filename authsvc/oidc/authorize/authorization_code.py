"""Authorization codes: issued once, redeemed once (RFC 6749 section 4.1.2).

A code is good for 60 seconds. Its record is kept longer, so that a second redemption is recognised
for what it is: an alarm, of which everything that came of the first dies.
"""

from datetime import datetime, timedelta

import msgspec

from authsvc.clients import Client
from authsvc.identifiers import new_token
from authsvc.oidc.authorization import Authorization
from authsvc.oidc.authorize import pkce
from authsvc.oidc.errors import InvalidGrant
from authsvc.storage import Ephemeral, Kind

# The FAPI 2.0 Security Profile allows 60 seconds (section 5.3.2.1); RFC 6749 ten minutes.
LIFETIME = timedelta(seconds=60)
REMEMBERED = timedelta(minutes=10)

_REDEEMED = "authorization-code-redeemed"


class CodeRecord(msgspec.Struct, frozen=True):
    """What a code stands for. Rests sealed, under the code itself."""

    authorization: Authorization
    redirect_uri: str
    code_challenge: str | None = None

    def check(self, *, client: Client, redirect_uri: str, code_verifier: str | None) -> None:
        """Returns if this client may redeem it with these; InvalidGrant says what does not fit."""
        if self.authorization.client_id != client.client_id:
            raise InvalidGrant("the code is unknown or has expired")
        if self.redirect_uri != redirect_uri:
            raise InvalidGrant("redirect_uri is not that of the authorization request")
        pkce.verify(self.code_challenge, code_verifier)

    def check_age(self, now: datetime) -> None:
        """Returns while the code is good; InvalidGrant afterwards."""
        if now >= self.authorization.authorized_at + LIFETIME:
            raise InvalidGrant("the code is unknown or has expired")


_CODE = Kind("authorization-code", CodeRecord, REMEMBERED)


class AuthorizationCodes:
    """Keeps codes while they matter."""

    def __init__(self, ephemeral: Ephemeral) -> None:
        self._ephemeral = ephemeral

    async def issue(self, record: CodeRecord) -> str:
        """A fresh code: 256 bits."""
        code = new_token()
        await self._ephemeral.put(_CODE, code, record)
        return code

    async def find(self, code: str) -> CodeRecord:
        """What a code stands for; InvalidGrant if it is unknown. Nothing is consumed."""
        record = await self._ephemeral.get(_CODE, code)
        if record is None:
            raise InvalidGrant("the code is unknown or has expired")
        return record

    async def claim(self, code: str) -> bool:
        """True for the first redemption, False for every other."""
        return await self._ephemeral.claim(_REDEEMED, code, lifetime=REMEMBERED)
