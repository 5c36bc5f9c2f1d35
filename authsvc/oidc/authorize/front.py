"""The front of the provider, put together: where requests come in and answers go out."""

from dataclasses import dataclass

from authsvc.oidc.authorize.answer_delivery import AnswerDelivery
from authsvc.oidc.authorize.authorization_endpoint import AuthorizationEndpoint
from authsvc.oidc.authorize.authorization_response import AuthorizationResponses
from authsvc.oidc.authorize.jarm import SignedResponses
from authsvc.oidc.authorize.pushed_authorization_request_endpoint import (
    PushedAuthorizationRequestEndpoint,
)
from authsvc.oidc.authorize.pushed_request import PushedRequests
from authsvc.oidc.authorize.request_object import RequestObjects
from authsvc.oidc.authorize.request_reader import RequestReader
from authsvc.oidc.parts import Foundation, Parts


@dataclass(frozen=True)
class Front:
    """The two endpoints that take requests, and whoever answers them."""

    authorization: AuthorizationEndpoint
    pushed_authorization_request: PushedAuthorizationRequestEndpoint
    responses: AuthorizationResponses


def build_front(on: Foundation, parts: Parts) -> Front:
    """The front."""
    pushed = PushedRequests(on.ephemeral)
    objects = RequestObjects(issuer=on.issuer, keys=parts.client_keys, fetcher=on.fetcher)
    requests = RequestReader(issuer=on.issuer, id_tokens=parts.id_tokens)
    signed = SignedResponses(issuer=on.issuer, jwts=parts.jwts)
    delivery = AnswerDelivery(issuer=on.issuer, signed=signed, templates=on.templates)
    responses = AuthorizationResponses(
        codes=parts.codes,
        pushed=pushed,
        participants=parts.participants,
        activity=on.activity,
        news=parts.news,
        delivery=delivery,
    )
    return Front(
        authorization=AuthorizationEndpoint(
            clients=on.clients,
            pushed=pushed,
            objects=objects,
            requests=requests,
            visitors=parts.visitors,
            interactions=parts.interactions,
            responses=responses,
            cookies=parts.cookies,
        ),
        pushed_authorization_request=PushedAuthorizationRequestEndpoint(
            authentication=parts.authentication,
            confirmations=parts.confirmations,
            objects=objects,
            requests=requests,
            pushed=pushed,
            ephemeral=on.ephemeral,
            per_address=on.interactions_per_address,
        ),
        responses=responses,
    )
