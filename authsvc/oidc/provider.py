"""The provider, put together once: every object of this room, from what it needs of other rooms."""

from collections.abc import Sequence
from dataclasses import dataclass

from authsvc.authentication.credentials import Credentials
from authsvc.authentication.session import Sessions
from authsvc.authentication.sign_in import SignIn
from authsvc.clients import Clients
from authsvc.clients.authentication import ClientAuthentication
from authsvc.clients.certificate import CLIENT_ANCHORS
from authsvc.clients.client_keys import ClientKeys
from authsvc.clients.registration import Registrations
from authsvc.keyring import KeyRing
from authsvc.oidc import paths
from authsvc.oidc.authorize.authorization_code import AuthorizationCodes
from authsvc.oidc.authorize.authorization_endpoint import AuthorizationEndpoint
from authsvc.oidc.authorize.front import build_front
from authsvc.oidc.authorize.pushed_authorization_request_endpoint import (
    PushedAuthorizationRequestEndpoint,
)
from authsvc.oidc.backchannel.backchannel import Backchannel, build_backchannel
from authsvc.oidc.claim_sources import ClaimSource, ClaimSources
from authsvc.oidc.claims import SENTENCES
from authsvc.oidc.client_jwt import ClientJWTs
from authsvc.oidc.discovery import Discovery
from authsvc.oidc.grants import Grants
from authsvc.oidc.interaction.completion import BackToPlatform
from authsvc.oidc.interaction.cookies import Cookies
from authsvc.oidc.interaction.interaction import REDIRECT, Interactions
from authsvc.oidc.interaction.interaction_endpoint import InteractionEndpoint
from authsvc.oidc.interaction.pages import Pages
from authsvc.oidc.interaction.visitor import Visitors
from authsvc.oidc.jwks_uri import JWKSEndpoint
from authsvc.oidc.jws import JWSReader
from authsvc.oidc.logout.logout import Logout, build_logout
from authsvc.oidc.logout.session_participants import SessionParticipants
from authsvc.oidc.person_claims import PersonClaims
from authsvc.oidc.protected_resource_metadata import ProtectedResourceMetadata
from authsvc.oidc.registration_endpoint import RegistrationEndpoint
from authsvc.oidc.token.access_token import AccessTokens
from authsvc.oidc.token.bearer import PresentedTokens
from authsvc.oidc.token.confirmations import Confirmations
from authsvc.oidc.token.dpop import DPoPProofs
from authsvc.oidc.token.dpop_nonce import DPoPNonces
from authsvc.oidc.token.grant_types import build_grant_types
from authsvc.oidc.token.id_token import IDTokens
from authsvc.oidc.token.introspection_endpoint import IntrospectionEndpoint
from authsvc.oidc.token.refresh_token import RefreshTokens
from authsvc.oidc.token.revocation_endpoint import RevocationEndpoint
from authsvc.oidc.token.revocation_marks import RevocationMarks
from authsvc.oidc.token.token_endpoint import TokenEndpoint
from authsvc.oidc.token.token_status import TokenStatus
from authsvc.oidc.token.tokens import Tokens
from authsvc.oidc.userinfo_endpoint import UserInfoEndpoint
from authsvc.storage import Database, Ephemeral
from authsvc.subscribers import Subscribers
from authsvc.subscribers.memory import SubscriberMemory
from authsvc.web.fetcher import Fetcher
from authsvc.web.templates import Templates


@dataclass(frozen=True)
class Provider:
    """The endpoints, by the names that the metadata has for them, and what outlives a request."""

    authorization: AuthorizationEndpoint
    pushed_authorization_request: PushedAuthorizationRequestEndpoint
    interaction: InteractionEndpoint
    backchannel: Backchannel
    token: TokenEndpoint
    userinfo: UserInfoEndpoint
    protected_resource: ProtectedResourceMetadata
    introspection: IntrospectionEndpoint
    revocation: RevocationEndpoint
    logout: Logout
    registration: RegistrationEndpoint
    jwks: JWKSEndpoint
    discovery: Discovery
    grants: Grants
    codes: AuthorizationCodes
    refresh_tokens: RefreshTokens
    marks: RevocationMarks


