"""Is whoever shows a document the person whose number is known here? The number on it may not do.

Numbers were given twice, and whoever shared one got another later: the register lists it for both.
So the holders are one person if the register knows the very same numbers of both documents, of the
one that is shown and of the one that is on file.
"""

from authsvc.enrollment.joining_errors import NotOnePerson
from authsvc.enrollment.particulars import ProvedDocument
from authsvc.evidence.register import DocumentRegister
from authsvc.storage import Database
from authsvc.subscribers import Subscribers

Named = tuple[str, str]
"""A document by its kind and number."""


class OnePerson:
    """Asks the register about two documents."""

    def __init__(
        self, *, database: Database, subscribers: Subscribers, register: DocumentRegister
    ) -> None:
        self._database = database
        self._subscribers = subscribers
        self._register = register

    async def require(self, document: ProvedDocument) -> Named | None:
        """The other document on file of whoever is known by a number of this one; None if none is.

        NotOnePerson if the holders are two people; RegisterUnavailable.
        """
        async with self._database.reading() as tx:
            digests = [self._subscribers.person_digest(each) for each in document.all_numbers]
            known = await self._subscribers.find_by_person(tx, *digests)
            on_file = None if known is None else await self._subscribers.identity_of(tx, known)
        if on_file is None or not on_file.document_number:
            # Nothing was kept of documents at first.
            return None
        which = on_file.document_kind, on_file.document_number
        if which == (document.kind, document.document_number):
            return None
        # A register that has forgotten the other document still has to know its number.
        numbers = await self._register.numbers_of(*which) or document.all_numbers
        if {*numbers, on_file.number} != {*document.all_numbers}:
            raise NotOnePerson(field="chip", log="the document on file is somebody else's")
        return which
