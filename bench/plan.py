"""What is measured: each kind of work, and how somebody is asked to do it.

A kind makes one `Work` for each connection of a subject, or none if the subject does not do it.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bench import works
from bench.enrolling import enrolling
from bench.load import Work
from bench.subject import PASSWORD, REFRESHING, Subject

_CREDENTIALS = {"grant_type": "client_credentials"}
_TOKEN = b"access_token"


@dataclass(frozen=True)
class Kind:
    """A kind of work. `one_connection` is for what one client waits; else there are many."""

    name: str
    make: Callable[[Subject], Awaitable[list[Work]]]
    ours_alone: bool = False
    at_rest: bool = False
    """whether it waits until nothing that it asks about has changed for a while, as usual"""
    one_connection: bool = False
    slow: bool = False
    """whether one operation takes so long that a round must last longer"""


async def _discovery(subject: Subject) -> list[Work]:
    path = "/.well-known/openid-configuration"
    return [works.fetching(subject.server, path)] * subject.connections


async def _jwks(subject: Subject) -> list[Work]:
    if not subject.signs_in:
        return []
    path = subject.server.path("jwks_uri")
    return [works.fetching(subject.server, path)] * subject.connections


async def _named(subject: Subject, name: str) -> list[Work]:
    """A GET of an address of ours, or of the document that stands in its place at a peer."""
    path = subject.paths.get(name, "/.well-known/openid-configuration")
    return [works.fetching(subject.server, path)] * subject.connections


async def _ocsp(subject: Subject) -> list[Work]:
    return await _named(subject, "ocsp")


async def _status_list(subject: Subject) -> list[Work]:
    return await _named(subject, "status list")


async def _credentials(subject: Subject) -> list[Work]:
    """A token that is a JWT signed with ES256."""
    if subject.name.startswith("django"):
        return []
    form = _CREDENTIALS | ({"resource": subject.jwt_resource} if subject.jwt_resource else {})
    work = works.posting(subject.server, "token_endpoint", form, containing=_TOKEN)
    return [work] * subject.connections


async def _opaque_credentials(subject: Subject) -> list[Work]:
    """A token that means nothing by itself, where there are such; ours is a JWT here, too."""
    if subject.name in ("flask", "raw"):
        return []
    work = works.posting(subject.server, "token_endpoint", _CREDENTIALS, containing=_TOKEN)
    return [work] * subject.connections


async def _introspection(subject: Subject) -> list[Work]:
    if not subject.signs_in:
        return []
    return [
        works.posting(
            subject.server,
            "introspection_endpoint",
            {"token": tokens["access_token"]},
            containing=b"true",
        )
        for tokens in await subject.tokens()
    ]


async def _userinfo(subject: Subject) -> list[Work]:
    if not subject.signs_in:
        return []
    return [
        works.asking_userinfo(subject.server, tokens["access_token"])
        for tokens in await subject.tokens()
    ]


async def _code_flow(subject: Subject) -> list[Work]:
    if not subject.signs_in:
        return []
    await subject.tokens()
    return [works.code_flow(subject.server, cookies) for cookies in subject.each_connection()]


async def _pushed_code_flow(subject: Subject) -> list[Work]:
    if not subject.signs_in or not subject.pushes:
        return []
    await subject.tokens()
    return [
        works.code_flow(subject.server, cookies, pushed=True)
        for cookies in subject.each_connection()
    ]


async def _refresh(subject: Subject) -> list[Work]:
    if not subject.signs_in or not subject.refreshes:
        return []
    return [
        works.refreshing(subject.server, tokens["refresh_token"], REFRESHING)
        for tokens in await subject.tokens(REFRESHING)
    ]


async def _sign_in(subject: Subject) -> list[Work]:
    return [
        works.password_sign_in(
            subject.server, subject.people[number % len(subject.people)], PASSWORD
        )
        for number in range(8)
    ]


async def _enrollment(subject: Subject) -> list[Work]:
    return enrolling(subject, connections=4)


CODE_FLOW = "code flow"
LATENCY = "code flow, one connection"

KINDS: Sequence[Kind] = (
    Kind("discovery", _discovery),
    Kind("JWKS", _jwks),
    Kind("OCSP, kept answer", _ocsp, at_rest=True),
    Kind("status list", _status_list),
    Kind("client credentials, ES256", _credentials),
    Kind("client credentials, opaque", _opaque_credentials),
    Kind("introspection", _introspection, at_rest=True),
    Kind("UserInfo", _userinfo, at_rest=True),
    Kind(CODE_FLOW, _code_flow, at_rest=True),
    Kind("code flow with PAR", _pushed_code_flow, at_rest=True),
    Kind("refresh with rotation", _refresh, at_rest=True),
    Kind(LATENCY, _code_flow, at_rest=True, one_connection=True),
    Kind("password sign-in", _sign_in, ours_alone=True, at_rest=True, slow=True),
    Kind("enrollment", _enrollment, ours_alone=True, at_rest=True, slow=True),
)
