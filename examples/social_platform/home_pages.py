"""The wall, the outbox that stands in for phones, and everything the platform knows."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency

from examples.social_platform.desk import Desk
from examples.social_platform.errors import Refusal


@get("/")
async def wall(desk: NamedDependency[Desk]) -> Response[str]:
    """The latest posts."""
    return desk.page("wall.html", posts=desk.square.posts.latest(), entered={})


@post("/")
async def say_something(desk: NamedDependency[Desk]) -> Response[str] | Response[None]:
    """A new post."""
    form = await desk.form()
    account = desk.member
    try:
        desk.square.posts.add(account.id, form.get("text", ""), now=desk.now)
    except Refusal as refusal:
        posts = desk.square.posts.latest()
        return desk.page("wall.html", refusal=refusal, posts=posts, entered=form)
    return desk.to("/")


@get("/outbox")
async def outbox(desk: NamedDependency[Desk]) -> Response[str]:
    """Whoever knows the number reads the phone: this page exists only because SMS does not."""
    phone = desk.query.get("phone", "").strip()
    return desk.page("outbox.html", phone=phone, messages=desk.square.text_messages.outbox(phone))


@get("/what-we-know")
async def what_we_know(desk: NamedDependency[Desk]) -> Response[str]:
    """Everything that is kept about the member, row by row."""
    account = asdict(desk.member)
    # The hash is kept, but showing it would help nobody except a thief.
    hidden = "Argon2id …" if account["password_hash"] else None
    return desk.page(
        "what_we_know.html",
        kept=_readable({**account, "password_hash": hidden}),
        verified=_readable(asdict(desk.verification)) if desk.verification else None,
        receipt=desk.square.receipts.of_subject(desk.verification.subject)
        if desk.verification
        else None,
        posts=desk.square.posts.count_of(account["id"]),
    )


@get("/duty")
async def duty(desk: NamedDependency[Desk]) -> Response[str]:
    """For anybody: how many are verified, and that we can show it."""
    return desk.page("duty.html", duty=desk.square.receipts.duty())


def _readable(row: dict[str, Any]) -> dict[str, object]:
    """A row of the database with its moments as dates; what is not there is a dash."""
    shown = {
        name: datetime.fromtimestamp(value, UTC).isoformat(" ", "minutes")
        if name.endswith("_at") and value is not None
        else value
        for name, value in row.items()
    }
    return {name: "—" if value is None else value for name, value in shown.items()}


HOME_PAGES = [wall, say_something, outbox, what_we_know, duty]
