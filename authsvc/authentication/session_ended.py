"""Whom this room tells that a session has ended: rooms above, which it does not know.

Platforms that a person signed in to from a session may have to hear of its end (OpenID Connect
Back-Channel Logout 1.0). A session that merely runs out is nobody's act, and is not told.
"""

from datetime import datetime
from typing import Protocol

from authsvc.authentication.session import Session


class SessionEnded(Protocol):
    """Whoever must hear of it. They do not keep the person waiting, and nothing stops them."""

    async def __call__(self, session: Session, *, now: datetime) -> None:
        """The session is over: its person signed out, or somebody else took its place."""
        ...


async def nobody(session: Session, *, now: datetime) -> None:
    """For a house without platforms."""
