"""Ending a session, and letting everybody know who was told of its beginning."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from authsvc.authentication.session import Session, Sessions
from authsvc.clients import Client, Clients
from authsvc.oidc.logout.backchannel_logout import BackChannelLogout
from authsvc.oidc.logout.frontchannel_logout import Frame, FrontChannelLogout
from authsvc.oidc.logout.session_participants import SessionParticipants
from authsvc.subscribers import Subscriber

# How long a person waits for platforms that are slow to hear.
PATIENCE_SECONDS = 3.0


class SignOut:
    """Signs people out."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        clients: Clients,
        participants: SessionParticipants,
        backchannel: BackChannelLogout,
        frontchannel: FrontChannelLogout,
    ) -> None:
        self._sessions = sessions
        self._clients = clients
        self._participants = participants
        self._backchannel = backchannel
        self._frontchannel = frontchannel

    async def end(self, token: str | None, *, now: datetime) -> tuple[Frame, ...]:
        """Ends the session behind a token, if there is one; where the browser is to go yet."""
        session = await self._sessions.find(token, now=now)
        if session is None:
            return ()
        _, left = await asyncio.gather(
            self._sessions.close(token), self._participants.leave(session)
        )
        clients = await self._known(left, now=now)
        await self._backchannel.tell(session, clients, patience_seconds=PATIENCE_SECONDS, now=now)
        return self._frontchannel.frames(session, clients)

    async def ended(self, session: Session, *, now: datetime) -> None:
        """A session ended elsewhere (`SessionEnded`); nobody waits, and there is no page."""
        clients = await self._known(await self._participants.leave(session), now=now)
        await self._backchannel.tell(session, clients, now=now)

    async def withdrawn(
        self, session: Session, client_ids: Sequence[str], *, now: datetime
    ) -> None:
        """The person of this session has taken back what these clients were allowed.

        Each hears that every session of the person is over there, not only this one.
        """
        clients = await self._known(client_ids, now=now)
        await self._backchannel.tell(session, clients, all_sessions=True, now=now)

    async def left(self, session: Session, client_ids: Sequence[str], *, now: datetime) -> None:
        """The same of a person who has left: these clients, and those of the session, each once."""
        participants = await self._participants.leave(session)
        await self.withdrawn(session, list(dict.fromkeys((*client_ids, *participants))), now=now)

    async def ended_for_good(
        self, subscriber: Subscriber, client_ids: Sequence[str], *, now: datetime
    ) -> None:
        """A number has ended: these clients hear that all its sessions are over."""
        clients = await self._known(client_ids, now=now)
        self._backchannel.tell_of_person(subscriber, clients, now=now)

    async def _known(self, client_ids: Sequence[str], *, now: datetime) -> list[Client]:
        found = [await self._clients.find(client_id, now=now) for client_id in client_ids]
        return [client for client in found if client is not None]
