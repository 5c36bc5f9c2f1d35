"""What a person sees of their own: read in one transaction, opened with their own data key."""

from datetime import datetime

import msgspec

from authsvc.authentication.session import Session
from authsvc.certificates import Certificates
from authsvc.holder.errors import SessionRequired
from authsvc.storage import Database
from authsvc.subscribers import OnlineNumber, Subscribers


class DocumentView(msgspec.Struct, frozen=True):
    """A document that is on file, without anything that identifies it."""

    kind: str
    state: str


class CertificateView(msgspec.Struct, frozen=True):
    """An online certificate; `serial` in hexadecimal, as certificate tools print it."""

    serial: str
    status: str
    not_after: datetime


class Overview(msgspec.Struct, frozen=True):
    """The person's own view; the online number is masked."""

    online_number: str
    enrolled_at: datetime
    acr: str
    amr: tuple[str, ...]
    documents: list[DocumentView]
    certificates: list[CertificateView]


class Overviews:
    """Makes the view of whoever is signed in."""

    def __init__(
        self, *, database: Database, subscribers: Subscribers, certificates: Certificates
    ) -> None:
        self._database = database
        self._subscribers = subscribers
        self._certificates = certificates

    async def of(self, session: Session) -> Overview:
        """What the service holds about the person of this session; SessionRequired if they left."""
        async with self._database.reading() as tx:
            subscriber = await self._subscribers.find(tx, session.subscriber_id)
            if subscriber is None:
                raise SessionRequired
            identity = await self._subscribers.identity_of(tx, subscriber)
            if identity is None:
                raise SessionRequired
            documents = await self._subscribers.documents_of(tx, subscriber.id)
            issued = await self._certificates.of_subscriber(tx, subscriber.id)
        return Overview(
            online_number=OnlineNumber(identity.online_number).masked,
            enrolled_at=subscriber.enrolled_at,
            acr=session.acr,
            amr=session.amr,
            documents=[DocumentView(kind=d.kind, state=d.state.value) for d in documents],
            certificates=[
                CertificateView(
                    serial=f"{c.serial:X}",
                    status=c.standing.status.value,
                    not_after=c.not_after,
                )
                for c in issued
            ],
        )
