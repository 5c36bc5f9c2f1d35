"""The provider, put together once: its endpoints, from what the chambers share (`parts`).

Each chamber with endpoints of its own puts those together: `build_front`, `build_backchannel`,
`build_logout`. What more than one endpoint works with is in `parts`.
"""

from dataclasses import dataclass

from authsvc.attributes import Departments
from authsvc.authentication.credentials import Credentials
from authsvc.authentication.passkeys.passkey_sign_in import PasskeySignIn
from authsvc.authentication.session import Sessions
from authsvc.authentication.sign_in import SignIn
from authsvc.authentication.step_up.step_up import StepUp
from authsvc.certificates.credentials.signer import CredentialSigner
from authsvc.clients import Clients
from authsvc.clients.registration import Registrations
from authsvc.keyring import KeyRing
from authsvc.oidc.authorize.authorization_code import AuthorizationCodes
from authsvc.oidc.authorize.authorization_endpoint import AuthorizationEndpoint
from authsvc.oidc.authorize.front import build_front
from authsvc.oidc.authorize.pushed_authorization_request_endpoint import (
    PushedAuthorizationRequestEndpoint,
)
from authsvc.oidc.backchannel.backchannel import Backchannel, build_backchannel
from authsvc.oidc.claims.identity_disclosure import Disclosures
from authsvc.oidc.claims.protected_resource_metadata import ProtectedResourceMetadata
from authsvc.oidc.claims.receipt import Receipts
from authsvc.oidc.claims.receipt_endpoint import ReceiptEndpoint
from authsvc.oidc.claims.userinfo_endpoint import UserInfoEndpoint
from authsvc.oidc.crossdevice.crossdevice import CrossDevice, build_crossdevice, link_sign_in
from authsvc.oidc.crossdevice.link_page import LINK
from authsvc.oidc.discovery import Discovery
from authsvc.oidc.grants import Grants
from authsvc.oidc.guardians.custody import Custody
from authsvc.oidc.guardians.guardians import Guardians, build_guardians
from authsvc.oidc.interaction.completion import BackToPlatform
from authsvc.oidc.interaction.consents import Consents
from authsvc.oidc.interaction.identity_question import IdentityQuestions
from authsvc.oidc.interaction.interaction import REDIRECT
from authsvc.oidc.interaction.interaction_endpoint import InteractionEndpoint
from authsvc.oidc.interaction.proving import Proving
from authsvc.oidc.jwks_uri import JWKSEndpoint
from authsvc.oidc.logout.logout import Logout, build_logout
from authsvc.oidc.parts import Foundation, Parts
from authsvc.oidc.registration_endpoint import RegistrationEndpoint
from authsvc.oidc.token.grant_types import build_grant_types
from authsvc.oidc.token.introspection_endpoint import IntrospectionEndpoint
from authsvc.oidc.token.pre_authorized_code import PreAuthorizedCodes
from authsvc.oidc.token.refresh_token import RefreshTokens
from authsvc.oidc.token.revocation_endpoint import RevocationEndpoint
from authsvc.oidc.token.revocation_marks import RevocationMarks
from authsvc.oidc.token.token_door import TokenDoor
from authsvc.oidc.token.token_endpoint import TokenEndpoint
from authsvc.oidc.token.tokens import CertificatesToFetch
from authsvc.storage import Database, Ephemeral
from authsvc.subscribers import Subscribers
from authsvc.subscribers.activity import ActivityLog, Alerts
from authsvc.subscribers.memory import SubscriberMemory
from authsvc.subscribers.relations import Kinship, Relations
from authsvc.web.fetcher import Fetcher
from authsvc.web.templates import Templates


