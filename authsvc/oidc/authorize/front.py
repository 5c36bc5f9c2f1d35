"""The front of the provider, put together: where requests come in and answers go out."""

from dataclasses import dataclass

from authsvc.clients import Clients
from authsvc.clients.authentication import ClientAuthentication
from authsvc.clients.client_keys import ClientKeys
from authsvc.oidc.authorize.answer_delivery import AnswerDelivery
from authsvc.oidc.authorize.authorization_code import AuthorizationCodes
from authsvc.oidc.authorize.authorization_endpoint import AuthorizationEndpoint
from authsvc.oidc.authorize.authorization_response import AuthorizationResponses
from authsvc.oidc.authorize.jarm import SignedResponses
from authsvc.oidc.authorize.pushed_authorization_request_endpoint import (
    PushedAuthorizationRequestEndpoint,
)
from authsvc.oidc.authorize.pushed_request import PushedRequests
from authsvc.oidc.authorize.request_object import RequestObjects
from authsvc.oidc.authorize.request_reader import RequestReader
from authsvc.oidc.claim_sources import ClaimSources
from authsvc.oidc.client_jwt import ClientJWTs
from authsvc.oidc.interaction.cookies import Cookies
from authsvc.oidc.interaction.interaction import Interactions
from authsvc.oidc.interaction.visitor import Visitors
from authsvc.oidc.logout.session_participants import SessionParticipants
from authsvc.oidc.token.confirmations import Confirmations
from authsvc.oidc.token.id_token import IDTokens
from authsvc.storage import Ephemeral
from authsvc.web.fetcher import Fetcher
from authsvc.web.templates import Templates


@dataclass(frozen=True)
class Front:
    """The two endpoints that take requests, and whoever answers them."""

    authorization: AuthorizationEndpoint
    pushed_authorization_request: PushedAuthorizationRequestEndpoint
    responses: AuthorizationResponses


def build_front(
    *,
    issuer: str,
    jwts: ClientJWTs,
    ephemeral: Ephemeral,
    clients: Clients,
    client_keys: ClientKeys,
    fetcher: Fetcher,
    authentication: ClientAuthentication,
    confirmations: Confirmations,
    id_tokens: IDTokens,
    sources: ClaimSources,
    codes: AuthorizationCodes,
    visitors: Visitors,
    interactions: Interactions,
    participants: SessionParticipants,
    cookies: Cookies,
    templates: Templates,
    per_address: int,
) -> Front:
    """The front. `per_address` is how much strangers of one address may begin in an hour."""
    pushed = PushedRequests(ephemeral)
    objects = RequestObjects(issuer=issuer, keys=client_keys, fetcher=fetcher)
    requests = RequestReader(issuer=issuer, id_tokens=id_tokens, sources=sources)
    signed = SignedResponses(issuer=issuer, jwts=jwts)
    delivery = AnswerDelivery(signed=signed, templates=templates)
    responses = AuthorizationResponses(
        issuer=issuer, codes=codes, pushed=pushed, participants=participants, delivery=delivery
    )
    return Front(
        authorization=AuthorizationEndpoint(
            clients=clients,
            pushed=pushed,
            objects=objects,
            requests=requests,
            visitors=visitors,
            interactions=interactions,
            responses=responses,
            cookies=cookies,
        ),
        pushed_authorization_request=PushedAuthorizationRequestEndpoint(
            authentication=authentication,
            confirmations=confirmations,
            objects=objects,
            requests=requests,
            pushed=pushed,
            ephemeral=ephemeral,
            per_address=per_address,
        ),
        responses=responses,
    )
