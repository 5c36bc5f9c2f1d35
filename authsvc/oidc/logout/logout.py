"""The chamber, put together."""

from dataclasses import dataclass

from authsvc.oidc.logout.backchannel_logout import BackChannelLogout
from authsvc.oidc.logout.end_session_endpoint import EndSessionEndpoint
from authsvc.oidc.logout.frontchannel_logout import FrontChannelLogout
from authsvc.oidc.logout.logout_token import LogoutTokens
from authsvc.oidc.logout.sign_out import SignOut
from authsvc.oidc.logout.signed_out_page import SignedOutPage
from authsvc.oidc.parts import Foundation, Parts


@dataclass(frozen=True)
class Logout:
    """The endpoint, whom other rooms tell of sessions that ended, and what is under way."""

    end_session: EndSessionEndpoint
    sign_out: SignOut
    backchannel: BackChannelLogout

    async def close(self) -> None:
        """Gives up what is under way."""
        await self.backchannel.close()


def build_logout(on: Foundation, parts: Parts) -> Logout:
    """What leaving takes."""
    tokens = LogoutTokens(
        issuer=on.issuer,
        jwts=parts.jwts,
        subscribers=on.subscribers,
        participants=parts.participants,
    )
    backchannel = BackChannelLogout(tokens=tokens, fetcher=on.fetcher)
    sign_out = SignOut(
        sessions=on.sessions,
        clients=on.clients,
        participants=parts.participants,
        backchannel=backchannel,
        frontchannel=FrontChannelLogout(issuer=on.issuer, participants=parts.participants),
    )
    end_session = EndSessionEndpoint(
        clients=on.clients,
        id_tokens=parts.id_tokens,
        visitors=parts.visitors,
        participants=parts.participants,
        sign_out=sign_out,
        ephemeral=on.ephemeral,
        cookies=parts.cookies,
        pages=parts.pages,
        signed_out=SignedOutPage(on.templates),
    )
    return Logout(end_session=end_session, sign_out=sign_out, backchannel=backchannel)
