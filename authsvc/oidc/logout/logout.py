"""The chamber, put together."""

from dataclasses import dataclass

from authsvc.authentication.session import Sessions
from authsvc.clients import Clients
from authsvc.oidc.client_jwt import ClientJWTs
from authsvc.oidc.interaction.cookies import Cookies
from authsvc.oidc.interaction.pages import Pages
from authsvc.oidc.interaction.visitor import Visitors
from authsvc.oidc.logout.backchannel_logout import BackChannelLogout
from authsvc.oidc.logout.end_session_endpoint import EndSessionEndpoint
from authsvc.oidc.logout.frontchannel_logout import FrontChannelLogout
from authsvc.oidc.logout.logout_token import LogoutTokens
from authsvc.oidc.logout.session_participants import SessionParticipants
from authsvc.oidc.logout.sign_out import SignOut
from authsvc.oidc.logout.signed_out_page import SignedOutPage
from authsvc.oidc.token.id_token import IDTokens
from authsvc.storage import Ephemeral
from authsvc.subscribers import Subscribers
from authsvc.web.fetcher import Fetcher
from authsvc.web.templates import Templates


@dataclass(frozen=True)
class Logout:
    """The endpoint, whom other rooms tell of sessions that ended, and what is under way."""

    end_session: EndSessionEndpoint
    sign_out: SignOut
    backchannel: BackChannelLogout

    async def close(self) -> None:
        """Gives up what is under way."""
        await self.backchannel.close()


def build_logout(
    *,
    issuer: str,
    jwts: ClientJWTs,
    ephemeral: Ephemeral,
    clients: Clients,
    fetcher: Fetcher,
    subscribers: Subscribers,
    participants: SessionParticipants,
    id_tokens: IDTokens,
    sessions: Sessions,
    visitors: Visitors,
    cookies: Cookies,
    pages: Pages,
    templates: Templates,
) -> Logout:
    """The chamber."""
    tokens = LogoutTokens(
        issuer=issuer, jwts=jwts, subscribers=subscribers, participants=participants
    )
    backchannel = BackChannelLogout(tokens=tokens, fetcher=fetcher)
    sign_out = SignOut(
        sessions=sessions,
        clients=clients,
        participants=participants,
        backchannel=backchannel,
        frontchannel=FrontChannelLogout(issuer=issuer, participants=participants),
    )
    end_session = EndSessionEndpoint(
        clients=clients,
        id_tokens=id_tokens,
        visitors=visitors,
        participants=participants,
        sign_out=sign_out,
        ephemeral=ephemeral,
        cookies=cookies,
        pages=pages,
        signed_out=SignedOutPage(templates),
    )
    return Logout(end_session=end_session, sign_out=sign_out, backchannel=backchannel)
