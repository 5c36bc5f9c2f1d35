"""The page where a person types what a device shows (RFC 8628 section 3.3).

    GET    the field; filled in by verification_uri_complete, but not sent: that is the person's
    POST   the code leads to an interaction, where the person signs in, compares and decides

Both are bound to one browser. A form that another page posts here is shown instead of taken: what
the person has not seen they have not confirmed.
"""

from datetime import datetime

from authsvc.clients import Clients
from authsvc.errors import AuthsvcError, InvalidInput, Throttled
from authsvc.identifiers import b64url, from_b64url
from authsvc.oidc import paths
from authsvc.oidc.backchannel.approval import consent_request
from authsvc.oidc.backchannel.approval_pages import ApprovalPages
from authsvc.oidc.backchannel.errors import UserCodeUnknown
from authsvc.oidc.backchannel.user_code import UserCodes, read_user_code, shown
from authsvc.oidc.backchannel.waiting_request import WaitingRequests
from authsvc.oidc.errors import InteractionOver, NoCookies
from authsvc.oidc.interaction.cookies import Cookies
from authsvc.oidc.interaction.interaction import Interactions
from authsvc.web.http import HTTPRequest, HTTPResponse, redirect

# What `Interaction.ends_in` says of an approval that was begun here.
DEVICE = "device"

_FIELD = "user_code"
# Holds what this browser is known by, so that only our own page, shown here, has it right.
_SEEN = "seen"


class DevicePage:
    """`GET` and `POST /device`."""

    def __init__(
        self,
        *,
        clients: Clients,
        user_codes: UserCodes,
        waiting: WaitingRequests,
        interactions: Interactions,
        cookies: Cookies,
        pages: ApprovalPages,
    ) -> None:
        self._clients = clients
        self._user_codes = user_codes
        self._waiting = waiting
        self._interactions = interactions
        self._cookies = cookies
        self._pages = pages

    async def show(self, http: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """The field."""
        return self._page(http, http.query_parameters().get(_FIELD, ""))

    async def take(self, http: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """A redirect to the interaction, or the page again with what is wrong."""
        form = http.form()
        typed = form.get(_FIELD, "")
        try:
            if not self._was_seen_here(http, form.get(_SEEN, "")):
                return self._page(http, typed)
            return await self._begin(http, typed, now=now)
        except (InvalidInput, Throttled, NoCookies) as error:
            return self._page(http, typed, error=error)

    async def _begin(self, http: HTTPRequest, typed: str, *, now: datetime) -> HTTPResponse:
        handle = await self._user_codes.find(typed, address=http.client)
        request = await self._waiting.find(handle, now=now)
        client = None if request is None else await self._clients.find(request.client_id, now=now)
        if request is None or client is None:
            raise UserCodeUnknown(field=_FIELD)
        browser, cookie = self._cookies.bind(http)
        interaction_id = await self._interactions.begin(
            consent_request(request, client),
            browser=browser,
            address=http.client,
            ends_in=DEVICE,
            about=handle,
        )
        return redirect(f"{paths.INTERACTION}/{interaction_id}", (cookie,))

    def _page(
        self, http: HTTPRequest, typed: str, *, error: AuthsvcError | None = None
    ) -> HTTPResponse:
        browser, cookie = self._cookies.bind(http)
        page = self._pages.enter_code(
            http, user_code=_tidy(typed), hidden={_SEEN: b64url(browser)}, error=error
        )
        return page.with_headers(cookie)

    def _was_seen_here(self, http: HTTPRequest, seen: str) -> bool:
        """Whether our own page was filled in, in this browser; NoCookies if that cannot be said."""
        if not seen:
            return False
        try:
            self._cookies.require_bound(http, from_b64url(seen))
        except (ValueError, InteractionOver):
            return False
        return True


def _tidy(typed: str) -> str:
    """What the field shows again: a code as the device spells it, and nothing that is none."""
    try:
        return shown(read_user_code(typed))
    except UserCodeUnknown:
        return ""
