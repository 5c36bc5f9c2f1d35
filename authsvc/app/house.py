"""The rooms, opened from the ground floor up, each handed what it needs."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from authsvc.app.departments import OpenDepartments
from authsvc.authentication.credentials import Credentials
from authsvc.authentication.passkeys.ceremonies import Ceremonies
from authsvc.authentication.passkeys.passkey_sign_in import PasskeySignIn
from authsvc.authentication.passkeys.sign_in_challenges import SignInChallenges
from authsvc.authentication.password import PasswordHasher
from authsvc.authentication.password_policy import PasswordPolicy
from authsvc.authentication.session import Sessions
from authsvc.authentication.sign_in import SignIn
from authsvc.authentication.step_up.sms_codes import NEW_PHONE, SMSCodes
from authsvc.authentication.step_up.step_up import StepUp
from authsvc.authentication.throttle import Throttle
from authsvc.certificates import CertificateAuthority, Certificates, Standings
from authsvc.clients.registry import Clients
from authsvc.clock import Clock, SystemClock
from authsvc.enrollment.desk import Desk
from authsvc.enrollment.outside import Outside, trusted
from authsvc.evidence.passive_authentication import PassiveAuthentication
from authsvc.holder.departments.links import Links
from authsvc.holder.wallets.own_wallet import own_wallet
from authsvc.issuance.datasets import Datasets
from authsvc.issuance.issuer import Issuer, build_issuer
from authsvc.keyring import KeyRing
from authsvc.oidc.logout.farewells import Farewells
from authsvc.oidc.provider import Provider, build_provider
from authsvc.settings import Settings
from authsvc.storage import Database, Ephemeral
from authsvc.storage.ephemeral.backend import Backend
from authsvc.storage.ephemeral.memory import MemoryBackend
from authsvc.storage.ephemeral.redis import RedisBackend
from authsvc.storage.remembered import Remembered
from authsvc.subscribers import Subscribers
from authsvc.subscribers.activity import ActivityLog, Alerts
from authsvc.subscribers.memory import SubscriberMemory
from authsvc.subscribers.phone import PhoneChanges
from authsvc.subscribers.relations import ComingOfAge, Kinship, Relations
from authsvc.web.fetcher import Fetcher
from authsvc.web.templates import Templates

SESSION_COOKIE = "authsvc-session"


@dataclass(frozen=True)
class House:
    """The rooms, open."""

    settings: Settings
    clock: Clock
    keyring: KeyRing
    database: Database
    ephemeral: Ephemeral
    outside: Outside
    departments: OpenDepartments
    fetcher: Fetcher
    subscribers: Subscribers
    activity: ActivityLog
    alerts: Alerts
    phone_changes: PhoneChanges
    relations: Relations
    kinship: Kinship
    coming_of_age: ComingOfAge
    farewells: Farewells
    certificates: Certificates
    clients: Clients
    hasher: PasswordHasher
    credentials: Credentials
    throttle: Throttle
    sessions: Sessions
    sign_in: SignIn
    passkey_sign_in: PasskeySignIn
    step_up: StepUp
    new_phone_codes: SMSCodes
    desk: Desk
    provider: Provider
    issuer: Issuer
    links: Links

    async def close(self) -> None:
        """Lets go of every connection and thread."""
        await self.desk.close()
        await self.provider.logout.close()
        await self.outside.close()
        self.fetcher.close()
        await self.ephemeral.close()
        await self.database.close()
        self.hasher.close()


def open_house(settings: Settings, clock: Clock | None = None) -> House:
    """Opens every room; KeyRingBroken or SettingsInvalid say what is missing."""
    clock = clock or SystemClock()
    keyring = KeyRing.open(settings.key_directory, rules=settings.keys)
    database = Database(settings.database)
    ephemeral = Ephemeral(_backend(settings, clock), seals=keyring.sealer, digests=keyring.digests)
    outside = Outside.open(settings, ephemeral, clock)
    departments = OpenDepartments.open(settings, outside.client, keyring, clock)
    remembered = Remembered(ephemeral, namespace="subscriber-changing")
    subscribers = Subscribers(keyring, remembered)
    activity = ActivityLog(database, ephemeral)
    relations = Relations(keyring.digests)
    kinship = Kinship(subscribers=subscribers, relations=relations, activity=activity)
    alerts = Alerts(
        database=database, ephemeral=ephemeral, subscribers=subscribers, messenger=outside.sms
    )
    phone_changes = PhoneChanges(
        database=database,
        subscribers=subscribers,
        activity=activity,
        alerts=alerts,
        wait=timedelta(seconds=settings.enrollment.recovery_wait_seconds),
    )
    memory = SubscriberMemory(database=database, subscribers=subscribers, remembered=remembered)
    certificates = Certificates(
        CertificateAuthority.open(keyring, base_url=settings.issuer),
        Standings(database, ephemeral),
    )
    hasher = PasswordHasher(threads=settings.hashing_threads)
    policy = PasswordPolicy(
        minimum=settings.enrollment.password_minimum, strict=not settings.sandbox
    )
    credentials = Credentials(digests=keyring.digests, hasher=hasher, policy=policy)
    throttle = Throttle(ephemeral, settings.throttle)
    clients = Clients(database, loopback_http=settings.sandbox, own=[own_wallet(settings.issuer)])
    fetcher = Fetcher.open(settings)
    sessions = Sessions(ephemeral=ephemeral, seals=keyring.sealer, memory=memory)
    sign_in = SignIn(
        database=database,
        ephemeral=ephemeral,
        credentials=credentials,
        subscribers=subscribers,
        certificates=certificates,
        hasher=hasher,
        throttle=throttle,
        issuer=settings.issuer,
    )
    desk = Desk.open(
        database=database,
        ephemeral=ephemeral,
        keyring=keyring,
        subscribers=subscribers,
        certificates=certificates,
        activity=activity,
        alerts=alerts,
        relations=relations,
        credentials=credentials,
        passive_authentication=PassiveAuthentication(
            trusted(settings, keyring, "document-anchors")
        ),
        register=outside.register,
        register_anchors=trusted(settings, keyring, "register-anchors"),
        sms=outside.sms,
        faces=outside.faces,
        rules=settings.enrollment,
        issuer=settings.issuer,
        clock=clock,
    )
    passkey_sign_in = PasskeySignIn(
        database=database,
        challenges=SignInChallenges(ephemeral, seals=keyring.sealer),
        credentials=credentials,
        subscribers=subscribers,
        throttle=throttle,
        ceremonies=Ceremonies(issuer=settings.issuer),
    )
    codes = partial(SMSCodes, ephemeral=ephemeral, digests=keyring.digests, messenger=outside.sms)
    step_up = StepUp(
        database=database,
        credentials=credentials,
        subscribers=subscribers,
        hasher=hasher,
        throttle=throttle,
        sms_codes=codes(),
    )
    datasets = Datasets(clients)
    provider = build_provider(
        issuer=settings.issuer,
        mtls_issuer=settings.mtls_issuer,
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
        custody=desk.guardianship,
        credentials=credentials,
        sign_in=sign_in,
        passkey_sign_in=passkey_sign_in,
        step_up=step_up,
        sessions=sessions,
        templates=Templates(),
        cookie=SESSION_COOKIE,
        interactions_per_address=settings.throttle.interactions_per_address_per_hour,
        to_fetch=datasets,
        departments=departments.departments,
    )
    issuer = build_issuer(
        issuer=settings.issuer,
        keyring=keyring,
        database=database,
        ephemeral=ephemeral,
        clients=clients,
        subscribers=subscribers,
        step_up=step_up,
        credentials=certificates.credentials,
        activity=activity,
        provider=provider,
        datasets=datasets,
        departments=departments.departments,
    )
    return House(
        settings=settings,
        clock=clock,
        keyring=keyring,
        database=database,
        ephemeral=ephemeral,
        outside=outside,
        departments=departments,
        fetcher=fetcher,
        subscribers=subscribers,
        activity=activity,
        alerts=alerts,
        phone_changes=phone_changes,
        relations=relations,
        kinship=kinship,
        coming_of_age=ComingOfAge(database=database, subscribers=subscribers, kinship=kinship),
        farewells=Farewells(
            database=database,
            ending=desk.ending,
            grants=provider.grants,
            sign_out=provider.logout.sign_out,
        ),
        certificates=certificates,
        clients=clients,
        hasher=hasher,
        credentials=credentials,
        throttle=throttle,
        sessions=sessions,
        sign_in=sign_in,
        passkey_sign_in=passkey_sign_in,
        step_up=step_up,
        new_phone_codes=codes(purpose=NEW_PHONE),
        provider=provider,
        issuer=issuer,
        desk=desk,
        links=Links(
            departments.departments,
            database=database,
            ephemeral=ephemeral,
            subscribers=subscribers,
            activity=activity,
        ),
    )


def _backend(settings: Settings, clock: Clock) -> Backend:
    return RedisBackend(settings.redis_url) if settings.redis_url else MemoryBackend(clock)
