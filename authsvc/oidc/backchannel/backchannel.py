"""Authorization without a redirect, put together: the endpoints, the pages, and their ends."""

from collections.abc import Mapping
from dataclasses import dataclass

from authsvc.clients import client as names
from authsvc.oidc import paths
from authsvc.oidc.backchannel.addressee import Addressees
from authsvc.oidc.backchannel.approval import Afterwards, Approval
from authsvc.oidc.backchannel.approval_list import ApprovalLists
from authsvc.oidc.backchannel.approval_pages import ApprovalPages
from authsvc.oidc.backchannel.approvals_page import APPROVALS, CIBA, ApprovalsPage
from authsvc.oidc.backchannel.backchannel_authentication_endpoint import (
    BackchannelAuthenticationEndpoint,
)
from authsvc.oidc.backchannel.device_authorization_endpoint import DeviceAuthorizationEndpoint
from authsvc.oidc.backchannel.device_page import DEVICE, DevicePage
from authsvc.oidc.backchannel.notification import Aftermath, Notifications
from authsvc.oidc.backchannel.redemption import (
    AUTH_REQ_ID_PARAMETER,
    DEVICE_CODE_PARAMETER,
    WaitingRedemption,
)
from authsvc.oidc.backchannel.request_limits import RequestLimits
from authsvc.oidc.backchannel.signed_request import SignedRequests
from authsvc.oidc.backchannel.user_code import UserCodes
from authsvc.oidc.backchannel.waiting_approvals import WaitingApprovals
from authsvc.oidc.backchannel.waiting_request import WaitingRequests
from authsvc.oidc.interaction.completion import Completion
from authsvc.oidc.interaction.own_sign_in import OwnSignIn
from authsvc.oidc.parts import Foundation, Parts
from authsvc.oidc.token.token_endpoint import GrantType


@dataclass(frozen=True)
class Backchannel:
    """Two endpoints, two pages, and what they add to the interactions and the token endpoint.

    `waiting` is what waits for each person, for whoever shows it elsewhere.
    """

    device_authorization: DeviceAuthorizationEndpoint
    backchannel_authentication: BackchannelAuthenticationEndpoint
    device: DevicePage
    approvals: ApprovalsPage
    waiting: WaitingApprovals
    completions: Mapping[str, Completion]
    grant_types: Mapping[str, GrantType]


def build_backchannel(on: Foundation, parts: Parts) -> Backchannel:
    """The backchannel."""
    devices = WaitingRequests(on.ephemeral, name="device")
    people = WaitingRequests(on.ephemeral, name="ciba")
    user_codes = UserCodes(on.ephemeral)
    lists = ApprovalLists(on.ephemeral)
    limits = RequestLimits(on.ephemeral, per_address=on.interactions_per_address)
    approval_pages = ApprovalPages(on.templates, parts.pages)
    own = OwnSignIn(issuer=on.issuer, back=paths.APPROVALS)
    waiting = WaitingApprovals(clients=on.clients, lists=lists, waiting=people)
    aftermath = Aftermath(lists=lists, notifications=Notifications(on.fetcher))

    def redemption(parameter: str, waiting: WaitingRequests) -> GrantType:
        return WaitingRedemption(
            parameter=parameter,
            waiting=waiting,
            database=on.database,
            grants=parts.grants,
            refresh_tokens=parts.refresh_tokens,
            tokens=parts.tokens,
            memory=on.memory,
        ).redeem

    def approval(waiting: WaitingRequests, afterwards: Afterwards | None = None) -> Approval:
        return Approval(
            clients=on.clients,
            waiting=waiting,
            activity=on.activity,
            pages=approval_pages,
            news=parts.news,
            afterwards=afterwards,
        )

    return Backchannel(
        device_authorization=DeviceAuthorizationEndpoint(
            issuer=on.issuer,
            authentication=parts.authentication,
            limits=limits,
            user_codes=user_codes,
            waiting=devices,
        ),
        backchannel_authentication=BackchannelAuthenticationEndpoint(
            issuer=on.issuer,
            authentication=parts.authentication,
            signed_requests=SignedRequests(
                issuer=on.issuer, keys=parts.client_keys, ephemeral=on.ephemeral
            ),
            addressees=Addressees(
                database=on.database,
                credentials=on.credentials,
                subscribers=on.subscribers,
                id_tokens=parts.id_tokens,
            ),
            limits=limits,
            lists=lists,
            waiting=people,
        ),
        device=DevicePage(
            clients=on.clients,
            user_codes=user_codes,
            waiting=devices,
            interactions=parts.interactions,
            cookies=parts.cookies,
            pages=approval_pages,
        ),
        approvals=ApprovalsPage(
            service=own,
            subscribers=on.subscribers,
            waiting=waiting,
            visitors=parts.visitors,
            interactions=parts.interactions,
            cookies=parts.cookies,
            pages=approval_pages,
        ),
        waiting=waiting,
        completions={
            DEVICE: approval(devices),
            CIBA: approval(people, afterwards=aftermath),
            APPROVALS: own,
        },
        grant_types={
            names.DEVICE_CODE: redemption(DEVICE_CODE_PARAMETER, devices),
            names.CIBA: redemption(AUTH_REQ_ID_PARAMETER, people),
        },
    )
