"""What a page has at hand for one request: the visitor, their form, and answers to give."""

import hmac
from typing import Any
from urllib.parse import parse_qsl

from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.enums import MediaType

from examples.social_platform.accounts import Account
from examples.social_platform.errors import FormStale, Refusal, SignInNeeded
from examples.social_platform.square import Square
from examples.social_platform.verifications import Verification
from examples.social_platform.visits import COOKIE, SIGNED_IN_SECONDS

LANGUAGE_COOKIE = "square_language"
LANGUAGES = ("zh", "en")
HEADERS = {
    "x-content-type-options": "nosniff",
    # Not `no-referrer`: a browser would then send `Origin: null` with our own forms.
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}


class Desk:
    """One request. `visit` changes when somebody signs in or out."""

    def __init__(self, request: Request[Any, Any, Any], square: Square) -> None:
        self._request = request
        self.square = square
        self.now = square.clock()
        self.visit = square.visits.find(request.cookies.get(COOKIE), now=self.now)
        self.query = read_pairs(request.scope["query_string"])
        self.language = self._language()

    @property
    def account(self) -> Account | None:
        """The member who is signed in."""
        if self.visit.account_id is None:
            return None
        return self.square.accounts.find(self.visit.account_id)

    @property
    def member(self) -> Account:
        """The member who is signed in, or SignInNeeded."""
        account = self.account
        if account is None:
            raise SignInNeeded
        return account

    @property
    def verification(self) -> Verification | None:
        """The member's verification, if there is one."""
        account = self.account
        return self.square.verifications.of_account(account.id) if account else None

    async def form(self) -> dict[str, str]:
        """What was filled in; FormStale unless the form is one of this visit."""
        # Not Litestar's own form parser: it keeps what it has parsed, passwords included.
        form = read_pairs(await self._request.body())
        token = self.square.visits.form_token(self.visit)
        if not hmac.compare_digest(form.pop("form_token", "").encode(), token.encode()):
            raise FormStale
        return form

    def sign_in(self, account: Account) -> None:
        """From here on the visitor is this member."""
        self.visit = self.square.visits.sign_in(self.visit, account.id, now=self.now)

    def sign_out(self) -> None:
        """From here on the visitor is nobody."""
        self.visit = self.square.visits.sign_out(self.visit)

    def page(
        self, template: str, *, refusal: Refusal | None = None, **values: object
    ) -> Response[str]:
        """A page; with a refusal it carries the refusal's status and words."""
        html = self.square.templates.get_template(template).render(
            account=self.account,
            verification=self.verification,
            language=self.language,
            say=lambda zh, en: zh if self.language == "zh" else en,
            form_token=self.square.visits.form_token(self.visit),
            takes_certificates=self.square.certificates is not None,
            refusal=refusal,
            **values,
        )
        # Some forms lead to the service, and Chromium holds redirects to form-action as well.
        policy = (
            "default-src 'none'; style-src 'self'; img-src data:; script-src 'self'; "
            "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
            f"form-action 'self' {self.square.issuer}"
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
        return Response(
            None, status_code=303, headers={**HEADERS, "location": address}, cookies=self._cookies()
        )

    def _cookies(self) -> list[Cookie]:
        # Lax: the person comes back from the service by a link, and must be known then.
        visit = Cookie(
            COOKIE,
            value=self.visit.cookie,
            httponly=True,
            samesite="lax",
            max_age=SIGNED_IN_SECONDS,
        )
        language = Cookie(LANGUAGE_COOKIE, value=self.language, httponly=True, samesite="lax")
        return [visit, language]

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
