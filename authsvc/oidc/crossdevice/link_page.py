"""The phone's page, behind the code on the computer's screen.

    GET    who asks, from where, since when, and three numbers; but first whoever must signs in
    POST   one of the numbers, or "it was not me"

What was shown to one session, in one browser, is decided there and nowhere else: the form carries a
digest of both. So a form that another page posts here decides nothing either.
"""

import hmac
from datetime import datetime
from hashlib import sha256

from authsvc.authentication.crossdevice.device_approval import DeviceApprovals, LinkRequest
from authsvc.authentication.crossdevice.errors import LinkNumberWrong, LinkOver
from authsvc.authentication.session import Session, Sessions
from authsvc.clients import Client, Clients
from authsvc.identifiers import b64url
from authsvc.oidc import paths
from authsvc.oidc.crossdevice.errors import LinkReadElsewhere
from authsvc.oidc.crossdevice.phone_pages import PhonePages
from authsvc.oidc.interaction.cookies import Cookies
from authsvc.oidc.interaction.interaction import Interactions
from authsvc.oidc.interaction.own_sign_in import OwnSignIn
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Entry
from authsvc.web.http import HTTPRequest, HTTPResponse, redirect

# What `Interaction.ends_in` says of signing in to this page.
LINK = "link"

_SEEN = "seen"


class LinkPage:
    """`GET` and `POST /link/{code}`."""

    def __init__(
        self,
        *,
        service: OwnSignIn,
        clients: Clients,
        approvals: DeviceApprovals,
        sessions: Sessions,
        activity: ActivityLog,
        interactions: Interactions,
        cookies: Cookies,
        pages: PhonePages,
    ) -> None:
        self._service = service
        self._clients = clients
        self._approvals = approvals
        self._sessions = sessions
        self._activity = activity
        self._interactions = interactions
        self._cookies = cookies
        self._pages = pages

    async def show(self, http: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """The question, or the way to sign in; LinkOver before anybody signs in for nothing."""
        code = str(http.path_params["code"])
        request, client = await self._find(code, now=now)
        session = await self._sessions.find(self._cookies.session(http), now=now)
        browser, cookie = self._cookies.bind(http)
        if session is None:
            interaction_id = await self._interactions.begin(
                self._service.request,
                browser=browser,
                address=http.client,
                ends_in=LINK,
                about=code,
            )
            return redirect(f"{paths.INTERACTION}/{interaction_id}", (cookie,))
        hidden = {_SEEN: _seen(browser, session, code)}
        return self._pages.ask(http, request, client, hidden=hidden).with_headers(cookie)

    async def take(self, http: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """Yes by the right number, or no; LinkOver, LinkReadElsewhere, LinkNumberWrong."""
        code = str(http.path_params["code"])
        request, _ = await self._find(code, now=now)
        token = self._cookies.session(http)
        session = await self._sessions.find(token, now=now)
        if session is None:
            return redirect(f"{paths.LINK}/{code}")
        form = http.form()
        browser, _ = self._cookies.bind(http)
        expected = _seen(browser, session, code).encode("ascii")
        if not hmac.compare_digest(expected, form.get(_SEEN, "").encode("utf-8")):
            raise LinkReadElsewhere
        if form.get("decision") == "deny" or "deny" in form:
            await self._approvals.refuse(code, session, now=now)
            self._note(session, request, ActivityKind.PLATFORM_REFUSED, now=now)
            return self._pages.decided(http, approved=False)
        if "number" not in form:
            return redirect(f"{paths.LINK}/{code}")
        try:
            await self._approvals.approve(code, token, number=form["number"], now=now)
        except LinkNumberWrong:
            self._note(session, request, ActivityKind.PLATFORM_REFUSED, now=now)
            raise
        self._note(session, request, ActivityKind.OTHER_DEVICE_APPROVED, now=now)
        return self._pages.decided(http, approved=True)

    async def _find(self, code: str, *, now: datetime) -> tuple[LinkRequest, Client]:
        request = await self._approvals.find(code, now=now)
        client = await self._clients.find(request.asker, now=now)
        if client is None:
            raise LinkOver
        return request, client

    def _note(
        self, session: Session, request: LinkRequest, kind: ActivityKind, *, now: datetime
    ) -> None:
        """A line in the person's log, with the network of the computer."""
        entry = Entry(kind=kind, at=now, client_id=request.asker, network=request.network)
        self._activity.note(session.subscriber, entry)


def _seen(browser: bytes, session: Session, code: str) -> str:
    """Known to this browser's page alone: the first part is the digest of its own secret cookie."""
    return b64url(sha256(b"\n".join((browser, session.id.encode(), code.encode()))).digest())
