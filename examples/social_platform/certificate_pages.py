"""Show a certificate: the third way, beside the online number and a password.

The page has a link for the wallet on this device and a QR code for one on a phone. It asks every
few seconds whether a phone has answered; the wallet here sends the browser back to an address of
its own, with a code that is of use to this browser alone.
"""

from dataclasses import asdict

from litestar import Response, get, post
from litestar.di import NamedDependency

from examples.social_platform.certificates import Asked, Certificates
from examples.social_platform.desk import Desk
from examples.social_platform.errors import (
    Refusal,
    StepLost,
    VerificationNeeded,
    VerificationUnavailable,
)
from examples.social_platform.verification_pages import ARRIVALS

BACK = "/certificate/back"
STEP = "certificate"

# What people read in their app, for each of ARRIVALS.
_PURPOSES = {
    "sign-up": "注册账号 · Open an account",
    "sign-in": "登录 · Sign in",
    "link": "验证您的账号 · Verify your account",
    "age": "确认年满 18 岁 · See that you are over 18",
}

Page = Response[str] | Response[None]


@post("/certificate")
async def ask_for_certificate(desk: NamedDependency[Desk]) -> Response[None]:
    """Begins, for one of the purposes that the online number serves as well."""
    purpose = (await desk.form()).get("purpose", "")
    if purpose not in ARRIVALS:
        raise StepLost
    if purpose in ("link", "age"):
        _ = desk.member
    if purpose == "age" and desk.verification is None:
        raise VerificationNeeded
    asked = await _certificates(desk).ask(
        session=_session(desk), purpose=_PURPOSES[purpose], ask_age=purpose == "age"
    )
    facts = {"purpose": purpose, "asked": asdict(asked)}
    desk.square.visits.remember(desk.visit, STEP, facts, now=desk.now)
    return desk.to("/certificate")


@get("/certificate")
async def certificate_page(desk: NamedDependency[Desk]) -> Page:
    """The link and the QR code, until somebody has answered."""
    kept = desk.square.visits.recall(desk.visit, STEP, now=desk.now)
    if kept is None:
        if desk.account is not None:
            return desk.to("/")  # They came back elsewhere in this browser, and are in.
        raise StepLost
    asked = Asked(**kept["asked"])
    try:
        person = await _certificates(desk).look(asked)
    except VerificationUnavailable:
        raise
    except Refusal:
        desk.square.visits.take(desk.visit, STEP, now=desk.now)
        raise
    if person is None:
        return desk.page("certificate.html", asked=asked, asks_age=kept["purpose"] == "age")
    if desk.square.visits.take(desk.visit, STEP, now=desk.now) is None:
        raise StepLost
    person = await _certificates(desk).receipted(asked.on_a_phone, person)
    return ARRIVALS[kept["purpose"]](desk, person)


@get("/certificate/state")
async def certificate_state(desk: NamedDependency[Desk]) -> dict[str, bool]:
    """Whether it still waits, for the page's script; nothing comes of asking."""
    kept = desk.square.visits.recall(desk.visit, STEP, now=desk.now)
    if kept is None:
        return {"waiting": False}
    try:
        person = await _certificates(desk).look(Asked(**kept["asked"]))
    except Refusal:
        return {"waiting": False}
    return {"waiting": person is None}


@get(BACK)
async def come_back_from_wallet(desk: NamedDependency[Desk]) -> Page:
    """The wallet on this device has sent its browser back."""
    # Whoever did not ask in this browser, or has come back already, finds nothing here.
    kept = desk.square.visits.take(desk.visit, STEP, now=desk.now)
    if kept is None:
        raise StepLost
    asked = Asked(**kept["asked"])
    person = await _certificates(desk).redeem(
        asked,
        session=_session(desk),
        response_code=desk.query.get("response_code", ""),
    )
    person = await _certificates(desk).receipted(asked.here, person)
    return ARRIVALS[kept["purpose"]](desk, person)


def _certificates(desk: Desk) -> Certificates:
    if desk.square.certificates is None:
        raise VerificationUnavailable
    return desk.square.certificates


def _session(desk: Desk) -> str:
    """What the verifier is told of the browser: not its cookie."""
    return desk.visit.visitor.hex()


CERTIFICATE_PAGES = [
    ask_for_certificate,
    certificate_page,
    certificate_state,
    come_back_from_wallet,
]
