"""Interactions: requests that wait for a person to sign in or to decide.

The validated request rests sealed under a random id, bound to the browser that brought it, for ten
minutes. Whoever finishes an interaction takes it, so that none is answered twice.
"""

from datetime import timedelta

import msgspec

from authsvc.authentication.session import Session
from authsvc.identifiers import new_token
from authsvc.oidc.authorize.authorization_request import AuthorizationRequest
from authsvc.oidc.errors import InteractionOver, TooManyInteractions
from authsvc.storage import Ephemeral, Kind
from authsvc.web.forwarded import network_of

# Time enough to find one's phone, and no more than a session may idle.
LIFETIME = timedelta(minutes=10)
_WINDOW = timedelta(hours=1)

# What `Interaction.ends_in` says of an ordinary authorization request.
REDIRECT = "redirect"


class Interaction(msgspec.Struct, frozen=True, omit_defaults=True):
    """A waiting request.

    `ticket` stands for a password that was right while the second factor is to come;
    `session_id` names the session that was opened here. `code_sent` says that a code was sent to
    the phone, and `weaker_will_do` that the person goes on without a second factor that was only
    wished for. `ends_in` chooses the `Completion`, and
    `about` tells it what this one is about; `reader` is the session to which its question was
    shown. `by_phone` is the secret of the computer while it waits for a phone
    (`authentication.crossdevice`).

    While a child's guardian is waited for, `approved_by` is the child's session that consented, and
    `asked` counts how often guardians were asked.
    """

    request: AuthorizationRequest
    browser: bytes
    ticket: str | None = None
    session_id: str | None = None
    ends_in: str = REDIRECT
    about: str | None = None
    reader: str | None = None
    code_sent: bool = False
    weaker_will_do: bool = False
    by_phone: str | None = None
    approved_by: str | None = None
    asked: int = 0

    def is_approved_by(self, session: Session) -> bool:
        """Whether this session's person has consented here."""
        return self.approved_by == session.id


_INTERACTION = Kind("interaction", Interaction, LIFETIME)


class Interactions:
    """Keeps waiting requests, so many for an address in an hour."""

    def __init__(self, ephemeral: Ephemeral, *, per_address: int) -> None:
        self._ephemeral = ephemeral
        self._per_address = per_address

    async def begin(
        self,
        request: AuthorizationRequest,
        *,
        browser: bytes,
        address: str,
        ends_in: str = REDIRECT,
        about: str | None = None,
    ) -> str:
        """The id of a new interaction; TooManyInteractions from this address.

        Nobody has to be known to begin one, and each is kept for a while.
        """
        count = await self._ephemeral.count("interactions", network_of(address), window=_WINDOW)
        if count > self._per_address:
            raise TooManyInteractions(retry_after=int(_WINDOW.total_seconds()))
        interaction_id = new_token()
        interaction = Interaction(request, browser, ends_in=ends_in, about=about)
        await self._ephemeral.put(_INTERACTION, interaction_id, interaction)
        return interaction_id

    async def find(self, interaction_id: str) -> Interaction:
        """The waiting request; InteractionOver if it waits no more."""
        found = await self._ephemeral.get(_INTERACTION, interaction_id)
        if found is None:
            raise InteractionOver
        return found

    async def update(self, interaction_id: str, interaction: Interaction) -> None:
        """Notes what has happened in it; InteractionOver if it was finished meanwhile."""
        if not await self._ephemeral.replace(_INTERACTION, interaction_id, interaction):
            raise InteractionOver

    async def finish(self, interaction_id: str) -> None:
        """Ends it; InteractionOver for everybody but the first."""
        if await self._ephemeral.take(_INTERACTION, interaction_id) is None:
            raise InteractionOver
