"""The end session endpoint (OpenID Connect RP-Initiated Logout 1.0): a person signs out here.

A genuine `id_token_hint` that speaks of this browser's session (or, where the platform knows no
sessions, of the person who is signed in) is the person's own platform asking, and is obeyed. Else
anybody may have sent the browser here, so that the person is asked first. The way back leads only
to a URI registered for a client that is known by a genuine hint, or named by `client_id` and
confirmed by the person; a bad hint spoils it. `logout_hint` is not looked at: the session is known.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from authsvc.clients import Client, Clients
from authsvc.identifiers import new_token
from authsvc.oidc.authorize.answer_delivery import with_query
from authsvc.oidc.authorize.authorization_request import LONGEST_STATE
from authsvc.oidc.errors import InteractionOver, InvalidRequest, RedirectURIRefused
from authsvc.oidc.interaction.cookies import Cookies
from authsvc.oidc.interaction.pages import Pages
from authsvc.oidc.interaction.visitor import Visitors
from authsvc.oidc.logout.session_participants import SessionParticipants
from authsvc.oidc.logout.sign_out import SignOut
from authsvc.oidc.logout.signed_out_page import SignedOutPage
from authsvc.oidc.token.id_token import Hint, IDTokens
from authsvc.storage import Ephemeral, Kind
from authsvc.web.forms import omit_empty
from authsvc.web.http import HTTPRequest, HTTPResponse, redirect
from authsvc.web.language import Language

_CONFIRMATION_FIELD = "confirmation"


class PendingSignOut(msgspec.Struct, frozen=True):
    """A sign-out that the person has not confirmed yet; the client is where they return to."""

    browser: bytes
    return_to: str | None
    client_name: str | None = None


_PENDING = Kind("sign-out", PendingSignOut, timedelta(minutes=10))


@dataclass(frozen=True)
class _Asked:
    """What a request asks for, as far as it can be believed."""

    hint: Hint | None
    client: Client | None
    return_to: str | None

    @property
    def client_name(self) -> str | None:
        """Who waits for the person, if anybody does."""
        return None if self.client is None or self.return_to is None else self.client.name


class EndSessionEndpoint:
    """`GET` and `POST /end-session`."""

    def __init__(
        self,
        *,
        clients: Clients,
        id_tokens: IDTokens,
        visitors: Visitors,
        participants: SessionParticipants,
        sign_out: SignOut,
        ephemeral: Ephemeral,
        cookies: Cookies,
        pages: Pages,
        signed_out: SignedOutPage,
    ) -> None:
        self._clients = clients
        self._id_tokens = id_tokens
        self._visitors = visitors
        self._participants = participants
        self._sign_out = sign_out
        self._ephemeral = ephemeral
        self._cookies = cookies
        self._pages = pages
        self._signed_out = signed_out

    async def answer(self, http: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """Signs out and leads back, or asks first; wrong addresses are shown, never followed."""
        sent = omit_empty(http.form() if http.method == "POST" else http.query_parameters())
        language = http.language(sent.get("ui_locales"))
        if http.method == "POST" and _CONFIRMATION_FIELD in sent:
            pending = await self._confirmed(http, sent[_CONFIRMATION_FIELD])
            return await self._part(http, language, pending.return_to, pending.client_name, now=now)
        asked = await self._read(sent, now=now)
        if await self._may_go_at_once(http, asked, now=now):
            return await self._part(http, language, asked.return_to, asked.client_name, now=now)
        return await self._ask(http, asked, language)

    async def _read(self, sent: dict[str, str], *, now: datetime) -> _Asked:
        hint, genuine = None, "id_token_hint" not in sent
        if not genuine:
            try:
                hint = self._id_tokens.read_hint(sent["id_token_hint"], now=now)
                genuine = True
            except ValueError:
                return _Asked(None, None, None)
        client_id = sent.get("client_id")
        if hint is not None and client_id not in (None, hint.client_id):
            raise InvalidRequest("client_id is not that of id_token_hint", field="client_id")
        named = hint.client_id if hint is not None else client_id
        client = None if named is None else await self._clients.find(named, now=now)
        return _Asked(hint, client, _return_to(sent, client))

    async def _may_go_at_once(self, http: HTTPRequest, asked: _Asked, *, now: datetime) -> bool:
        if asked.hint is None or asked.client is None:
            return False
        visitor = await self._visitors.find(
            self._cookies.session(http), client=asked.client, now=now
        )
        if visitor is None:
            return True
        if asked.hint.sid is None:
            return visitor.subject == asked.hint.subject
        # An old ID token speaks of an old session, and must not end the one of today unasked.
        return asked.hint.sid == self._participants.sid(visitor.session, asked.client.client_id)

    async def _ask(self, http: HTTPRequest, asked: _Asked, language: Language) -> HTTPResponse:
        browser, cookie = self._cookies.bind(http)
        confirmation = new_token()
        pending = PendingSignOut(browser, asked.return_to, asked.client_name)
        await self._ephemeral.put(_PENDING, confirmation, pending)
        returning = asked.client if asked.return_to is not None else None
        page = self._pages.sign_out(http, language, confirmation=confirmation, client=returning)
        return page.with_headers(cookie)

    async def _confirmed(self, http: HTTPRequest, confirmation: str) -> PendingSignOut:
        pending = await self._ephemeral.get(_PENDING, confirmation)
        if pending is None:
            raise InteractionOver
        self._cookies.require_bound(http, pending.browser)
        await self._ephemeral.forget(_PENDING, confirmation)
        return pending

    async def _part(
        self,
        http: HTTPRequest,
        language: Language,
        return_to: str | None,
        client_name: str | None,
        *,
        now: datetime,
    ) -> HTTPResponse:
        frames = await self._sign_out.end(self._cookies.session(http), now=now)
        cleared = self._cookies.clear_session()
        if frames:
            page = self._signed_out.visit(
                language, frames, return_to=return_to, client_name=client_name
            )
        elif return_to is not None:
            return redirect(return_to, (cleared,))
        else:
            page = self._signed_out.show(language)
        return page.with_headers(cleared)


def _return_to(sent: dict[str, str], client: Client | None) -> str | None:
    uri = sent.get("post_logout_redirect_uri")
    if uri is None or client is None:
        return None
    if uri not in client.post_logout_redirect_uris:
        raise RedirectURIRefused(field="post_logout_redirect_uri")
    state = sent.get("state")
    if state is None:
        return uri
    # It is kept until the person confirms, and travels back in one line.
    if len(state) > LONGEST_STATE:
        raise InvalidRequest(f"state is longer than {LONGEST_STATE} characters", field="state")
    return with_query(uri, {"state": state})