def build_provider(
    *,
    issuer: str,
    mtls_issuer: str,
    keyring: KeyRing,
    database: Database,
    ephemeral: Ephemeral,
    clients: Clients,
    fetcher: Fetcher,
    subscribers: Subscribers,
    memory: SubscriberMemory,
    credentials: Credentials,
    sign_in: SignIn,
    sessions: Sessions,
    templates: Templates,
    cookie: str,
    interactions_per_address: int,
    claim_sources: Sequence[ClaimSource] = (),
) -> Provider:
    """A provider. `cookie` is the session cookie's bare name; the limit is for an hour.

    `mtls_issuer` is where a proxy asks clients for certificates, empty if nowhere.
    """
    reader = JWSReader(keyring.signing)
    access_tokens = AccessTokens(issuer=issuer, keyring=keyring, reader=reader)
    id_tokens = IDTokens(issuer=issuer, keys=keyring.signing, seals=keyring.sealer, reader=reader)
    grants = Grants(digests=keyring.digests, subscribers=subscribers, memory=memory)
    refresh_tokens = RefreshTokens(seals=keyring.sealer, digests=keyring.digests)
    marks = RevocationMarks(ephemeral)
    status = TokenStatus(marks=marks, grants=grants, memory=memory)
    client_keys = ClientKeys(fetcher)
    authentication = ClientAuthentication(
        clients,
        keys=client_keys,
        ephemeral=ephemeral,
        issuer=issuer,
        token_endpoint=issuer + paths.TOKEN,
        anchors=keyring.directory.certificates(CLIENT_ANCHORS),
    )
    jwts = ClientJWTs(keys=keyring.signing, client_keys=client_keys)
    sources = ClaimSources(claim_sources, subscribers=subscribers)
    person_claims = PersonClaims(memory=memory, sources=sources)
    tokens = Tokens(
        access_tokens=access_tokens,
        id_tokens=id_tokens,
        jwts=jwts,
        subscribers=subscribers,
        memory=memory,
        person_claims=person_claims,
    )
    codes = AuthorizationCodes(ephemeral, seals=keyring.sealer)
    visitors = Visitors(sessions=sessions, subscribers=subscribers, grants=grants, sign_in=sign_in)
    interactions = Interactions(ephemeral, per_address=interactions_per_address)
    nonces = DPoPNonces(keyring.digests)
    proofs = DPoPProofs(ephemeral=ephemeral, nonces=nonces, origins=(issuer, mtls_issuer))
    confirmations = Confirmations(proofs)
    cookies = Cookies(session=cookie, secure=issuer.startswith("https://"))
    pages = Pages(templates, sentences={**SENTENCES, **sources.sentences})
    participants = SessionParticipants(ephemeral, digests=keyring.digests)
    logout = build_logout(
        issuer=issuer,
        jwts=jwts,
        ephemeral=ephemeral,
        clients=clients,
        fetcher=fetcher,
        subscribers=subscribers,
        participants=participants,
        id_tokens=id_tokens,
        sessions=sessions,
        visitors=visitors,
        cookies=cookies,
        pages=pages,
        templates=templates,
    )
    front = build_front(
        issuer=issuer,
        jwts=jwts,
        ephemeral=ephemeral,
        clients=clients,
        client_keys=client_keys,
        fetcher=fetcher,
        authentication=authentication,
        confirmations=confirmations,
        id_tokens=id_tokens,
        sources=sources,
        codes=codes,
        visitors=visitors,
        interactions=interactions,
        participants=participants,
        cookies=cookies,
        templates=templates,
        per_address=interactions_per_address,
    )
    backchannel = build_backchannel(
        issuer=issuer,
        database=database,
        ephemeral=ephemeral,
        clients=clients,
        client_keys=client_keys,
        fetcher=fetcher,
        authentication=authentication,
        credentials=credentials,
        subscribers=subscribers,
        memory=memory,
        grants=grants,
        id_tokens=id_tokens,
        refresh_tokens=refresh_tokens,
        tokens=tokens,
        visitors=visitors,
        interactions=interactions,
        cookies=cookies,
        pages=pages,
        templates=templates,
        per_address=interactions_per_address,
    )
    return Provider(
        authorization=front.authorization,
        pushed_authorization_request=front.pushed_authorization_request,
        interaction=InteractionEndpoint(
            database=database,
            grants=grants,
            visitors=visitors,
            interactions=interactions,
            completions={
                REDIRECT: BackToPlatform(clients=clients, responses=front.responses, pages=pages),
                **backchannel.completions,
            },
            sign_in=sign_in,
            sessions=sessions,
            ended=logout.sign_out.ended,
            cookies=cookies,
            pages=pages,
        ),
        token=TokenEndpoint(
            authentication=authentication,
            confirmations=confirmations,
            grant_types={
                **backchannel.grant_types,
                **build_grant_types(
                    issuer=issuer,
                    database=database,
                    ephemeral=ephemeral,
                    codes=codes,
                    grants=grants,
                    access_tokens=access_tokens,
                    refresh_tokens=refresh_tokens,
                    marks=marks,
                    tokens=tokens,
                    status=status,
                    memory=memory,
                ),
            },
        ),
        backchannel=backchannel,
        userinfo=UserInfoEndpoint(
            issuer=issuer,
            tokens=PresentedTokens(access_tokens=access_tokens, proofs=proofs),
            confirmations=confirmations,
            status=status,
            clients=clients,
            person_claims=person_claims,
            jwts=jwts,
        ),
        protected_resource=ProtectedResourceMetadata(issuer=issuer),
        introspection=IntrospectionEndpoint(
            issuer=issuer,
            jwts=jwts,
            database=database,
            authentication=authentication,
            access_tokens=access_tokens,
            refresh_tokens=refresh_tokens,
            status=status,
            grants=grants,
            subscribers=subscribers,
            memory=memory,
        ),
        revocation=RevocationEndpoint(
            database=database,
            authentication=authentication,
            access_tokens=access_tokens,
            refresh_tokens=refresh_tokens,
            marks=marks,
        ),
        logout=logout,
        registration=RegistrationEndpoint(
            issuer=issuer,
            registrations=Registrations(
                database=database, clients=clients, digests=keyring.digests, fetcher=fetcher
            ),
        ),
        jwks=JWKSEndpoint(keyring.signing),
        discovery=Discovery(
            issuer=issuer,
            mtls_issuer=mtls_issuer,
            algorithms=keyring.signing.algorithms,
            claim_types=sources.types,
        ),
        grants=grants,
        codes=codes,
        refresh_tokens=refresh_tokens,
        marks=marks,
    )
