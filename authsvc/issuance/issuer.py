"""The issuer, put together once: its endpoints, and what other rooms may ask of it."""

from dataclasses import dataclass

from authsvc.attributes import Departments
from authsvc.authentication.step_up.step_up import StepUp
from authsvc.certificates.credentials import Credentials
from authsvc.clients import Clients
from authsvc.clients.wallet_providers import WALLET_ANCHORS, WalletProviders
from authsvc.issuance.credential_endpoint import CredentialEndpoint
from authsvc.issuance.datasets import Datasets
from authsvc.issuance.deferred import Deferred
from authsvc.issuance.deferred_endpoint import DeferredCredentialEndpoint
from authsvc.issuance.department_statements import DepartmentStatements
from authsvc.issuance.issuing import Freshness, Issuing
from authsvc.issuance.key_proofs import KeyProofs
from authsvc.issuance.metadata_endpoint import MetadataEndpoint
from authsvc.issuance.nonce_endpoint import NonceEndpoint
from authsvc.issuance.nonces import Nonces
from authsvc.issuance.notifications import NotificationEndpoint, NotificationIDs
from authsvc.issuance.offers import Offers
from authsvc.issuance.platforms_endpoint import PlatformsEndpoint
from authsvc.issuance.request_keys import RequestKeys
from authsvc.keyring import KeyRing
from authsvc.oidc.provider import Provider
from authsvc.storage import Database, Ephemeral
from authsvc.subscribers import Subscribers
from authsvc.subscribers.activity import ActivityLog


@dataclass(frozen=True)
class Issuer:
    """The endpoints, by the names that the metadata has for them."""

    metadata: MetadataEndpoint
    nonce: NonceEndpoint
    credential: CredentialEndpoint
    deferred: DeferredCredentialEndpoint
    notification: NotificationEndpoint
    platforms: PlatformsEndpoint
    offers: Offers


def build_issuer(
    *,
    issuer: str,
    keyring: KeyRing,
    database: Database,
    ephemeral: Ephemeral,
    clients: Clients,
    subscribers: Subscribers,
    step_up: StepUp,
    credentials: Credentials,
    activity: ActivityLog,
    provider: Provider,
    datasets: Datasets,
    departments: Departments,
    documents: Freshness,
) -> Issuer:
    """The issuer. `datasets` are those that the provider tells of in its token responses.

    `documents` says whether what is on file of them is of now.
    """
    anchors = keyring.directory.certificates(WALLET_ANCHORS)
    nonces = Nonces(ephemeral, digests=keyring.digests)
    request_keys = RequestKeys(keyring.digests)
    notification_ids = NotificationIDs(keyring.digests)
    deferred = Deferred(ephemeral)
    issuing = Issuing(
        database=database,
        subscribers=subscribers,
        step_up=step_up,
        credentials=credentials,
        activity=activity,
        notification_ids=notification_ids,
        documents=documents,
        departments=DepartmentStatements(
            departments, database=database, subscribers=subscribers, activity=activity
        ),
    )
    return Issuer(
        metadata=MetadataEndpoint(
            issuer=issuer,
            credentials=credentials,
            request_keys=request_keys,
            takes_attestations=bool(anchors),
        ),
        nonce=NonceEndpoint(nonces),
        credential=CredentialEndpoint(
            ephemeral=ephemeral,
            door=provider.token_door,
            clients=clients,
            datasets=datasets,
            proofs=KeyProofs(issuer=issuer, providers=WalletProviders(anchors)),
            nonces=nonces,
            request_keys=request_keys,
            issuing=issuing,
            deferred=deferred,
        ),
        deferred=DeferredCredentialEndpoint(
            door=provider.token_door,
            deferred=deferred,
            issuing=issuing,
            request_keys=request_keys,
        ),
        notification=NotificationEndpoint(
            door=provider.token_door,
            ids=notification_ids,
            ephemeral=ephemeral,
            activity=activity,
        ),
        platforms=PlatformsEndpoint(datasets),
        offers=Offers(issuer=issuer, ephemeral=ephemeral, codes=provider.pre_authorized_codes),
    )
