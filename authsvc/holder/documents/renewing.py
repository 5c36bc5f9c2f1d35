"""Applying for a new document from the app, before the one on file ends.

The register decides whether it is time, and asking again changes nothing there. What was asked
stands in the person's own log. A stolen session gains nothing by it: the document goes to its
holder, and is taken here only with their face.
"""

from authsvc.evidence.register import DocumentRegister, RenewalAnswer
from authsvc.holder.door import Visit
from authsvc.holder.errors import DocumentNotOnFile, RenewalTooEarly
from authsvc.holder.person import held_person_of, identity_of, person_of
from authsvc.storage import Database
from authsvc.subscribers import Subscribers
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Entry


class Renewing:
    """Applies for documents."""

    def __init__(
        self,
        *,
        database: Database,
        subscribers: Subscribers,
        register: DocumentRegister,
        activity: ActivityLog,
    ) -> None:
        self._database = database
        self._subscribers = subscribers
        self._register = register
        self._activity = activity

    async def ask(self, visit: Visit) -> None:
        """Asks for a document in place of the one shown last.

        SessionRequired; DocumentNotOnFile, RenewalTooEarly, as the register says; and
        RegisterUnavailable, which changes nothing.
        """
        async with self._database.reading() as tx:
            subscriber = await person_of(tx, self._subscribers, visit.session)
            identity = await identity_of(tx, self._subscribers, subscriber)
        answer = await self._register.ask_renewal(identity.document_kind, identity.document_number)
        if answer is RenewalAnswer.TOO_EARLY:
            raise RenewalTooEarly
        if answer is not RenewalAnswer.TAKEN:
            raise DocumentNotOnFile
        async with self._database.transaction() as tx:
            subscriber = await held_person_of(tx, self._subscribers, visit.session)
            asked = Entry(kind=ActivityKind.RENEWAL_ASKED, at=visit.now, network=visit.network)
            await self._activity.write(tx, subscriber, asked)
