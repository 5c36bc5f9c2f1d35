"""Where everything meets: settings go in, the service comes out.

`open_house` opens the rooms from the ground floor up and hands each what it needs; `create_app`
puts their doors behind one ASGI application and starts what runs by itself. There is no other
place that knows two rooms which do not know each other.
"""

import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from litestar import Litestar
from litestar.types import ASGIApp

from authsvc.authentication import routes as authentication_routes
from authsvc.authentication.credentials import Credentials
from authsvc.authentication.password import PasswordHasher
from authsvc.authentication.password_policy import PasswordPolicy
from authsvc.authentication.session import Sessions
from authsvc.authentication.session_cookie import SessionCookie
from authsvc.authentication.sign_in import SignIn
from authsvc.authentication.throttle import Throttle
from authsvc.authentication.totp_enrollment import TOTPEnrollment
from authsvc.certificates import CertificateAuthority, Certificates, Standings
from authsvc.certificates import routes as certificates_routes
from authsvc.clients.registry import Clients
from authsvc.clock import Clock, SystemClock
from authsvc.enrollment import routes as enrollment_routes
from authsvc.enrollment.desk import Desk
from authsvc.enrollment.leaving import Leaving
from authsvc.enrollment.outside import Outside, trusted
from authsvc.evidence.passive_authentication import PassiveAuthentication
from authsvc.holder import routes as holder_routes
from authsvc.holder.overview import Overviews
from authsvc.holder.parting import Parting
from authsvc.holder.platforms import Platforms
from authsvc.housekeeping import Housekeeping
from authsvc.keyring import KeyRing
from authsvc.oidc import routes as oidc_routes
from authsvc.oidc.provider import Provider, build_provider
from authsvc.settings import Settings, load_settings
from authsvc.storage import Database, Ephemeral
from authsvc.storage.ephemeral.backend import Backend
from authsvc.storage.ephemeral.memory import MemoryBackend
from authsvc.storage.ephemeral.redis import RedisBackend
from authsvc.storage.migrations import require_current
from authsvc.storage.remembered import Remembered
from authsvc.subscribers import Subscribers
from authsvc.subscribers.memory import SubscriberMemory
from authsvc.web import routes as web_routes
from authsvc.web.asgi import MAX_BODY
from authsvc.web.exception_handlers import exception_handlers
from authsvc.web.fetcher import Fetcher
from authsvc.web.forwarded import ForwardedClient
from authsvc.web.front_door import FrontDoor
from authsvc.web.headers import SecurityHeaders
from authsvc.web.health import health_routes
from authsvc.web.logging import AccessLog, configure_logging
from authsvc.web.openapi import openapi_config
from authsvc.web.same_origin import json_api
from authsvc.web.templates import Templates
from authsvc.web.worker import at_work

SESSION_COOKIE = "authsvc-session"

Lifespan = Callable[[Litestar], AbstractAsyncContextManager[None]]


@dataclass(frozen=True)
class House:
    """The rooms, open."""

    settings: Settings
    clock: Clock
    keyring: KeyRing
    database: Database
    ephemeral: Ephemeral
    outside: Outside
    fetcher: Fetcher
    subscribers: Subscribers
    certificates: Certificates
    clients: Clients
    hasher: PasswordHasher
    credentials: Credentials
    throttle: Throttle
    sessions: Sessions
    sign_in: SignIn
    desk: Desk
    provider: Provider

    async def close(self) -> None:
        """Lets go of every connection and thread."""
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
    remembered = Remembered(ephemeral, namespace="subscriber-changing")
    subscribers = Subscribers(keyring, remembered)
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
    clients = Clients(database, loopback_http=settings.sandbox)
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
    return House(
        settings=settings,
        clock=clock,
        keyring=keyring,
        database=database,
        ephemeral=ephemeral,
        outside=outside,
        fetcher=fetcher,
        subscribers=subscribers,
        certificates=certificates,
        clients=clients,
        hasher=hasher,
        credentials=credentials,
        throttle=throttle,
        sessions=sessions,
        sign_in=sign_in,
        provider=build_provider(
            issuer=settings.issuer,
            mtls_issuer=settings.mtls_issuer,
            keyring=keyring,
            database=database,
            ephemeral=ephemeral,
            clients=clients,
            fetcher=fetcher,
            subscribers=subscribers,
            memory=memory,
            credentials=credentials,
            sign_in=sign_in,
            sessions=sessions,
            templates=Templates(),
            cookie=SESSION_COOKIE,
            interactions_per_address=settings.throttle.interactions_per_address_per_hour,
        ),
        desk=Desk.open(
            database=database,
            ephemeral=ephemeral,
            keyring=keyring,
            subscribers=subscribers,
            certificates=certificates,
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
        ),
    )


