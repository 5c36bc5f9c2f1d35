"""The doors of every room: which handlers hang where, and what each is handed."""

from typing import Any

from authsvc.app.departments import BELOW
from authsvc.app.holder_doors import holder_doors
from authsvc.app.house import SESSION_COOKIE, House
from authsvc.app.verifier_doors import verifier_doors
from authsvc.attributes.simulated.routes import published
from authsvc.authentication import routes as authentication_routes
from authsvc.authentication.passkeys import routes as passkeys_routes
from authsvc.authentication.passkeys.ceremonies import Ceremonies
from authsvc.authentication.passkeys.registration import PasskeyRegistration
from authsvc.authentication.routes import Threshold
from authsvc.authentication.session_cookie import SessionCookie
from authsvc.authentication.step_up import routes as step_up_routes
from authsvc.authentication.totp_enrollment import TOTPEnrollment
from authsvc.certificates import routes as certificates_routes
from authsvc.enrollment import routes as enrollment_routes
from authsvc.enrollment.sandbox import routes as sandbox_routes
from authsvc.enrollment.sandbox.cards import SandboxCards
from authsvc.holder.app import routes as app_routes
from authsvc.holder.door import Door
from authsvc.issuance import routes as issuance_routes
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
        *issuance_routes.routes(issuer=house.issuer, clock=house.clock),
        *enrollment_routes.routes(desk=house.desk, clock=house.clock),
        *sandbox_routes.routes(outbox=house.outside.outbox, cards=_sandbox_cards(house)),
        *_authentication_doors(house, door),
        *holder_doors(house, Door(sessions=house.sessions, **door)),
        *verifier_doors(house),
        *_departments_doors(house),
    ]


def _authentication_doors(house: House, door: dict[str, Any]) -> list[Any]:
    threshold = Threshold(sessions=house.sessions, activity=house.activity, **door)
    rest: dict[str, Any] = {
        "database": house.database,
        "ephemeral": house.ephemeral,
        "credentials": house.credentials,
        "subscribers": house.subscribers,
        "activity": house.activity,
    }
    return [
        *authentication_routes.routes(
            sign_in=house.sign_in,
            totp_enrollment=TOTPEnrollment(
                throttle=house.throttle,
                alerts=house.alerts,
                issuer=house.settings.issuer,
                **rest,
            ),
            door=threshold,
        ),
        *passkeys_routes.routes(
            registration=PasskeyRegistration(
                alerts=house.alerts, ceremonies=Ceremonies(issuer=house.settings.issuer), **rest
            ),
            sign_in=house.passkey_sign_in,
            door=threshold,
        ),
        *step_up_routes.routes(step_up=house.step_up, door=threshold),
    ]


def _departments_doors(house: House) -> list[Any]:
    """Under which keys answers of the sandbox's own departments verify."""
    return [
        handler
        for name, department in house.departments.simulated.items()
        for handler in published(department, below=f"{BELOW}/{name}")
    ]


def _sandbox_cards(house: House) -> SandboxCards | None:
    authority = house.outside.authority
    if authority is None:
        return None
    return SandboxCards(
        authority=authority,
        database=house.database,
        subscribers=house.subscribers,
        credentials=house.credentials,
    )
