"""Row 33: script in what anybody brings to the page that says goodbye stays text."""

from html.parser import HTMLParser

import pytest

from authsvc.clients.errors import ClientMetadataInvalid
from tests.oidc.leaving_platforms import BYE, registered
from tests.oidc.makers import Page

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)

FRONT = "https://leaver.example/out"
PAYLOADS = [
    "</script><script>alert(1)</script>",
    '"><svg onload=alert(1)>',
    "'; url=https://evil.example/; '",
    "5;url=javascript:alert(1)",
    "{{ 7 * 7 }}",
    "x\r\nset-cookie: a=b",
]


class Elements(HTMLParser):
    """Every element of a page, with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def named(self, tag: str) -> list[dict[str, str]]:
        return [attrs for name, attrs in self.found if name == tag]


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_a_state_at_sign_out(provider, browser, payload):
    """Sent: script, other addresses and line ends as `state`. They travel back as a parameter."""
    leaver = await registered(provider, frontchannel_logout_uri=FRONT)
    hint = await leaver.id_token(browser)
    response = await browser.get(
        "/end-session", id_token_hint=hint, post_logout_redirect_uri=BYE, state=payload
    )
    page = Elements(response.text)
    [script] = page.named("script")
    policy = response.headers["content-security-policy"]
    assert f"script-src 'nonce-{script['nonce']}'" in policy
    [refresh] = [meta for meta in page.named("meta") if meta.get("http-equiv") == "refresh"]
    assert refresh["content"].startswith(f"5;url={BYE}?state=")
    assert not set(" <>\"'\r\n") & set(refresh["content"])
    assert not page.named("svg")
    assert "49" not in Page(response.text).text
    assert "a=b" not in str(response.headers.get_list("set-cookie"))


async def test_a_name_of_a_platform_at_sign_out(provider, browser):
    """Registered: a name that is script. The page shows it as text."""
    name = "<script>alert(1)</script>"
    leaver = await registered(provider, frontchannel_logout_uri=FRONT, client_name=name)
    hint = await leaver.id_token(browser)
    response = await browser.get("/end-session", id_token_hint=hint, post_logout_redirect_uri=BYE)
    assert name not in response.text
    assert name in Page(response.text).text
    assert len(Elements(response.text).named("script")) == 1


@pytest.mark.parametrize(
    "uri",
    [
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        FRONT + '"><script>',
        FRONT + " https://evil.example",
        "https://leaver.example;script-src 'unsafe-inline'/out",
        "https://evil.example/out",
        "https://leaver.example@evil.example/out",
        "http://leaver.example/out",
    ],
)
async def test_a_front_channel_address_that_is_none(provider, uri):
    """Registered: script, another site's address, a way into the policy. Refused."""
    with pytest.raises(ClientMetadataInvalid):
        await registered(provider, frontchannel_logout_uri=uri)


async def test_the_page_shows_none_of_our_own_pages_in_a_frame(browser):
    """Sent: nothing special. No page of ours lets itself be framed, whoever registers it."""
    response = await browser.get("/end-session")
    assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