def create_app(
    settings: Settings, clock: Clock | None = None, *, within: Sequence[Lifespan] = ()
) -> Litestar:
    """The service as an ASGI application. It owns what it opens and closes it at shutdown.

    `within` is entered when everything is open, and left before anything closes.
    """
    house = open_house(settings, clock)
    doors = _doors(house)
    app = Litestar(
        route_handlers=doors,
        before_request=json_api(settings.issuer),
        request_max_body_size=MAX_BODY,
        exception_handlers=exception_handlers(),
        lifespan=[_lifespan(house), *within],
        logging_config=None,
        openapi_config=openapi_config(bearer=enrollment_routes.SECURITY_SCHEME),
    )
    known = ForwardedClient(
        AccessLog(cast("Any", app.asgi_handler)), proxies=settings.proxy_networks
    )
    framework = SecurityHeaders(known, https=settings.secure)
    front = FrontDoor(framework, doors, knows=known.know_client, https=settings.secure)
    app.asgi_handler = cast("ASGIApp", front)
    return app


def from_environment() -> Litestar:
    """What a server calls: the file named by AUTHSVC_CONFIG, then AUTHSVC_* variables."""
    configure_logging()
    path = os.environ.get("AUTHSVC_CONFIG")
    return create_app(load_settings(Path(path) if path else None), within=[at_work])


def _doors(house: House) -> list[Any]:
    settings = house.settings
    cookie = SessionCookie(SESSION_COOKIE, secure=settings.secure)
    door: dict[str, Any] = {
        "clock": house.clock,
        "cookie": cookie,
        "ended": house.provider.logout.sign_out.ended,
    }
    return [
        *web_routes.routes(),
        *health_routes([house.database.ping, house.ephemeral.ping]),
        *certificates_routes.routes(
            certificates=house.certificates, database=house.database, clock=house.clock
        ),
        *oidc_routes.routes(provider=house.provider, clock=house.clock, templates=Templates()),
        *enrollment_routes.routes(desk=house.desk, clock=house.clock, outbox=house.outside.outbox),
        *authentication_routes.routes(
            sign_in=house.sign_in,
            sessions=house.sessions,
            totp_enrollment=TOTPEnrollment(
                database=house.database,
                ephemeral=house.ephemeral,
                credentials=house.credentials,
                subscribers=house.subscribers,
                throttle=house.throttle,
                issuer=settings.issuer,
            ),
            **door,
        ),
        *_holder_doors(house, door),
    ]


def _holder_doors(house: House, door: dict[str, Any]) -> Sequence[Any]:
    leaving = Leaving(subscribers=house.subscribers, certificates=house.certificates)
    rest: dict[str, Any] = {"database": house.database, "subscribers": house.subscribers}
    return holder_routes.routes(
        overviews=Overviews(certificates=house.certificates, **rest),
        platforms=Platforms(
            issuer=house.settings.issuer,
            clients=house.clients,
            grants=house.provider.grants,
            **rest,
        ),
        parting=Parting(leaving=leaving, **rest),
        sessions=house.sessions,
        **door,
    )


def _lifespan(house: House) -> Any:
    keeping = Housekeeping(
        keyring=house.keyring,
        database=house.database,
        register=house.outside.register,
        desk=house.desk,
        provider=house.provider,
        credentials=house.credentials,
        clock=house.clock,
        poll_seconds=house.settings.register.poll_seconds,
    )

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        await require_current(house.database)
        try:
            async with keeping.underway():
                yield
        finally:
            await house.close()

    return lifespan


def _backend(settings: Settings, clock: Clock) -> Backend:
    return RedisBackend(settings.redis_url) if settings.redis_url else MemoryBackend(clock)
