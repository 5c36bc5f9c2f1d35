"""Somebody with a browser without scripts, as the suite drives one, and where they end up."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx2

from tests.authentication.makers import PASSWORD
from tests.oidc.makers import Answer, Browser, Page


@dataclass(frozen=True)
class Outcome:
    """Where a request ended: at the redirect URI with an answer, or on a page of ours."""

    asked: Mapping[str, str]
    pages: tuple[str, ...]
    parameters: Mapping[str, str]
    location: str | None = None
    status: int = 200
    text: str = ""

    @property
    def code(self) -> str:
        """The code of an answer."""
        assert "code" in self.parameters, (self.parameters, self.text)
        return self.parameters["code"]

    @property
    def error(self) -> str | None:
        """The error of an answer."""
        return self.parameters.get("error")

    def require_error_page(self, word: str) -> None:
        """The person reads this word, and was sent nowhere."""
        assert self.location is None
        assert self.status == 400
        assert word in self.text


class Person(Browser):
    """Somebody who signs in and approves, and remembers which pages they were shown."""

    async def carry(
        self, response: httpx2.Response, asked: Mapping[str, str], *, button: str = "approve"
    ) -> Outcome:
        """Does what the pages ask for until the client is reached, or an error is shown."""
        seen: list[str] = []
        for _ in range(6):
            response, page = await self.follow(response)
            if page is None:
                answer = Answer.of(response)
                return Outcome(asked, tuple(seen), answer.parameters, answer.location)
            if page.action is not None and page.action.startswith("https:"):
                return Outcome(asked, tuple(seen), page.inputs, page.action)
            if response.status_code != 200:
                return Outcome(asked, tuple(seen), {}, None, response.status_code, page.text)
            url = str(response.url)
            if "username" in page.inputs:
                seen.append("sign-in")
                response = await self.submit(url, page, username="zhang", password=PASSWORD)
            else:
                seen.append("consent")
                response = await self.submit(url, page, button)
        raise AssertionError("the pages lead nowhere")

    async def sees(self, parameters: Mapping[str, str]) -> Page:
        """The page that a request leads to, with nothing filled in."""
        _, page = await self.follow(await self.get("/authorize", **parameters))
        assert page is not None
        return page
