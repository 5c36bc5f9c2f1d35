"""The UserInfo endpoint (OpenID Connect Core 5.3): an access token goes in, claims come out.

They come as JSON, or as the JWT that the client is registered for: signed, encrypted, or both.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from authsvc.authentication.assurance import satisfies
from authsvc.clients import Client, Clients
from authsvc.oidc.authorize.acr_request import ACR_VALUES
from authsvc.oidc.authorize.resource_indicators import own_resources
from authsvc.oidc.claims.asked_claims import fulfilled
from authsvc.oidc.claims.attribute_claims import AttributeClaims
from authsvc.oidc.claims.identity_disclosure import Disclosures
from authsvc.oidc.claims.known_claims import SIGN_IN, VERIFIED_CLAIMS
from authsvc.oidc.claims.person_claims import PersonClaims
from authsvc.oidc.claims.verified_claims import joined
from authsvc.oidc.client_jwt import ClientJWTs
from authsvc.oidc.errors import InsufficientScope, InvalidToken, NoLongerGranted
from authsvc.oidc.grants import Standing
from authsvc.oidc.scopes import AGE, IDENTITY, OPENID
from authsvc.oidc.token.access_token import AccessToken
from authsvc.oidc.token.bearer import PresentedTokens
from authsvc.oidc.token.confirmations import Confirmations
from authsvc.oidc.token.errors import InsufficientUserAuthentication
from authsvc.oidc.token.token_status import TokenStatus
from authsvc.web.http import HTTPRequest, HTTPResponse, json_response

# Those that tell something here, beside the subject.
_SCOPES = frozenset({AGE, IDENTITY})


class UserInfoEndpoint:
    """`GET` and `POST /userinfo`."""

    def __init__(
        self,
        *,
        issuer: str,
        tokens: PresentedTokens,
        confirmations: Confirmations,
        status: TokenStatus,
        clients: Clients,
        person_claims: PersonClaims,
        disclosures: Disclosures,
        attributes: AttributeClaims,
        jwts: ClientJWTs,
    ) -> None:
        self._issuer = issuer
        self._own_resources = frozenset(own_resources(issuer))
        self._tokens = tokens
        self._confirmations = confirmations
        self._status = status
        self._clients = clients
        self._person_claims = person_claims
        self._disclosures = disclosures
        self._attributes = attributes
        self._jwts = jwts

    async def answer(self, request: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """`sub`, and what scopes and the parameter `claims` add to it.

        InvalidToken, InsufficientScope or InsufficientUserAuthentication otherwise, or what keeps
        us from encrypting to the client.
        """
        token = await self._tokens.read(request, now=now)
        if self._own_resources.isdisjoint(token.audience):
            raise InvalidToken("the access token is for another resource server")
        if OPENID not in token.scopes:
            raise InsufficientScope("the scope openid is needed")
        standing, client = await self._entitled(token, now=now)
        try:
            told, named = await self._told(token, standing, client, now=now)
            response = await self._written(told, client, now=now)
            if named:
                await self._disclosures.record(token, standing, client, now=now)
        except NoLongerGranted:
            raise InvalidToken("the person no longer grants this") from None
        return self._confirmations.with_nonce(response, request, now=now)

    async def _entitled(self, token: AccessToken, *, now: datetime) -> tuple[Standing, Client]:
        """Whom the token speaks of, and whom it speaks to."""
        standing = await self._status.require_good(token, now=now)
        if standing is None:
            raise InvalidToken("the access token speaks of no person")
        client = await self._clients.find(token.client_id, now=now)
        if client is None:
            raise InvalidToken("the client is no longer registered")
        if client.default_acr_values:
            _require_strength(token, client)
        return standing, client

    async def _told(
        self, token: AccessToken, standing: Standing, client: Client, *, now: datetime
    ) -> tuple[dict[str, Any], bool]:
        """The claims, and whether they name the person; NoLongerGranted if they left meanwhile."""
        # Most want no more than this.
        if not token.claims and not token.details and not _SCOPES & set(token.scopes):
            return {"sub": token.subject}, False
        told = await self._person_claims.tell(
            standing,
            client=client,
            scopes=token.scopes,
            asked=token.claims,
            now=now,
        )
        named = await self._disclosures.element(token, standing, client, now=now)
        if named is not None:
            told = told | {VERIFIED_CLAIMS: joined(told.get(VERIFIED_CLAIMS), named)}
        told = told | await self._attributes.tell(token, standing, client, now=now)
        return {"sub": token.subject, **told, **_sign_in(token)}, named is not None

    async def _written(
        self, told: Mapping[str, Any], client: Client, *, now: datetime
    ) -> HTTPResponse:
        """The claims in the form of the client's registration (Core 5.3.2)."""
        alg, encryption = client.userinfo_signed_response_alg, client.userinfo_encryption
        if alg is not None:
            signed = self._jwts.sign(self._addressed(told, client), alg=alg, now=now)
            body = await self._jwts.encrypted(signed, client, encryption, now=now)
        elif encryption is not None:
            claims = self._addressed(told, client)
            body = await self._jwts.encrypted_claims(claims, client, encryption, now=now)
        else:
            return json_response(200, told)
        return HTTPResponse(200, (("content-type", "application/jwt"),), body.encode("ascii"))

    def _addressed(self, told: Mapping[str, Any], client: Client) -> dict[str, Any]:
        return {"iss": self._issuer, "aud": client.client_id, **told}


def _require_strength(token: AccessToken, client: Client) -> None:
    """Returns if the sign-in was as strong as the weakest level that the client registered for.

    A registration that names levels says what its data is worth: without one of them it is not
    told, though the sign-in itself was allowed (`default_acr_values` is a wish, OpenID Connect
    Registration 2). InsufficientUserAuthentication tells it how to step up.
    """
    levels = [level for level in client.default_acr_values if level in ACR_VALUES]
    if levels and not any(satisfies(token.acr or "", level) for level in levels):
        raise InsufficientUserAuthentication(
            "a stronger sign-in is needed", acr_values=tuple(dict.fromkeys(levels))
        )


def _sign_in(token: AccessToken) -> dict[str, Any]:
    """What was asked by name about the sign-in, as far as the token knows it."""
    said = {"auth_time": token.auth_time, "acr": token.acr}
    known = {name: value for name, value in said.items() if value is not None}
    wishes = {name: wish for name, wish in (token.claims or {}).items() if name in SIGN_IN}
    return fulfilled(wishes, known)
