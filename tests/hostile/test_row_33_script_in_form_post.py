"""Row 33: the page that sends itself carries what strangers wrote, and runs nothing of it."""

import re

import pytest

from tests.clients.makers import metadata
from tests.oidc.front_makers import register
from tests.oidc.makers import request
from tests.oidc.test_response_modes import FormPost

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)

HOSTILE = [
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'/><svg/onload=alert(1)>",
    '" autofocus onfocus=alert(1) x="',
    "</form><form action=https://evil.example>",
    '"><meta http-equiv=refresh content="0;url=https://evil.example">',
    '"><base href="https://evil.example/">',
    "javascript:alert(1)",
    "{{7*7}}{% raw %}",
]


def inert(response, *, action):
    """One form to the platform, one script of ours, no handler, nothing from elsewhere."""
    page = FormPost(response.text)
    assert page.action == action
    assert page.scripts == ["document.forms[0].submit()"]
    text = response.text.lower()
    assert text.count("<form") == text.count("<script") == 1
    assert not re.search(r"<[a-z][^>]*\son[a-z]+\s*=", re.sub(r'"[^"]*"', '""', text))
    assert "<base" not in text
    assert "<meta http-equiv" not in text
    policy = response.headers["content-security-policy"]
    assert f"'nonce-{page.nonce}'" in policy
    assert "unsafe" not in policy
    return page


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_a_script_in_the_state_stays_text(browser, hostile):
    """`state` is a script; it comes back as the value it is, in an error and with a code."""
    asked = request(response_mode="form_post", state=hostile)
    action = asked.parameters["redirect_uri"]
    silent = await browser.get("/authorize", **asked.but(prompt="none").parameters)
    assert inert(silent, action=action).inputs["state"] == hostile
    await browser.authorize(request())
    page = inert(await browser.get("/authorize", **asked.parameters), action=action)
    assert page.inputs["state"] == hostile
    assert page.inputs["code"]


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_a_script_in_a_platform_s_name_stays_text(provider, browser, hostile):
    """`client_name` is a script; the page that sends itself shows it."""
    await register(provider, metadata("named", client_name=hostile))
    asked = request("named", response_mode="form_post", prompt="none")
    inert(
        await browser.get("/authorize", **asked.parameters),
        action=asked.parameters["redirect_uri"],
    )


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("name", ["scope", "prompt", "ui_locales", "claims", "acr_values"])
async def test_a_script_in_another_parameter_is_not_repeated(browser, name, hostile):
    """Whatever is wrong with it, the error does not quote it."""
    asked = request(response_mode="form_post", **({"prompt": "none"} | {name: hostile}))
    response = await browser.get("/authorize", **asked.parameters)
    page = inert(response, action=asked.parameters["redirect_uri"])
    assert hostile not in page.inputs.values()
