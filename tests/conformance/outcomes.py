"""How far a request comes, and what stops it: a push, the redirect URI, or a page."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx2

from tests.oidc.makers import Answer, Browser
from tests.oidc.strict import StrictPlatform

_CODE_ON_PAGE = re.compile(r"\b(?:oidc|clients|web)\.(\w+)")


@dataclass(frozen=True)
class Outcome:
    """`at` is "push", "page" or "redirect"; `error` is None for a code at the redirect URI."""

    at: str
    error: str | None
    parameters: Mapping[str, str] = field(default_factory=dict)
    location: str = ""

    @property
    def code(self) -> str:
        """The code that came of it."""
        assert self.error is None, self
        return self.parameters["code"]

    def must_be_rejected(self, *errors: str) -> None:
        """With one of these errors, wherever it was noticed first."""
        assert self.error in errors, self
        assert "code" not in self.parameters


async def carried(
    platform: StrictPlatform, browser: Browser, pushed: httpx2.Response, **beside: str
) -> Outcome:
    """Carries a pushed request through login and consent as far as it goes.

    `beside` is sent to the authorization endpoint beside the reference.
    """
    if pushed.status_code != 201:
        assert pushed.status_code in (400, 401), pushed.text
        return Outcome("push", pushed.json()["error"])
    sent = {"client_id": platform.client_id, "request_uri": pushed.json()["request_uri"]}
    return await opened(browser, **{**sent, **beside})


async def opened(browser: Browser, **sent: str) -> Outcome:
    """What comes of a request at the authorization endpoint."""
    response, page = await browser.follow(await browser.get("/authorize", **sent))
    if page is not None and page.action is None:
        assert response.status_code == 400, page.text
        found = _CODE_ON_PAGE.search(page.text)
        assert found is not None, page.text
        return Outcome("page", found[1])
    answer = await browser.through(response)
    return redirected(answer, browser.service.issuer)


def redirected(answer: Answer, issuer: str) -> Outcome:
    """An answer at the redirect URI, which always says whose it is (RFC 9207)."""
    assert answer.parameters["iss"] == issuer
    error = answer.parameters.get("error")
    return Outcome("redirect", error, answer.parameters, answer.location)


def must_be_refused(response: httpx2.Response, *errors: str) -> None:
    """The token endpoint says no, in one of these words, and gives nothing."""
    assert response.status_code in (400, 401), response.text
    assert response.json()["error"] in errors, response.text
    assert not {"access_token", "refresh_token", "id_token"} & set(response.json())
