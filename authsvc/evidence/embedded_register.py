"""The embedded form of a document register: the simulated authority in the same process."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from authsvc.errors import Unavailable
from authsvc.evidence.authority.authority import DocumentAuthority
from authsvc.evidence.errors import RegisterUnavailable
from authsvc.evidence.register import MAX_CHANGES, RegisterStatus, RenewalAnswer, StatusChange


class EmbeddedRegister:
    """The simulated authority in the same process."""

    def __init__(self, authority: DocumentAuthority) -> None:
        self._authority = authority

    @property
    def authority(self) -> DocumentAuthority:
        """The authority itself, for the doors that only a sandbox has."""
        return self._authority

    async def status_of(self, kind: str, document_number: str) -> RegisterStatus:
        """The status of one document now; UNKNOWN if there is none. RegisterUnavailable."""
        with _answering():
            return self._authority.status(kind, document_number)

    async def numbers_of(self, kind: str, document_number: str) -> Sequence[str]:
        """Every identity number that the holder of a document has had. RegisterUnavailable."""
        with _answering():
            return self._authority.numbers(kind, document_number)

    async def ask_renewal(self, kind: str, document_number: str) -> RenewalAnswer:
        """Applies for a document in place of this one. RegisterUnavailable."""
        with _answering():
            return self._authority.lives.ask_renewal(kind, document_number)

    async def changes_since(
        self, cursor: int, *, limit: int = MAX_CHANGES
    ) -> Sequence[StatusChange]:
        """At most `limit` changes after `cursor`, oldest first. RegisterUnavailable."""
        with _answering():
            return self._authority.changes_since(cursor, limit=limit)

    async def is_guardian(
        self, *, ward_kind: str, ward_document_number: str, guardian_number: str
    ) -> bool:
        """Whether somebody is now a guardian of a document's holder. RegisterUnavailable."""
        with _answering():
            return self._authority.is_guardian(ward_kind, ward_document_number, guardian_number)


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except (Unavailable, OSError) as error:
        raise RegisterUnavailable(log=type(error).__name__) from None