@dataclass(frozen=True)
class Provider:
    """The endpoints, by the names that the metadata has for them, and what outlives a request."""

    authorization: AuthorizationEndpoint
    pushed_authorization_request: PushedAuthorizationRequestEndpoint
    interaction: InteractionEndpoint
    crossdevice: CrossDevice
    backchannel: Backchannel
    guardians: Guardians
    token: TokenEndpoint
    userinfo: UserInfoEndpoint
    receipt: ReceiptEndpoint
    protected_resource: ProtectedResourceMetadata
    introspection: IntrospectionEndpoint
    revocation: RevocationEndpoint
    logout: Logout
    registration: RegistrationEndpoint
    jwks: JWKSEndpoint
    discovery: Discovery
    token_door: TokenDoor
    grants: Grants
    codes: AuthorizationCodes
    pre_authorized_codes: PreAuthorizedCodes
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
    activity: ActivityLog,
    alerts: Alerts,
    relations: Relations,
    kinship: Kinship,
    custody: Custody,
    credentials: Credentials,
    sign_in: SignIn,
    passkey_sign_in: PasskeySignIn,
    step_up: StepUp,
    sessions: Sessions,
    templates: Templates,
    cookie: str,
    interactions_per_address: int,
    to_fetch: CertificatesToFetch,
    receipt_signer: CredentialSigner,
    departments: Departments,
) -> Provider:
    """The provider; what it takes is said at `Foundation`."""
    on = Foundation(
        issuer=issuer,
        mtls_issuer=mtls_issuer,
        keyring=keyring,
        database=database,
        ephemeral=ephemeral,
        clients=clients,
        fetcher=fetcher,
        subscribers=subscribers,
        memory=memory,
        activity=activity,
        alerts=alerts,
        relations=relations,
        kinship=kinship,
        custody=custody,
        credentials=credentials,
        sign_in=sign_in,
        passkey_sign_in=passkey_sign_in,
        step_up=step_up,
        sessions=sessions,
        templates=templates,
        cookie=cookie,
        interactions_per_address=interactions_per_address,
        departments=departments,
        to_fetch=to_fetch,
        receipt_signer=receipt_signer,
    )
    parts = Parts(on)
    front = build_front(on, parts)
    backchannel = build_backchannel(on, parts)
    guardians = build_guardians(on, parts)
    logout = build_logout(on, parts)
    token_door = TokenDoor(
        issuer=on.issuer,
        presented=parts.presented,
        status=parts.status,
        confirmations=parts.confirmations,
    )
    interaction = InteractionEndpoint(
        consents=Consents(
            database=on.database, grants=parts.grants, activity=on.activity, alerts=on.alerts
        ),
        activity=on.activity,
        visitors=parts.visitors,
        guardians=guardians.approval,
        interactions=parts.interactions,
        completions={
            REDIRECT: BackToPlatform(
                clients=on.clients, responses=front.responses, pages=parts.pages
            ),
            **backchannel.completions,
            LINK: link_sign_in(on.issuer),
        },
        proving=Proving(
            sign_in=on.sign_in,
            passkey_sign_in=on.passkey_sign_in,
            step_up=on.step_up,
            sessions=on.sessions,
            activity=on.activity,
            ended=logout.sign_out.ended,
            interactions=parts.interactions,
            cookies=parts.cookies,
            pages=parts.pages,
        ),
        questions=IdentityQuestions(database=on.database, subscribers=on.subscribers),
        sessions=on.sessions,
        cookies=parts.cookies,
    )
    return Provider(
        authorization=front.authorization,
        pushed_authorization_request=front.pushed_authorization_request,
        interaction=interaction,
        crossdevice=build_crossdevice(on, parts, interaction=interaction),
        token=TokenEndpoint(
            authentication=parts.authentication,
            confirmations=parts.confirmations,
            grant_types={
                **backchannel.grant_types,
                **build_grant_types(on, parts),
            },
        ),
        backchannel=backchannel,
        guardians=guardians,
        userinfo=UserInfoEndpoint(
            issuer=on.issuer,
            tokens=parts.presented,
            confirmations=parts.confirmations,
            status=parts.status,
            clients=on.clients,
            person_claims=parts.person_claims,
            disclosures=Disclosures(
                database=on.database, subscribers=on.subscribers, activity=on.activity
            ),
            attributes=parts.attributes,
            jwts=parts.jwts,
        ),
        receipt=ReceiptEndpoint(
            door=token_door,
            clients=on.clients,
            ephemeral=on.ephemeral,
            receipts=Receipts(issuer=on.issuer, signer=on.receipt_signer),
            memory=on.memory,
        ),
        protected_resource=ProtectedResourceMetadata(issuer=on.issuer),
        introspection=IntrospectionEndpoint(
            issuer=on.issuer,
            jwts=parts.jwts,
            database=on.database,
            authentication=parts.authentication,
            access_tokens=parts.access_tokens,
            refresh_tokens=parts.refresh_tokens,
            status=parts.status,
            grants=parts.grants,
            subscribers=on.subscribers,
            memory=on.memory,
        ),
        revocation=RevocationEndpoint(
            database=on.database,
            authentication=parts.authentication,
            access_tokens=parts.access_tokens,
            refresh_tokens=parts.refresh_tokens,
            marks=parts.marks,
        ),
        logout=logout,
        registration=RegistrationEndpoint(
            issuer=on.issuer,
            registrations=Registrations(
                database=on.database,
                clients=on.clients,
                digests=on.keyring.digests,
                fetcher=on.fetcher,
            ),
        ),
        jwks=JWKSEndpoint(on.keyring.signing),
        discovery=Discovery(
            issuer=on.issuer,
            mtls_issuer=on.mtls_issuer,
            algorithms=on.keyring.signing.algorithms,
            claim_types=parts.attributes.types,
            knows_wallet_makers=bool(parts.wallet_anchors),
        ),
        token_door=token_door,
        grants=parts.grants,
        codes=parts.codes,
        pre_authorized_codes=parts.pre_authorized_codes,
        refresh_tokens=parts.refresh_tokens,
        marks=parts.marks,
    )
