"""Accounts as ever: handle, password, code by SMS. Nothing here asks the service anything."""

from collections.abc import Callable, Mapping
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from examples.social_platform.accounts import check_phone
from examples.social_platform.desk import Desk
from examples.social_platform.errors import CodeRefused, Refusal

# NIST SP 800-63B section 5.2.2 allows up to 100 failures in a row; this little site allows ten.
PASSWORDS_PER_HANDLE = 10

Page = Response[str] | Response[None]


@get("/sign-up")
async def sign_up_page(desk: NamedDependency[Desk]) -> Response[str]:
    """Step 1 of signing up: choose a handle and a password, name a phone."""
    return desk.page("sign_up.html", entered={})


@post("/sign-up")
async def sign_up(desk: NamedDependency[Desk]) -> Page:
    """Sends the code that step 2 asks for."""
    form = await desk.form()
    accounts = desk.square.accounts
    try:
        handle = accounts.new_handle(form.get("handle", ""))
        phone = check_phone(form.get("phone", ""))
        password_hash = await accounts.hash_password(form.get("password", ""))
        facts = {"handle": handle, "password_hash": password_hash, "phone": phone}
        _send_code(desk, "sign-up", phone, facts)
    except Refusal as refusal:
        return desk.page("sign_up.html", refusal=refusal, entered=form)
    return desk.to("/sign-up/code")


@get("/sign-in")
async def sign_in_page(desk: NamedDependency[Desk]) -> Response[str]:
    """Step 1 of signing in: handle and password."""
    return desk.page("sign_in.html", entered={})


@post("/sign-in")
async def sign_in(desk: NamedDependency[Desk]) -> Page:
    """Checks the password, then sends the code that step 2 asks for."""
    form = await desk.form()
    square, handle = desk.square, form.get("handle", "")
    tries = f"password of {handle}"
    try:
        square.limits.attempt(tries, at_most=PASSWORDS_PER_HANDLE, now=desk.now)
        account = await square.accounts.check_password(handle, form.get("password", ""))
        square.limits.forget(tries)
        _send_code(desk, "sign-in", account.phone or "", {"account_id": account.id})
    except Refusal as refusal:
        return desk.page("sign_in.html", refusal=refusal, entered=form)
    return desk.to("/sign-in/code")


@get("/password")
async def password_page(desk: NamedDependency[Desk]) -> Page:
    """Step 1 of setting a password, for members who came by online number."""
    if desk.member.password_hash is not None:
        return desk.to("/what-we-know")
    return desk.page("password.html", entered={})


@post("/password")
async def password(desk: NamedDependency[Desk]) -> Page:
    """Sends the code that step 2 asks for."""
    form = await desk.form()
    # Only the first password is set here; whoever finds an open browser cannot change one.
    if desk.member.password_hash is not None:
        return desk.to("/what-we-know")
    try:
        phone = check_phone(form.get("phone", ""))
        password_hash = await desk.square.accounts.hash_password(form.get("password", ""))
        _send_code(desk, "password", phone, {"password_hash": password_hash, "phone": phone})
    except Refusal as refusal:
        return desk.page("password.html", refusal=refusal, entered=form)
    return desk.to("/password/code")


@get("/{step:str}/code")
async def code_page(desk: NamedDependency[Desk], step: FromPath[str]) -> Response[str]:
    """Step 2 of signing up, of signing in, and of setting a password: enter the code."""
    return _code_page(desk, _known(step))


@post("/{step:str}/code")
async def code(desk: NamedDependency[Desk], step: FromPath[str]) -> Page:
    """Finishes what step 1 began."""
    finish = STEPS[_known(step)]
    form = await desk.form()
    messages = desk.square.text_messages
    try:
        facts = messages.confirm(desk.visit, step, form.get("code", ""), now=desk.now)
    except CodeRefused as refusal:
        return _code_page(desk, step, refusal)
    finish(desk, facts)
    return desk.to("/")


@post("/sign-out")
async def sign_out(desk: NamedDependency[Desk]) -> Response[None]:
    """Signs out here; nowhere else."""
    await desk.form()
    desk.sign_out()
    return desk.to("/")


def _open_account(desk: Desk, facts: dict[str, Any]) -> None:
    desk.sign_in(desk.square.accounts.create(**facts, now=desk.now))


def _enter_account(desk: Desk, facts: dict[str, Any]) -> None:
    account = desk.square.accounts.find(facts["account_id"])
    if account is not None:
        desk.sign_in(account)


def _set_password(desk: Desk, facts: dict[str, Any]) -> None:
    desk.square.accounts.set_password(desk.member, **facts)


STEPS: Mapping[str, Callable[[Desk, dict[str, Any]], None]] = {
    "sign-up": _open_account,
    "sign-in": _enter_account,
    "password": _set_password,
}


def _known(step: str) -> str:
    if step not in STEPS:
        raise NotFoundException
    return step


def _send_code(desk: Desk, step: str, phone: str, facts: dict[str, Any]) -> None:
    messages = desk.square.text_messages
    messages.send_code(desk.visit, step, phone=phone, facts=facts, now=desk.now)


def _code_page(desk: Desk, step: str, refusal: Refusal | None = None) -> Response[str]:
    phone = desk.square.text_messages.waiting_for(desk.visit, step, now=desk.now)
    return desk.page("code.html", refusal=refusal, step=step, phone=phone)


ACCOUNT_PAGES = [
    sign_up_page,
    sign_up,
    sign_in_page,
    sign_in,
    password_page,
    password,
    code_page,
    code,
    sign_out,
]
