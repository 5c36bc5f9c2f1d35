"""Linking a department's record with a person, by a card that both have seen.

1  the person's document is on file, and the register has it as good
2  the department handed the code out upon that very card, which it had the register check
3  the department is told its own pseudonym of the person, derived for its sector; no number
4  the line in the person's own log
"""

from datetime import datetime, timedelta

from authsvc.attributes import Departments
from authsvc.attributes.errors import LinkCodeUnknown
from authsvc.errors import Text, Throttled
from authsvc.holder.errors import DocumentNotOnFile
from authsvc.identifiers import read_code
from authsvc.storage import Database, Ephemeral
from authsvc.subscribers import DocumentState, Subscriber, Subscribers
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Entry

# Of 20^8 codes, of which a department has a few out at a time, and each is bound to one card.
TRIES_AN_HOUR = 10
_TRIES = "department-link-tries"
_HOUR = timedelta(hours=1)


class TooManyCodes(Throttled):
    """Too many linking codes were tried."""

    code = "holder.too_many_linking_codes"
    title = Text("关联码尝试次数过多", "Too many linking codes were tried")
    next_step = Text("请一小时后再试", "Try again in an hour")


class Links:
    """Makes and ends them."""

    def __init__(
        self,
        departments: Departments,
        *,
        database: Database,
        ephemeral: Ephemeral,
        subscribers: Subscribers,
        activity: ActivityLog,
    ) -> None:
        self._departments = departments
        self._database = database
        self._ephemeral = ephemeral
        self._subscribers = subscribers
        self._activity = activity

    async def make(
        self, subscriber: Subscriber, *, department: str, code: str, now: datetime
    ) -> None:
        """The department knows the person from now on.

        DepartmentUnknown, TooManyCodes, DocumentNotOnFile, LinkCodeUnknown, DepartmentUnavailable.
        """
        found = self._departments.get(department)
        tries = await self._ephemeral.count(_TRIES, str(subscriber.id), window=_HOUR)
        if tries > TRIES_AN_HOUR:
            raise TooManyCodes(retry_after=int(_HOUR.total_seconds()))
        letters = read_code(code)
        if letters is None:
            raise LinkCodeUnknown(field="code")
        # 1.
        document = await self._document(subscriber)
        # 2. and 3.
        person = self._subscribers.subject_for(subscriber, found.kind.sector)
        await found.link(person=person, code=letters, document=document, now=now)
        # 4.
        await self._write(subscriber, ActivityKind.DEPARTMENT_LINKED, department, now=now)

    async def end(self, subscriber: Subscriber, *, department: str, now: datetime) -> None:
        """The department knows the person no longer. DepartmentUnknown, DepartmentUnavailable."""
        found = self._departments.get(department)
        person = self._subscribers.subject_for(subscriber, found.kind.sector)
        await found.unlink(person=person, now=now)
        await self._write(subscriber, ActivityKind.DEPARTMENT_UNLINKED, department, now=now)

    async def _document(self, subscriber: Subscriber) -> tuple[str, str]:
        """The document shown last, by kind and number, if it is good; DocumentNotOnFile."""
        async with self._database.reading() as tx:
            identity = await self._subscribers.identity_of(tx, subscriber)
            records = await self._subscribers.documents_of(tx, subscriber.id)
        if identity is None:
            raise DocumentNotOnFile
        card = (identity.document_kind, identity.document_number)
        digest = self._subscribers.document_digest(*card)
        good = {each.digest for each in records if each.state is DocumentState.VALID}
        if digest not in good:
            raise DocumentNotOnFile
        return card

    async def _write(
        self, subscriber: Subscriber, kind: ActivityKind, department: str, *, now: datetime
    ) -> None:
        async with self._database.transaction() as tx:
            line = Entry(kind=kind, at=now, department=department)
            await self._activity.write(tx, subscriber, line)
