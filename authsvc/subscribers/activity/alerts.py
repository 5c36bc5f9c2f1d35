"""Alerts: what a person hears of at once, in the app and on the phone.

The line in the log is the alert in the app. The message to the phone says what happened and what to
do, and names neither the person nor a platform: a phone on a table is read by anybody.
"""

from datetime import datetime, timedelta
from typing import Protocol

import structlog

from authsvc.errors import AuthsvcError, Text
from authsvc.storage import Database, Ephemeral
from authsvc.subscribers.activity.entry import ActivityKind
from authsvc.subscribers.subscriber import Subscriber
from authsvc.subscribers.subscribers import Subscribers

_log = structlog.get_logger()

_NEWS: dict[ActivityKind, Text] = {
    ActivityKind.PLATFORM_ALLOWED: Text(
        "您的网号首次用于一个平台", "Your online number was used at a platform for the first time"
    ),
    ActivityKind.IDENTITY_ALLOWED: Text(
        "您同意向一个平台提供姓名和证件号码",
        "You allowed a platform to be told your name and document number",
    ),
    ActivityKind.DEVICE_ADDED: Text(
        "您的网号添加了新设备", "A new device was added to your online number"
    ),
    ActivityKind.PASSKEY_ADDED: Text(
        "您的网号添加了新的通行密钥", "A new passkey was added to your online number"
    ),
    ActivityKind.TOTP_TURNED_ON: Text(
        "您的网号开启了动态口令", "One-time codes were turned on for your online number"
    ),
    ActivityKind.HOLDER_CHECK_FAILED: Text(
        "有人使用您的证件，但未通过持有人核验",
        "Somebody presented your document and did not pass the holder check",
    ),
    ActivityKind.DOCUMENT_ADDED: Text(
        "您的网号添加了另一证件", "Another document was added to your online number"
    ),
    ActivityKind.DOCUMENT_LOST: Text(
        "您的证件已挂失，其网证已暂停使用",
        "Your document was reported lost, and what rests on it is on hold",
    ),
    ActivityKind.DOCUMENT_SUPERSEDED: Text(
        "您的证件已换发新证，请在应用中出示新证件",
        "A new document was issued to you: show it in the app",
    ),
    ActivityKind.DOCUMENT_ENDS_SOON: Text(
        "您的证件即将到期，可在应用中申请换领",
        "Your document ends soon: you can apply for another in the app",
    ),
    ActivityKind.IDENTITY_NUMBER_CHANGED: Text(
        "您的证件号码已变更，网号不变",
        "Your identity number has changed; your online number has not",
    ),
    ActivityKind.PEOPLE_MERGED: Text(
        "登记机关已将您的两个证件登记为同一人",
        "The register says that two documents are both yours",
    ),
    ActivityKind.NUMBERS_JOINED: Text(
        "您的两个网号已合并为一个", "Your two online numbers are one now"
    ),
    ActivityKind.NATIONALITY_CHANGED: Text(
        "您的国籍登记已变更，请在应用中出示新证件",
        "Your nationality has changed: show your new document in the app",
    ),
    ActivityKind.NUMBER_ENDED: Text(
        "登记机关登记持有人死亡，网号已终止",
        "The register reports a death, and the online number has ended",
    ),
    ActivityKind.NUMBER_REVIVED: Text(
        "死亡登记已撤销，请出示证件以解冻网号",
        "The report of a death was withdrawn: show your document to unfreeze your number",
    ),
    ActivityKind.FROZEN: Text("您的网号已冻结", "Your online number is frozen"),
    ActivityKind.DOCUMENT_REPLACED: Text(
        "您的网号已改用新证件，此前的设备均已停用",
        "Your online number follows a new document; earlier devices no longer work",
    ),
    ActivityKind.UNFROZEN: Text("您的网号已解除冻结", "Your online number is no longer frozen"),
    ActivityKind.RECOVERY_BEGUN: Text(
        "有人正在恢复您的网号的登录方式",
        "Somebody has begun to recover access to your online number",
    ),
    ActivityKind.RECOVERED: Text(
        "您的网号的登录方式已恢复，此前的设备均已停用",
        "Access to your online number was recovered; earlier devices no longer work",
    ),
    ActivityKind.PHONE_CHANGE_BEGUN: Text(
        "有人为您的网号登记了另一个手机号，等待期后生效",
        "Another phone was given for your online number; it counts once a wait is over",
    ),
    ActivityKind.PHONE_CHANGED: Text(
        "您的网号登记的手机号已更换", "The phone of your online number was changed"
    ),
    ActivityKind.HELPER_ADDED: Text(
        "您的网号添加了协助人", "A helper was added to your online number"
    ),
    ActivityKind.GUARDIAN_ADDED: Text(
        "您的网号添加了监护人", "A guardian was added to your online number"
    ),
}

# Ours: whoever adds and removes a passkey, or allows and withdraws a platform, again and again must
# not make a phone ring all night. Of each kind by itself, so that a flood of one hides no other;
# whoever has had ten of it knows, and each line stands in the log.
MESSAGES_A_DAY = 10
_DAY = timedelta(days=1)

_IF_NOT_YOU = Text("如非本人操作，请立即打开应用处理。", "If it was not you, open the app at once.")


class Messenger(Protocol):
    """Whoever can send a message to a phone. Handed over by `app`."""

    async def send(self, phone: str, text: str, *, now: datetime) -> None:
        """Sends `text` to `phone` (E.164); an Unavailable if that is not certain."""
        ...


class Alerts:
    """Sends the news to the phone of whom it concerns."""

    def __init__(
        self,
        *,
        database: Database,
        ephemeral: Ephemeral,
        subscribers: Subscribers,
        messenger: Messenger,
    ) -> None:
        self._database = database
        self._ephemeral = ephemeral
        self._subscribers = subscribers
        self._messenger = messenger

    async def tell(
        self, subscriber: Subscriber, kind: ActivityKind, *, also: str = "", now: datetime
    ) -> None:
        """Sends it, once it has happened and is committed. A gateway that is away stops nothing.

        The line in the log stands whatever becomes of the message; of one kind there are so many
        messages a day. `also` is the phone that was theirs until now, where that is the news.
        """
        async with self._database.reading() as tx:
            identity = await self._subscribers.identity_of(tx, subscriber)
        if identity is None or not identity.phone:
            return
        news = _NEWS[kind]
        text = f"【网号】{news.zh}。{_IF_NOT_YOU.zh} {news.en}. {_IF_NOT_YOU.en}"
        try:
            if await self._is_too_many(subscriber, kind):
                _log.warning("alert_not_sent", kind=kind.value, code="too_many")
                return
            for phone in filter(None, (identity.phone, also)):
                await self._messenger.send(phone, text, now=now)
        except AuthsvcError as error:
            _log.warning("alert_not_sent", kind=kind.value, code=error.code)

    async def _is_too_many(self, subscriber: Subscriber, kind: ActivityKind) -> bool:
        sent = await self._ephemeral.count("alerts", f"{kind.value}:{subscriber.id}", window=_DAY)
        return sent > MESSAGES_A_DAY
