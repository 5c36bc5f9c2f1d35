"""Authorization without a redirect, put together: the endpoints, the pages, and their ends."""

from collections.abc import Mapping
from dataclasses import dataclass

from authsvc.authentication.credentials import Credentials
from authsvc.clients import Clients
from authsvc.clients import client as names
from authsvc.clients.authentication import ClientAuthentication
from authsvc.clients.client_keys import ClientKeys
from authsvc.oidc.backchannel.addressee import Addressees
from authsvc.oidc.backchannel.approval import Approval
from authsvc.oidc.backchannel.approval_list import ApprovalLists
from authsvc.oidc.backchannel.approval_pages import ApprovalPages
from authsvc.oidc.backchannel.approvals_page import APPROVALS, CIBA, ApprovalsPage, OwnSignIn
from authsvc.oidc.backchannel.backchannel_authentication_endpoint import (
    BackchannelAuthenticationEndpoint,
)
from authsvc.oidc.backchannel.device_authorization_endpoint import DeviceAuthorizationEndpoint
from authsvc.oidc.backchannel.device_page import DEVICE, DevicePage
from authsvc.oidc.backchannel.notification import Aftermath, Notifications, Teller
from authsvc.oidc.backchannel.redemption import (
    AUTH_REQ_ID_PARAMETER,
    DEVICE_CODE_PARAMETER,
    WaitingRedemption,
)
from authsvc.oidc.backchannel.request_limits import RequestLimits
from authsvc.oidc.backchannel.signed_request import SignedRequests
from authsvc.oidc.backchannel.user_code import UserCodes
from authsvc.oidc.backchannel.waiting_request import WaitingRequests
from authsvc.oidc.grants import Grants
from authsvc.oidc.interaction.completion import Completion
from authsvc.oidc.interaction.cookies import Cookies
from authsvc.oidc.interaction.interaction import Interactions
from authsvc.oidc.interaction.pages import Pages
from authsvc.oidc.interaction.visitor import Visitors
from authsvc.oidc.token.id_token import IDTokens
from authsvc.oidc.token.refresh_token import RefreshTokens
from authsvc.oidc.token.token_endpoint import GrantType
from authsvc.oidc.token.tokens import Tokens
from authsvc.storage import Database, Ephemeral
from authsvc.subscribers import Subscribers
from authsvc.subscribers.memory import SubscriberMemory
from authsvc.web.templates import Templates


@dataclass(frozen=True)
class Backchannel:
    """Two endpoints, two pages, and what they add to the interactions and the token endpoint."""

    device_authorization: DeviceAuthorizationEndpoint
    backchannel_authentication: BackchannelAuthenticationEndpoint
    device: DevicePage
    approvals: ApprovalsPage
    completions: Mapping[str, Completion]
    grant_types: Mapping[str, GrantType]


def build_backchannel(
    *,
    issuer: str,
    database: Database,
    ephemeral: Ephemeral,
    clients: Clients,
    client_keys: ClientKeys,
    fetcher: Teller,
    authentication: ClientAuthentication,
    credentials: Credentials,
    subscribers: Subscribers,
    memory: SubscriberMemory,
    grants: Grants,
    id_tokens: IDTokens,
    refresh_tokens: RefreshTokens,
    tokens: Tokens,
    visitors: Visitors,
    interactions: Interactions,
    cookies: Cookies,
    pages: Pages,
    templates: Templates,
    per_address: int,
) -> Backchannel:
    """The backchannel. `per_address` is how much strangers of one address may begin in an hour."""
    devices = WaitingRequests(ephemeral, name="device")
    people = WaitingRequests(ephemeral, name="ciba")
    user_codes = UserCodes(ephemeral)
    lists = ApprovalLists(ephemeral)
    limits = RequestLimits(ephemeral, per_address=per_address)
    approval_pages = ApprovalPages(templates, pages)
    own = OwnSignIn(issuer=issuer)
    aftermath = Aftermath(lists=lists, notifications=Notifications(fetcher))

    def redemption(parameter: str, waiting: WaitingRequests) -> GrantType:
        return WaitingRedemption(
            parameter=parameter,
            waiting=waiting,
            database=database,
            grants=grants,
            refresh_tokens=refresh_tokens,
            tokens=tokens,
            memory=memory,
        ).redeem

    return Backchannel(
        device_authorization=DeviceAuthorizationEndpoint(
            issuer=issuer,
            authentication=authentication,
            limits=limits,
            user_codes=user_codes,
            waiting=devices,
        ),
        backchannel_authentication=BackchannelAuthenticationEndpoint(
            issuer=issuer,
            authentication=authentication,
            signed_requests=SignedRequests(issuer=issuer, keys=client_keys, ephemeral=ephemeral),
            addressees=Addressees(
                database=database,
                credentials=credentials,
                subscribers=subscribers,
                id_tokens=id_tokens,
            ),
            limits=limits,
            lists=lists,
            waiting=people,
        ),
        device=DevicePage(
            clients=clients,
            user_codes=user_codes,
            waiting=devices,
            interactions=interactions,
            cookies=cookies,
            pages=approval_pages,
        ),
        approvals=ApprovalsPage(
            service=own,
            clients=clients,
            subscribers=subscribers,
            lists=lists,
            waiting=people,
            visitors=visitors,
            interactions=interactions,
            cookies=cookies,
            pages=approval_pages,
        ),
        completions={
            DEVICE: Approval(clients=clients, waiting=devices, pages=approval_pages),
            CIBA: Approval(
                clients=clients, waiting=people, pages=approval_pages, afterwards=aftermath
            ),
            APPROVALS: own,
        },
        grant_types={
            names.DEVICE_CODE: redemption(DEVICE_CODE_PARAMETER, devices),
            names.CIBA: redemption(AUTH_REQ_ID_PARAMETER, people),
        },
    )
