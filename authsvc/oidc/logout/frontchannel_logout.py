"""Where a browser is to go when a session is over (OpenID Connect Front-Channel Logout 1.0).

Each platform's address is loaded in a hidden frame of the page that says goodbye. What it does
there is between the browser and the platform: browsers that keep third parties' cookies apart let
it do little, which is why the back channel exists.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from authsvc.authentication.session import Session
from authsvc.clients import Client
from authsvc.oidc.authorize.answer_delivery import with_query
from authsvc.oidc.logout.session_participants import SessionParticipants


@dataclass(frozen=True)
class Frame:
    """An address, and the origin that a page's policy must allow for it."""

    uri: str
    origin: str


class FrontChannelLogout:
    """Knows the frames of a session."""

    def __init__(self, *, issuer: str, participants: SessionParticipants) -> None:
        self._issuer = issuer
        self._participants = participants

    def frames(self, session: Session, clients: Sequence[Client]) -> tuple[Frame, ...]:
        """One for each client that has an address; `iss` and `sid` for those that asked (2)."""
        return tuple(
            Frame(self._address(session, client, uri), origin_of(uri))
            for client in clients
            if (uri := client.frontchannel_logout_uri) is not None
        )

    def _address(self, session: Session, client: Client, uri: str) -> str:
        if not client.frontchannel_logout_session_required:
            return uri
        sid = self._participants.sid(session, client.client_id)
        return with_query(uri, {"iss": self._issuer, "sid": sid})


def origin_of(uri: str) -> str:
    """The origin of a checked http(s) URI, as a policy spells it (CSP level 3, section 2.3.1)."""
    parts = urlsplit(uri)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}" + ("" if parts.port is None else f":{parts.port}")
