"""The message port: how a code reaches a phone."""

from datetime import datetime, timedelta
from typing import Protocol

import httpx2
import msgspec

from authsvc.enrollment.errors import SMSUnavailable
from authsvc.enrollment.gateway import ask
from authsvc.settings import Gateway
from authsvc.storage import Ephemeral, Kind


class SMSGateway(Protocol):
    """Whoever can send a message to a phone."""

    async def send(self, phone: str, text: str, *, now: datetime) -> None:
        """Sends `text` to `phone` (E.164); SMSUnavailable if that is not certain."""
        ...


class Message(msgspec.Struct, frozen=True):
    """A message as it was sent."""

    text: str
    sent_at: datetime


_OUTBOX_LASTS = timedelta(hours=1)
_OUTBOX = Kind("sms-outbox", Message, _OUTBOX_LASTS)


class OutboxSMSGateway:
    """Sends nothing: keeps messages for an hour, so that a developer can read them."""

    def __init__(self, ephemeral: Ephemeral) -> None:
        self._ephemeral = ephemeral

    async def send(self, phone: str, text: str, *, now: datetime) -> None:
        """Puts a message into the outbox, behind the earlier ones."""
        place = await self._ephemeral.count("sms-outbox-count", phone, window=_OUTBOX_LASTS)
        await self._ephemeral.put(_OUTBOX, f"{phone}/{place}", Message(text, now))

    async def messages(self, phone: str) -> list[Message]:
        """The messages to a phone, oldest first."""
        count = await self._ephemeral.counted("sms-outbox-count", phone)
        found = [
            await self._ephemeral.get(_OUTBOX, f"{phone}/{place}") for place in range(1, count + 1)
        ]
        return [message for message in found if message is not None]


class Receipt(msgspec.Struct, frozen=True):
    """A gateway's answer: whether it took the message."""

    accepted: bool


class HTTPSMSGateway:
    """A gateway over HTTPS: POST {"to", "text"} -> {"accepted": true}."""

    def __init__(self, gateway: Gateway, client: httpx2.AsyncClient) -> None:
        self._gateway = gateway
        self._client = client

    async def send(self, phone: str, text: str, *, now: datetime) -> None:
        """Hands a message over; SMSUnavailable unless the gateway says that it took it."""
        receipt = await ask(
            self._client,
            self._gateway,
            {"to": phone, "text": text},
            answer=Receipt,
            otherwise=SMSUnavailable,
        )
        if not receipt.accepted:
            raise SMSUnavailable(log="not accepted")
