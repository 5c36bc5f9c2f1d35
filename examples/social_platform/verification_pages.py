"""Verify with online number: what a person sees of it, from asking to unlinking.

A person is sent to the service for one of four purposes and comes back to one address:

    link      a member makes their account verified
    age       a verified member enters the room for adults
    sign-up   somebody opens an account that is verified from the start
    sign-in   somebody enters their verified account without a password
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict

from litestar import Response, get, post
from litestar.di import NamedDependency

from examples.social_platform.desk import Desk
from examples.social_platform.errors import (
    AccountIsVerified,
    PasswordNeeded,
    PersonHasAccount,
    Refusal,
    StepLost,
    TooYoung,
    VerificationDeclined,
    VerificationNeeded,
)
from examples.social_platform.online_number import Question, VerifiedPerson
from examples.social_platform.receipts import Receipt

CALLBACK = "/online-number/callback"

Page = Response[str] | Response[None]


@get("/verify")
async def verify_page(desk: NamedDependency[Desk]) -> Response[str]:
    """What verifying means, and what the platform will and will not learn."""
    _ = desk.member
    return desk.page("verify.html")


@post("/verify")
async def verify(desk: NamedDependency[Desk]) -> Response[None]:
    """Sends a member to the service."""
    await desk.form()
    _ = desk.member
    return await _ask(desk, "link")


@post("/sign-up/online-number")
async def sign_up_with_online_number(desk: NamedDependency[Desk]) -> Response[None]:
    """Sends a newcomer to the service."""
    await desk.form()
    return await _ask(desk, "sign-up")


@post("/sign-in/online-number")
async def sign_in_with_online_number(desk: NamedDependency[Desk]) -> Response[None]:
    """Sends somebody who has a verified account to the service."""
    await desk.form()
    return await _ask(desk, "sign-in")


@get("/adults")
async def adults_page(desk: NamedDependency[Desk]) -> Response[str]:
    """The room for adults, or the way to it. Only "over 18: yes or no" is ever kept."""
    _ = desk.member
    if desk.verification is None:
        raise VerificationNeeded
    answer = desk.verification.over_18
    return desk.page("adults.html", refusal=TooYoung() if answer == 0 else None, answer=answer)


@post("/adults")
async def adults(desk: NamedDependency[Desk]) -> Response[None]:
    """Sends a verified member to the service with one question."""
    await desk.form()
    _ = desk.member
    if desk.verification is None:
        raise VerificationNeeded
    return await _ask(desk, "age")


@get(CALLBACK)
async def come_back(desk: NamedDependency[Desk]) -> Page:
    """The person is back from the service."""
    desk.square.recording.redirect(desk.query)
    # Whoever did not ask in this browser, or has come back already, finds nothing here.
    step = f"question {desk.query.get('state', '')}"
    kept = desk.square.visits.take(desk.visit, step, now=desk.now)
    if kept is None:
        raise StepLost
    purpose, question = kept["purpose"], Question(**kept["question"])
    person = await desk.square.online_number.finish(question, desk.query, ask_age=purpose == "age")
    return ARRIVALS[purpose](desk, person)


@get("/verified")
async def verified_page(desk: NamedDependency[Desk]) -> Page:
    """It worked."""
    _ = desk.member
    if desk.verification is None:
        return desk.to("/verify")
    return desk.page("verified.html")


@get("/sign-up/handle")
async def handle_page(desk: NamedDependency[Desk]) -> Response[str]:
    """The last step of signing up with online number: choose a handle."""
    if desk.square.visits.recall(desk.visit, "newcomer", now=desk.now) is None:
        raise StepLost
    return desk.page("handle.html", entered={})


@post("/sign-up/handle")
async def choose_handle(desk: NamedDependency[Desk]) -> Page:
    """Opens an account that is verified from the start."""
    form = await desk.form()
    square = desk.square
    newcomer = square.visits.recall(desk.visit, "newcomer", now=desk.now)
    if newcomer is None:
        raise StepLost
    try:
        handle = square.accounts.new_handle(form.get("handle", ""))
    except Refusal as refusal:
        return desk.page("handle.html", refusal=refusal, entered=form)
    with square.transaction():
        account = square.accounts.create(
            handle=handle, password_hash=None, phone=None, now=desk.now
        )
        square.verifications.link(account.id, newcomer["subject"], now=desk.now)
        kept = newcomer["receipt"]
        receipt = Receipt(**kept) if kept is not None else None
        square.receipts.keep(newcomer["subject"], receipt, now=desk.now)
    desk.sign_in(account)
    return desk.to("/verified")


@get("/unlink")
async def unlink_page(desk: NamedDependency[Desk]) -> Response[str]:
    """What unlinking means; a member without a password needs one first."""
    if desk.member.password_hash is None:
        raise PasswordNeeded
    return desk.page("unlink.html")


@post("/unlink")
async def unlink(desk: NamedDependency[Desk]) -> Response[None]:
    """The account goes on as an account without verification."""
    await desk.form()
    account = desk.member
    if account.password_hash is None:
        raise PasswordNeeded
    desk.square.verifications.unlink(account.id, now=desk.now)
    return desk.to("/what-we-know")


def _link(desk: Desk, person: VerifiedPerson) -> Page:
    with desk.square.transaction():
        desk.square.verifications.link(desk.member.id, person.subject, now=desk.now)
        desk.square.receipts.keep(person.subject, person.receipt, now=desk.now)
    return desk.to("/verified")


def _age(desk: Desk, person: VerifiedPerson) -> Page:
    if desk.verification is None or desk.verification.subject != person.subject:
        raise AccountIsVerified
    if person.over_18 is None:
        raise VerificationDeclined
    desk.square.verifications.remember_age(desk.member.id, over_18=person.over_18, now=desk.now)
    desk.square.receipts.keep(person.subject, person.receipt, now=desk.now)
    return desk.to("/adults")


def _sign_up(desk: Desk, person: VerifiedPerson) -> Page:
    known = desk.square.verifications.of_subject(person.subject)
    if known is not None and known.account_id is not None:
        raise PersonHasAccount
    return _welcome(desk, person)


def _sign_in(desk: Desk, person: VerifiedPerson) -> Page:
    known = desk.square.verifications.of_subject(person.subject)
    account_id = known.account_id if known is not None else None
    account = desk.square.accounts.find(account_id) if account_id is not None else None
    if account is None:
        return _welcome(desk, person)
    # Whoever was verified before there were receipts has one from their next visit on.
    desk.square.receipts.keep(person.subject, person.receipt, now=desk.now)
    desk.sign_in(account)
    return desk.to("/")


def _welcome(desk: Desk, person: VerifiedPerson) -> Page:
    receipt = asdict(person.receipt) if person.receipt is not None else None
    facts = {"subject": person.subject, "receipt": receipt}
    desk.square.visits.remember(desk.visit, "newcomer", facts, now=desk.now)
    return desk.to("/sign-up/handle")


ARRIVALS: Mapping[str, Callable[[Desk, VerifiedPerson], Page]] = {
    "link": _link,
    "age": _age,
    "sign-up": _sign_up,
    "sign-in": _sign_in,
}


async def _ask(desk: Desk, purpose: str) -> Response[None]:
    question = await desk.square.online_number.begin(ask_age=purpose == "age")
    facts = {"purpose": purpose, "question": asdict(question)}
    step = f"question {question.state}"
    desk.square.visits.remember(desk.visit, step, facts, now=desk.now)
    return desk.to(question.url)


VERIFICATION_PAGES = [
    verify_page,
    verify,
    sign_up_with_online_number,
    sign_in_with_online_number,
    adults_page,
    adults,
    come_back,
    verified_page,
    handle_page,
    choose_handle,
    unlink_page,
    unlink,
]
