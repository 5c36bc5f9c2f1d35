"""The chamber, put together."""

from dataclasses import dataclass

from authsvc.authentication.crossdevice.device_approval import DeviceApprovals
from authsvc.oidc import paths
from authsvc.oidc.crossdevice.computer_page import ComputerPage
from authsvc.oidc.crossdevice.link_page import LinkPage
from authsvc.oidc.crossdevice.phone_pages import PhonePages
from authsvc.oidc.interaction.interaction_endpoint import InteractionEndpoint
from authsvc.oidc.interaction.own_sign_in import OwnSignIn
from authsvc.oidc.parts import Foundation, Parts


@dataclass(frozen=True)
class CrossDevice:
    """Two pages, one for each device."""

    computer: ComputerPage
    link: LinkPage


def link_sign_in(issuer: str) -> OwnSignIn:
    """Signing in to the phone's page: an end of interactions."""
    return OwnSignIn(issuer=issuer, back=paths.LINK)


def build_crossdevice(
    on: Foundation, parts: Parts, *, interaction: InteractionEndpoint
) -> CrossDevice:
    """Both pages; the computer's stands on the interactions."""
    approvals = DeviceApprovals(
        on.ephemeral, sessions=on.sessions, per_address=on.interactions_per_address
    )
    pages = PhonePages(on.templates, issuer=on.issuer)
    return CrossDevice(
        computer=ComputerPage(
            interaction=interaction,
            interactions=parts.interactions,
            approvals=approvals,
            sessions=on.sessions,
            cookies=parts.cookies,
            pages=pages,
        ),
        link=LinkPage(
            service=link_sign_in(on.issuer),
            clients=on.clients,
            approvals=approvals,
            sessions=on.sessions,
            activity=on.activity,
            interactions=parts.interactions,
            cookies=parts.cookies,
            pages=pages,
        ),
    )
