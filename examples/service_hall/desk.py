"""What a page has at hand for one request: the hall, the visitor, their form, and answers."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote

from jinja2 import Environment
from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.enums import MediaType

from examples.service_hall.back_office_client import BackOffice
from examples.service_hall.database import SIGNED_IN_SECONDS, Book
from examples.service_hall.errors import FormStale, Refusal, SignInNeeded
from examples.service_hall.online_number import OnlineNumber
from examples.service_hall.waiting import Asked, Draft, Waiting
from examples.service_hall.words import Words
from examples.social_platform.recording import Recording

COOKIE, LANGUAGE_COOKIE = "hall_visit", "hall_language"
LANGUAGES = ("zh", "en")
HEADERS = {
    "x-content-type-options": "nosniff",
    # Not `no-referrer`: a browser would then send `Origin: null` with our own forms.
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}


@dataclass(frozen=True)
class Hall:
    """The parts of the hall. `issuer` is where some of its forms lead to."""

    issuer: str
    book: Book
    questions: Waiting[Asked]
    drafts: Waiting[Draft]
    office: BackOffice
    online_number: OnlineNumber
    recording: Recording
    templates: Environment
    forms_key: bytes
    clock: Callable[[], int]


class Desk:
    """One request. `cookie` changes when somebody signs in or out."""

    def __init__(self, request: Request[Any, Any, Any], hall: Hall) -> None:
        self._request = request
        self.hall = hall
        self.now = hall.clock()
        self.cookie = request.cookies.get(COOKIE) or secrets.token_urlsafe(32)
        self.query = read_pairs(request.scope["query_string"])
        self.language = self._language()

    @property
    def visitor(self) -> bytes:
        """What the book knows the cookie by."""
        return hashlib.sha256(self.cookie.encode()).digest()

    @property
    def subject(self) -> str | None:
        """Who is signed in."""
        return self.hall.book.subject_of(self.visitor, now=self.now)

    @property
    def person(self) -> str:
        """Who is signed in, or SignInNeeded."""
        subject = self.subject
        if subject is None:
            raise SignInNeeded
        return subject

    def sign_in(self, subject: str) -> None:
        """From here on the visitor is this person, under a new cookie."""
        self.sign_out()
        self.hall.book.sign_in(self.visitor, subject, now=self.now)

    def sign_out(self) -> None:
        """From here on the visitor is nobody."""
        self.hall.book.sign_out(self.visitor)
        self.hall.questions.take(self.visitor, now=self.now)
        self.hall.drafts.take(self.visitor, now=self.now)
        self.cookie = secrets.token_urlsafe(32)

    async def form(self) -> dict[str, str]:
        """What was filled in; FormStale unless the form is one of this visit."""
        form = read_pairs(await self._request.body())
        given = form.pop("form_token", "")
        if not hmac.compare_digest(given.encode(), self._form_token().encode()):
            raise FormStale
        return form

    def page(
        self, template: str, *, refusal: Refusal | None = None, **values: object
    ) -> Response[str]:
        """A page; with a refusal it carries the refusal's status and words."""
        html = self.hall.templates.get_template(template).render(
            language=self.language,
            say=lambda zh, en: zh if self.language == "zh" else en,
            words=Words(self.language),
            form_token=self._form_token(),
            is_signed_in=self.subject is not None,
            here=self._here(),
            refusal=refusal,
            **values,
        )
        # Some forms lead to the service, and Chromium holds redirects to form-action as well.
        policy = (
            "default-src 'none'; style-src 'self'; img-src data:; script-src 'self'; "
            "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
            f"form-action 'self' {self.hall.issuer}"
        )
        return Response(
            html,
            status_code=refusal.status if refusal else 200,
            media_type=MediaType.HTML,
            headers={**HEADERS, "content-security-policy": policy},
            cookies=self._cookies(),
        )

    def to(self, address: str) -> Response[None]:
        """On to another page. 303: what was posted is not posted there."""
        headers = {**HEADERS, "location": address}
        return Response(None, status_code=303, headers=headers, cookies=self._cookies())

    def _here(self) -> str:
        """This page, for a link to it in the other language; never an address elsewhere."""
        # NOTE: browsers read two slashes, a slash and a backslash, and either with a tab in between
        # as the beginning of another host.
        path = self._request.url.path if self._request.method == "GET" else "/"
        return "/" + quote(path.lstrip("/\\"))

    def _form_token(self) -> str:
        """What every form of this visit carries, and no other site can know (against CSRF)."""
        return hmac.digest(self.hall.forms_key, self.cookie.encode(), "sha256").hex()

    def _cookies(self) -> list[Cookie]:
        # Lax: the person comes back from the service by a link, and must be known then.
        visit = Cookie(
            COOKIE, value=self.cookie, httponly=True, samesite="lax", max_age=SIGNED_IN_SECONDS
        )
        return [visit, Cookie(LANGUAGE_COOKIE, value=self.language, httponly=True, samesite="lax")]

    def _language(self) -> str:
        """The one asked for on this page, else the one of before, else the browser's."""
        for wish in (self.query.get("lang"), self._request.cookies.get(LANGUAGE_COOKIE)):
            if wish in LANGUAGES:
                return wish
        accepted = self._request.headers.get("accept-language", "zh").lower()
        return "zh" if accepted.startswith(("zh", "*")) else "en"


def read_pairs(encoded: bytes) -> dict[str, str]:
    """Names and values of a form or query; the first of each name counts, broken ones none."""
    try:
        pairs = parse_qsl(encoded.decode("ascii"), keep_blank_values=True, max_num_fields=50)
    except ValueError:
        return {}
    return dict(reversed(pairs))
