"""The way out for whoever is signed in: only soon after a sign-in, because it is for good."""

from datetime import datetime, timedelta

from authsvc.authentication.session import Session
from authsvc.enrollment.leaving import Leaving
from authsvc.holder.errors import FreshSignInRequired, SessionRequired
from authsvc.storage import Database
from authsvc.subscribers import Subscribers

# Long enough to read what opting out means, short enough that a walked-away device is no risk.
FRESH = timedelta(minutes=5)


class Parting:
    """Opting out, by the person themselves."""

    def __init__(self, *, database: Database, subscribers: Subscribers, leaving: Leaving) -> None:
        self._database = database
        self._subscribers = subscribers
        self._leaving = leaving

    async def opt_out(self, session: Session, *, now: datetime) -> None:
        """Erases the person of this session; FreshSignInRequired, SessionRequired."""
        if now - session.auth_time > FRESH:
            raise FreshSignInRequired
        async with self._database.transaction() as tx:
            subscriber = await self._subscribers.find(tx, session.subscriber_id)
            if subscriber is None:
                raise SessionRequired
            await self._leaving.opt_out(tx, subscriber, now=now)
