"""What the chambers share, each made once: first what other rooms give, then what stands on it.

Only `provider` and the chambers' builders know these two. Whatever they build is handed what it
needs, and nothing else.
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
from authsvc.clients.authentication import ClientAuthentication
from authsvc.clients.certificate import CLIENT_ANCHORS
from authsvc.clients.client_keys import ClientKeys
from authsvc.clients.wallet_providers import WALLET_ANCHORS
from authsvc.keyring import KeyRing
from authsvc.oidc import paths
from authsvc.oidc.authorize.authorization_code import AuthorizationCodes
from authsvc.oidc.claims.attribute_claims import AttributeClaims
from authsvc.oidc.claims.person_claims import PersonClaims
from authsvc.oidc.client_jwt import ClientJWTs
from authsvc.oidc.grants import Grants
from authsvc.oidc.guardians.custody import Custody, CustodyWatch
from authsvc.oidc.guardians.guardian_news import GuardianNews
from authsvc.oidc.interaction.cookies import Cookies
from authsvc.oidc.interaction.interaction import Interactions
from authsvc.oidc.interaction.pages import Pages
from authsvc.oidc.interaction.visitor import Visitors
from authsvc.oidc.jws import JWSReader
from authsvc.oidc.logout.session_participants import SessionParticipants
from authsvc.oidc.token.access_tokens import AccessTokens
from authsvc.oidc.token.bearer import PresentedTokens
from authsvc.oidc.token.confirmations import Confirmations
from authsvc.oidc.token.dpop import DPoPProofs
from authsvc.oidc.token.dpop_nonce import DPoPNonces
from authsvc.oidc.token.id_token import IDTokens
from authsvc.oidc.token.pre_authorized_code import PreAuthorizedCodes
from authsvc.oidc.token.refresh_token import RefreshTokens
from authsvc.oidc.token.revocation_marks import RevocationMarks
from authsvc.oidc.token.token_status import TokenStatus
from authsvc.oidc.token.tokens import CertificatesToFetch, Tokens
from authsvc.storage import Database, Ephemeral
from authsvc.subscribers import Subscribers
from authsvc.subscribers.activity import ActivityLog, Alerts
from authsvc.subscribers.memory import SubscriberMemory
from authsvc.subscribers.relations import Kinship, Relations
from authsvc.web.fetcher import Fetcher
from authsvc.web.templates import Templates


@dataclass(frozen=True, kw_only=True)
class Foundation:
    """What the provider stands on. `cookie` is the session cookie's bare name.

    `mtls_issuer` is where a proxy asks clients for certificates, empty if nowhere;
    `interactions_per_address` is how much strangers of one address may begin in an hour.
    """

    issuer: str
    mtls_issuer: str
    keyring: KeyRing
    database: Database
    ephemeral: Ephemeral
    clients: Clients
    fetcher: Fetcher
    subscribers: Subscribers
    memory: SubscriberMemory
    activity: ActivityLog
    alerts: Alerts
    relations: Relations
    kinship: Kinship
    custody: Custody
    credentials: Credentials
    sign_in: SignIn
    passkey_sign_in: PasskeySignIn
    step_up: StepUp
    sessions: Sessions
    templates: Templates
    cookie: str
    interactions_per_address: int
    departments: Departments
    to_fetch: CertificatesToFetch
    receipt_signer: CredentialSigner


class Parts:
    """What more than one endpoint works with."""

    def __init__(self, on: Foundation) -> None:
        keys, seals, digests = on.keyring.signing, on.keyring.sealer, on.keyring.digests

        # Clients: how they prove themselves, and what is signed for them.
        self.client_keys = ClientKeys(on.fetcher)
        self.wallet_anchors = on.keyring.directory.certificates(WALLET_ANCHORS)
        self.authentication = ClientAuthentication(
            on.clients,
            keys=self.client_keys,
            ephemeral=on.ephemeral,
            issuer=on.issuer,
            token_endpoint=on.issuer + paths.TOKEN,
            anchors=on.keyring.directory.certificates(CLIENT_ANCHORS),
            wallet_anchors=self.wallet_anchors,
        )
        self.jwts = ClientJWTs(keys=keys, client_keys=self.client_keys)

        # People: what they granted, and what is told about them.
        self.grants = Grants(digests=digests, subscribers=on.subscribers, memory=on.memory)
        self.person_claims = PersonClaims(memory=on.memory)
        self.attributes = AttributeClaims(
            on.departments,
            database=on.database,
            ephemeral=on.ephemeral,
            subscribers=on.subscribers,
            memory=on.memory,
            activity=on.activity,
        )

        # Tokens: each kind, whether one is still good, and whose key it is bound to.
        reader = JWSReader(keys)
        self.codes = AuthorizationCodes(on.ephemeral, seals=seals)
        self.access_tokens = AccessTokens(issuer=on.issuer, keyring=on.keyring, reader=reader)
        self.id_tokens = IDTokens(issuer=on.issuer, keys=keys, seals=seals, reader=reader)
        self.refresh_tokens = RefreshTokens(seals=seals, digests=digests)
        self.marks = RevocationMarks(on.ephemeral)
        self.status = TokenStatus(marks=self.marks, grants=self.grants, memory=on.memory)
        self.tokens = Tokens(
            access_tokens=self.access_tokens,
            id_tokens=self.id_tokens,
            jwts=self.jwts,
            subscribers=on.subscribers,
            person_claims=self.person_claims,
            to_fetch=on.to_fetch,
        )
        self.pre_authorized_codes = PreAuthorizedCodes(on.ephemeral, digests=digests)
        self.proofs = DPoPProofs(
            ephemeral=on.ephemeral,
            nonces=DPoPNonces(digests),
            origins=(on.issuer, on.mtls_issuer),
        )
        self.confirmations = Confirmations(self.proofs)
        self.presented = PresentedTokens(access_tokens=self.access_tokens, proofs=self.proofs)

        # Visits: who is at the door, what they are asked, and where their session is used.
        self.visitors = Visitors(
            sessions=on.sessions,
            subscribers=on.subscribers,
            memory=on.memory,
            grants=self.grants,
            step_up=on.step_up,
        )
        self.interactions = Interactions(on.ephemeral, per_address=on.interactions_per_address)
        self.cookies = Cookies(session=on.cookie, secure=on.issuer.startswith("https://"))
        self.pages = Pages(on.templates)
        self.participants = SessionParticipants(on.ephemeral, digests=digests)

        # Guardians of minors: what they hear, and whether they are guardians still.
        self.custody = CustodyWatch(
            database=on.database,
            ephemeral=on.ephemeral,
            kinship=on.kinship,
            custody=on.custody,
        )
        self.news = GuardianNews(
            database=on.database,
            relations=on.relations,
            kinship=on.kinship,
            custody=self.custody,
            activity=on.activity,
        )
