"""Another phone, in the session of its owner.

1  the sign-in is fresh, and as strong as for a new way in: codes and alerts will go to that phone
2  a code goes to the new number
3  the code comes back; in one transaction: the new number waits, and the line in the log
4  the phone on file and every device hear of it; whoever is signed in anywhere can stop it

Until the wait is over (`subscribers.phone`) the new number is nothing: no code is sent to it.
"""

from datetime import datetime

import msgspec

from authsvc.authentication.step_up.sms_codes import SMSCodes
from authsvc.authentication.step_up.step_up import StepUp
from authsvc.enrollment.errors import PhoneCodeWrong
from authsvc.enrollment.phone import parse_phone
from authsvc.holder.door import Visit
from authsvc.holder.errors import PhoneOnFile
from authsvc.holder.person import held_person_of, identity_of, person_of
from authsvc.holder.strength import require_strength_to_add
from authsvc.storage import Database
from authsvc.subscribers import Subscribers
from authsvc.subscribers.activity import ActivityKind, Alerts
from authsvc.subscribers.phone import PhoneChange, PhoneChanges, masked


class PhoneChangeView(msgspec.Struct, frozen=True):
    """A number that waits (masked), and when it will be the one on file."""

    phone: str
    ready_at: datetime

    @classmethod
    def of(cls, change: PhoneChange | None) -> "PhoneChangeView | None":
        """What a person sees of it."""
        return None if change is None else cls(masked(change.phone), change.ready_at)


class PhoneChanging:
    """For whoever is signed in."""

    def __init__(
        self,
        *,
        database: Database,
        subscribers: Subscribers,
        changes: PhoneChanges,
        codes: SMSCodes,
        step_up: StepUp,
        alerts: Alerts,
    ) -> None:
        self._database = database
        self._subscribers = subscribers
        self._changes = changes
        self._codes = codes
        self._step_up = step_up
        self._alerts = alerts

    async def send_code(self, visit: Visit, phone: str) -> None:
        """A code is on its way to the new number.

        FreshSignInRequired, what `require_strength_to_add` raises; PhoneInvalid, PhoneOnFile;
        TooManySMSCodes, the gateway's Unavailable.
        """
        await self._require_strength(visit)
        number = parse_phone(phone)
        async with self._database.reading() as tx:
            subscriber = await person_of(tx, self._subscribers, visit.session)
            identity = await identity_of(tx, self._subscribers, subscriber)
        if number == identity.phone:
            raise PhoneOnFile(field="phone")
        await self._codes.send(visit.session, number, now=visit.now)

    async def confirm(self, visit: Visit, phone: str, code: str) -> PhoneChangeView:
        """The number waits. As `send_code`; PhoneCodeWrong for any code but the one sent to it."""
        await self._require_strength(visit)
        number = parse_phone(phone)
        if not await self._codes.use(visit.session, code.strip(), phone=number):
            raise PhoneCodeWrong(field="code")
        async with self._database.transaction() as tx:
            subscriber = await held_person_of(tx, self._subscribers, visit.session)
            change = await self._changes.begin(
                tx, subscriber, number, network=visit.network, now=visit.now
            )
        await self._alerts.tell(subscriber, ActivityKind.PHONE_CHANGE_BEGUN, now=visit.now)
        return PhoneChangeView(masked(change.phone), change.ready_at)

    async def stop(self, visit: Visit) -> None:
        """The number that waits, if one does, is forgotten; any session may. SessionRequired."""
        async with self._database.transaction() as tx:
            subscriber = await held_person_of(tx, self._subscribers, visit.session)
            await self._changes.stop(tx, subscriber, network=visit.network, now=visit.now)

    async def _require_strength(self, visit: Visit) -> None:
        visit.require_fresh()
        await require_strength_to_add(visit, self._step_up)
