"""The doors of every room: which handlers hang where, and what each is handed."""

from collections.abc import Sequence
from typing import Any

from authsvc.app.house import SESSION_COOKIE, House
from authsvc.authentication import routes as authentication_routes
from authsvc.authentication.session_cookie import SessionCookie
from authsvc.authentication.totp_enrollment import TOTPEnrollment
from authsvc.certificates import routes as certificates_routes
from authsvc.enrollment import routes as enrollment_routes
from authsvc.enrollment.leaving import Leaving
from authsvc.holder import routes as holder_routes
from authsvc.holder.app import routes as app_routes
from authsvc.holder.overview import Overviews
from authsvc.holder.parting import Parting
from authsvc.holder.platforms import Platforms
from authsvc.oidc import routes as oidc_routes
from authsvc.web import routes as web_routes
from authsvc.web.health import health_routes
from authsvc.web.templates import Templates


def doors_of(house: House) -> list[Any]:
    """Every handler of the service."""
    settings = house.settings
    cookie = SessionCookie(SESSION_COOKIE, secure=settings.secure)
    door: dict[str, Any] = {
        "clock": house.clock,
        "cookie": cookie,
        "ended": house.provider.logout.sign_out.ended,
    }
    return [
        *web_routes.routes(),
        *app_routes.routes(templates=Templates(), sandbox=settings.sandbox),
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
