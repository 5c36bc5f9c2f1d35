"""The provider, put together once: every object of this room, from what it needs of other rooms."""

from dataclasses import dataclass

from authsvc.authentication.session import Sessions
from authsvc.authentication.sign_in import SignIn
from authsvc.clients import Clients
from authsvc.clients.authentication import ClientAuthentication
from authsvc.clients.client import AUTHORIZATION_CODE, REFRESH_TOKEN
from authsvc.keyring import KeyRing
from authsvc.oidc.authorize.authorization_code import AuthorizationCodes
from authsvc.oidc.authorize.authorization_endpoint import AuthorizationEndpoint
from authsvc.oidc.authorize.authorization_response import AuthorizationResponses
from authsvc.oidc.discovery import Discovery
from authsvc.oidc.grants import Grants
from authsvc.oidc.interaction.cookies import Cookies
from authsvc.oidc.interaction.interaction import Interactions
from authsvc.oidc.interaction.interaction_endpoint import InteractionEndpoint
from authsvc.oidc.interaction.pages import Pages
from authsvc.oidc.interaction.visitor import Visitors
from authsvc.oidc.jwks_uri import JWKSEndpoint
from authsvc.oidc.jws import JWSReader
from authsvc.oidc.logout.end_session_endpoint import EndSessionEndpoint
from authsvc.oidc.token.access_token import AccessTokens
from authsvc.oidc.token.code_redemption import CodeRedemption
from authsvc.oidc.token.id_token import IDTokens
from authsvc.oidc.token.introspection_endpoint import IntrospectionEndpoint
from authsvc.oidc.token.refresh_token import RefreshTokens
from authsvc.oidc.token.revocation_endpoint import RevocationEndpoint
from authsvc.oidc.token.revocation_marks import RevocationMarks
from authsvc.oidc.token.token_endpoint import TokenEndpoint
from authsvc.oidc.token.token_refresh import TokenRefresh
from authsvc.oidc.token.token_status import TokenStatus
from authsvc.oidc.token.tokens import Tokens
from authsvc.oidc.userinfo_endpoint import UserInfoEndpoint
from authsvc.storage import Database, Ephemeral
from authsvc.subscribers import Subscribers
from authsvc.web.templates import Templates


@dataclass(frozen=True)
class Provider:
    """The endpoints, by the names that the metadata has for them, and what outlives a request."""

    authorization: AuthorizationEndpoint
    interaction: InteractionEndpoint
    token: TokenEndpoint
    userinfo: UserInfoEndpoint
    introspection: IntrospectionEndpoint
    revocation: RevocationEndpoint
    end_session: EndSessionEndpoint
    jwks: JWKSEndpoint
    discovery: Discovery
    grants: Grants
    codes: AuthorizationCodes
    refresh_tokens: RefreshTokens
    marks: RevocationMarks


def build_provider(
    *,
    issuer: str,
    keyring: KeyRing,
    database: Database,
    ephemeral: Ephemeral,
    clients: Clients,
    subscribers: Subscribers,
    sign_in: SignIn,
    sessions: Sessions,
    templates: Templates,
    cookie: str,
    interactions_per_address: int,
) -> Provider:
    """A provider. `cookie` is the session cookie's bare name; the limit is for an hour."""
    reader = JWSReader(keyring.signing)
    access_tokens = AccessTokens(issuer=issuer, keyring=keyring, reader=reader)
    id_tokens = IDTokens(issuer=issuer, keys=keyring.signing, reader=reader)
    grants = Grants(digests=keyring.digests, subscribers=subscribers)
    refresh_tokens = RefreshTokens(seals=keyring.sealer, digests=keyring.digests)
    marks = RevocationMarks(ephemeral)
    status = TokenStatus(marks=marks, grants=grants)
    authentication = ClientAuthentication(clients)
    tokens = Tokens(access_tokens=access_tokens, id_tokens=id_tokens, subscribers=subscribers)
    codes = AuthorizationCodes(ephemeral)
    visitors = Visitors(
        database=database, sessions=sessions, subscribers=subscribers, grants=grants
    )
    interactions = Interactions(ephemeral, per_address=interactions_per_address)
    responses = AuthorizationResponses(issuer=issuer, codes=codes)
    cookies = Cookies(session=cookie, secure=issuer.startswith("https://"))
    pages = Pages(templates)
    return Provider(
        authorization=AuthorizationEndpoint(
            clients=clients,
            id_tokens=id_tokens,
            visitors=visitors,
            interactions=interactions,
            responses=responses,
            cookies=cookies,
        ),
        interaction=InteractionEndpoint(
            database=database,
            clients=clients,
            grants=grants,
            visitors=visitors,
            interactions=interactions,
            responses=responses,
            sign_in=sign_in,
            sessions=sessions,
            cookies=cookies,
            pages=pages,
        ),
        token=TokenEndpoint(
            authentication=authentication,
            grant_types={
                AUTHORIZATION_CODE: CodeRedemption(
                    database=database,
                    codes=codes,
                    grants=grants,
                    refresh_tokens=refresh_tokens,
                    marks=marks,
                    tokens=tokens,
                ).redeem,
                REFRESH_TOKEN: TokenRefresh(
                    database=database,
                    grants=grants,
                    refresh_tokens=refresh_tokens,
                    marks=marks,
                    tokens=tokens,
                ).refresh,
            },
        ),
        userinfo=UserInfoEndpoint(
            issuer=issuer,
            database=database,
            access_tokens=access_tokens,
            status=status,
            subscribers=subscribers,
        ),
        introspection=IntrospectionEndpoint(
            issuer=issuer,
            database=database,
            authentication=authentication,
            access_tokens=access_tokens,
            refresh_tokens=refresh_tokens,
            status=status,
            grants=grants,
            subscribers=subscribers,
        ),
        revocation=RevocationEndpoint(
            database=database,
            authentication=authentication,
            access_tokens=access_tokens,
            refresh_tokens=refresh_tokens,
            marks=marks,
        ),
        end_session=EndSessionEndpoint(
            clients=clients,
            id_tokens=id_tokens,
            visitors=visitors,
            sessions=sessions,
            ephemeral=ephemeral,
            cookies=cookies,
            pages=pages,
        ),
        jwks=JWKSEndpoint(keyring.signing),
        discovery=Discovery(issuer=issuer),
        grants=grants,
        codes=codes,
        refresh_tokens=refresh_tokens,
        marks=marks,
    )
