"""Codes by SMS: sent to a phone, typed into the session that asked. Each is for one purpose.

An out-of-band secret of six digits (NIST SP 800-63B section 3.1.3.2): it lasts ten minutes, works
once, in one session, and dies after five guesses. Only its keyed digest rests.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from authsvc.authentication.errors import TooManySMSCodes
from authsvc.authentication.session import Session
from authsvc.identifiers import new_digits, new_token
from authsvc.keyring import KeyedDigest
from authsvc.storage import Ephemeral, Kind
from authsvc.subscribers.activity import Messenger

# SP 800-63B section 3.1.3.2: at least six decimal digits, and no more than ten minutes.
DIGITS = 6
LASTS = timedelta(minutes=10)
# Ours: whoever mistypes five times looks again or asks for another one.
GUESSES = 5
# Ours: whoever knows the password can make us send these; a phone must not ring all night.
PER_HOUR = 5
PER_DAY = 20
# Asked again within so long, the message is on its way; after that another one is wanted.
_REPETITION = timedelta(seconds=60)


@dataclass(frozen=True)
class CodePurpose:
    """What a code is for: `name` keeps it apart from others, `text` says it to the person."""

    name: str
    text: str


STEP_UP = CodePurpose(
    "sms-code",
    "【网号】验证码 {code}，用于确认本次登录，10分钟内有效。请勿告诉任何人。"
    " Your sign-in code is {code}, valid for 10 minutes. Tell it to nobody.",
)
NEW_PHONE = CodePurpose(
    "new-phone-code",
    "【网号】验证码 {code}，用于登记此手机号，10分钟内有效。请勿告诉任何人。"
    " Your code to give this phone to your online number is {code}, valid for 10 minutes."
    " Tell it to nobody.",
)


class SentCode(msgspec.Struct, frozen=True):
    """A code on its way: its name, its keyed digest, to which phone, and when."""

    name: str
    digest: bytes
    phone: str
    sent_at: datetime

    def __repr__(self) -> str:
        return "SentCode(sealed)"


class SMSCodes:
    """Sends them, and takes them back once."""

    def __init__(
        self,
        *,
        ephemeral: Ephemeral,
        digests: KeyedDigest,
        messenger: Messenger,
        purpose: CodePurpose = STEP_UP,
    ) -> None:
        self._purpose = purpose
        self._sent = Kind(purpose.name, SentCode, LASTS)
        self._ephemeral = ephemeral
        self._digests = digests
        self._messenger = messenger

    async def send(self, session: Session, phone: str, *, now: datetime) -> None:
        """A code is on its way; an older one is void. Within a minute the older one stands.

        TooManySMSCodes; the gateway's Unavailable changes nothing.
        """
        sent = await self._ephemeral.get(self._sent, session.origin)
        if sent is not None and sent.phone == phone and now - sent.sent_at < _REPETITION:
            return
        await self._count_message(session)
        code = new_digits(DIGITS)
        fresh = SentCode(new_token(16), self._digest(session, code), phone, now)
        await self._messenger.send(phone, self._purpose.text.format(code=code), now=now)
        await self._ephemeral.put(self._sent, session.origin, fresh)

    async def use(self, session: Session, code: str, *, phone: str) -> bool:
        """Whether this is the code that was sent, to this phone, for this session; once."""
        sent = await self._ephemeral.get(self._sent, session.origin)
        if sent is None or sent.phone != phone:
            return False
        # Counted before it is looked at, so that guesses made at once are counted together.
        guesses = f"{self._purpose.name}-guesses"
        if await self._ephemeral.count(guesses, sent.name, window=LASTS) > GUESSES:
            await self._ephemeral.forget(self._sent, session.origin)
            return False
        if not hmac.compare_digest(sent.digest, self._digest(session, code)):
            return False
        taken = await self._ephemeral.take(self._sent, session.origin)
        return taken is not None and taken.name == sent.name

    async def _count_message(self, session: Session) -> None:
        person = str(session.subscriber_id)
        for namespace, most, window in (
            ("of-a-day", PER_DAY, timedelta(days=1)),
            ("of-an-hour", PER_HOUR, timedelta(hours=1)),
        ):
            counted = f"{self._purpose.name}s-{namespace}"
            if await self._ephemeral.count(counted, person, window=window) > most:
                raise TooManySMSCodes(retry_after=int(window.total_seconds()))

    def _digest(self, session: Session, code: str) -> bytes:
        return self._digests.digest(self._purpose.name, session.origin, code)
