"""The door of the room: who comes in, by the session cookie, and how they leave.

Every chamber has a `routes.py` of its own and admits through here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from authsvc.authentication.assurance import AAL2, is_fresh, satisfies
from authsvc.authentication.session import Session, Sessions
from authsvc.authentication.session_cookie import SessionCookie
from authsvc.authentication.session_ended import SessionEnded, nobody
from authsvc.clock import Clock
from authsvc.holder.errors import FreshSignInRequired, SessionRequired, StrongSignInRequired
from authsvc.web.forwarded import network_of
from authsvc.web.http import HTTPRequest


class Scoped(Protocol):
    """A request of the framework, as far as the door looks at it."""

    @property
    def scope(self) -> Mapping[str, Any]:
        """The ASGI scope."""
        ...


@dataclass(frozen=True)
class Visit:
    """Somebody who is signed in, at this moment, from this network."""

    token: str = field(repr=False)
    session: Session
    network: str
    now: datetime

    @property
    def is_fresh(self) -> bool:
        """Whether the sign-in is one of the last five minutes."""
        return is_fresh(self.session.auth_time, now=self.now)

    @property
    def is_strong(self) -> bool:
        """Whether two kinds of factor were proved."""
        return satisfies(self.session.acr, AAL2)

    def require_fresh(self) -> None:
        """Returns if the sign-in is fresh; FreshSignInRequired."""
        if not self.is_fresh:
            raise FreshSignInRequired

    def require_fresh_or_strong(self) -> None:
        """Returns if the sign-in is fresh, or strong; FreshSignInRequired."""
        if not self.is_strong:
            self.require_fresh()

    def require_strong(self) -> None:
        """Returns if the sign-in is strong; StrongSignInRequired."""
        if not self.is_strong:
            raise StrongSignInRequired


class Door:
    """Admits whoever is signed in. `ended` hears of every session that a person ends here."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        clock: Clock,
        cookie: SessionCookie,
        ended: SessionEnded = nobody,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._cookie = cookie
        self._ended = ended

    async def admit(self, request: Scoped) -> Visit:
        """Who asks; SessionRequired if nobody is signed in."""
        http = HTTPRequest.from_scope(request.scope)
        now = self._clock.now()
        token = self._cookie.token(http)
        session = await self._sessions.find(token, now=now)
        if token is None or session is None:
            raise SessionRequired
        return Visit(token, session, network_of(http.client), now)

    async def part(self, visit: Visit, *, tell: bool = True) -> dict[str, str]:
        """Ends the session; the header that takes its cookie back.

        Platforms hear that the session is over, unless whoever parts has told them more.
        """
        await self._sessions.close(visit.token)
        if tell:
            await self._ended(visit.session, now=visit.now)
        return dict([self._cookie.take_back()])
