import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from tests.authentication.makers import ISSUER
from tests.clients.makers import metadata
from tests.oidc.front_makers import register
from tests.oidc.makers import Answer, Platform, request

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
CALLBACK = "https://platform-a.example/callback"


class FormPost(HTMLParser):
    """The page that sends itself: where to, with what, by which script."""

    def __init__(self, html):
        super().__init__()
        self.action = self.method = self.nonce = None
        self.inputs, self.scripts, self.buttons = {}, [], 0
        self._in_script = False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "form":
            self.action, self.method = found["action"], found["method"]
        elif tag == "input":
            assert found["type"] == "hidden"
            assert found["name"] not in self.inputs
            self.inputs[found["name"]] = found["value"]
        elif tag == "button":
            self.buttons += 1
        elif tag == "script":
            self.nonce, self._in_script = found.get("nonce"), True

    def handle_endtag(self, tag):
        self._in_script = False

    def handle_data(self, data):
        if self._in_script:
            self.scripts.append(data)


async def form_post(browser, asked):
    await browser.authorize(request(asked.parameters["client_id"]))
    response = await browser.get("/authorize", **asked.parameters)
    assert response.status_code == 200, response.headers
    return response, FormPost(response.text)


async def test_form_post_carries_the_answer_in_a_form_that_sends_itself(browser, platform):
    asked = request(response_mode="form_post")
    response, page = await form_post(browser, asked)
    assert (page.action, page.method) == (CALLBACK, "post")
    assert set(page.inputs) == {"code", "state", "iss"}
    assert page.inputs["iss"] == ISSUER
    assert page.inputs["state"] == asked.parameters["state"]
    assert page.buttons == 1
    assert page.scripts == ["document.forms[0].submit()"]
    assert (await platform.redeem(asked, page.inputs["code"])).status_code == 200
    assert response.headers["cache-control"] == "no-store"


async def test_only_the_page_s_own_script_runs_and_it_may_lead_away(browser):
    nonces = set()
    for _ in range(2):
        response, page = await form_post(browser, request(response_mode="form_post"))
        policy = response.headers["content-security-policy"]
        assert f"script-src 'nonce-{page.nonce}'" in policy
        assert "unsafe" not in policy
        assert "form-action" not in policy
        assert "default-src 'none'" in policy
        # With `same-origin` a browser would say `Origin: null` to the platform.
        assert response.headers["referrer-policy"] == "origin"
        nonces.add(page.nonce)
    assert len(nonces) == 2
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", nonce) for nonce in nonces)


async def test_what_a_platform_sends_stays_text(browser):
    hostile = '"></form><script>alert(1)</script><form action="https://evil.example">'
    _, page = await form_post(browser, request(response_mode="form_post", state=hostile))
    assert page.inputs["state"] == hostile
    assert page.action == CALLBACK
    assert page.scripts == ["document.forms[0].submit()"]


async def test_after_the_pages_the_form_comes_as_well(browser):
    response = await browser.get("/authorize", **request(response_mode="form_post").parameters)
    response, page = await browser.follow(response)
    for _ in range(2):
        url = str(response.url)
        button = "approve" if "approve" in page.buttons else None
        inputs = {} if button else {"username": "zhang", "password": "an artificial password"}
        response, page = await browser.follow(await browser.submit(url, page, button, **inputs))
    assert FormPost(response.text).inputs["code"]
    assert FormPost(response.text).action == CALLBACK


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"prompt": "none"}, "login_required"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "unknown"}, "invalid_scope"),
        ({"code_challenge": None}, "invalid_request"),
    ],
    ids=str,
)
async def test_errors_travel_the_same_way(browser, changes, error):
    asked = request(response_mode="form_post").but(**changes)
    response = await browser.get("/authorize", **asked.parameters)
    assert response.status_code == 200
    page = FormPost(response.text)
    assert page.action == CALLBACK
    assert page.inputs["error"] == error
    assert page.inputs["iss"] == ISSUER


async def test_who_declines_is_heard_of_by_the_form(browser):
    await browser.authorize(request())
    asked = request(response_mode="form_post", prompt="consent")
    response, page = await browser.follow(await browser.get("/authorize", **asked.parameters))
    response = await browser.submit(str(response.url), page, "deny")
    assert FormPost(response.text).inputs["error"] == "access_denied"


@pytest.mark.parametrize("mode", ["fragment", "fragment.jwt", "web_message", "QUERY", "query "])
async def test_a_mode_that_is_not_offered_is_refused_in_the_usual_one(browser, mode):
    answer = Answer.of(await browser.get("/authorize", **request(response_mode=mode).parameters))
    assert answer.parameters["error"] == "invalid_request"
    assert "#" not in answer.location


async def test_a_repeated_mode_is_refused_in_the_usual_one(browser):
    pairs = [*request(response_mode="form_post").parameters.items(), ("response_mode", "query")]
    answer = Answer.of(await browser.http.get("/authorize", params=pairs))
    assert answer.parameters["error"] == "invalid_request"


async def test_query_can_be_asked_for(browser):
    answer = await browser.authorize(request(response_mode="query"))
    assert urlsplit(answer.location).fragment == ""
    assert answer.parameters["code"]


async def test_a_registered_query_is_kept_by_the_form(provider, browser):
    uri = "https://queried.example/callback?dummy1=lorem&dummy2=ipsum"
    await register(provider, metadata("queried", redirect_uris=[uri]))
    asked = request("queried", redirect_uri=uri)
    await browser.authorize(asked)
    response = await browser.get("/authorize", **asked.but(response_mode="form_post").parameters)
    assert FormPost(response.text).action == uri


async def test_a_name_of_a_platform_stays_text_too(provider, browser):
    await register(provider, metadata("named", client_name="</strong><script>alert(1)</script>"))
    _, page = await form_post(browser, request("named", response_mode="form_post"))
    assert page.scripts == ["document.forms[0].submit()"]


async def test_a_pushed_request_may_ask_for_the_form(provider, browser, platform):
    await browser.authorize(request())
    asked = request(response_mode="form_post")
    response = await Platform(provider).post("/par", **asked.parameters)
    sent = {"client_id": "platform-a", "request_uri": response.json()["request_uri"]}
    page = FormPost((await browser.get("/authorize", **sent)).text)
    assert (await platform.redeem(asked, page.inputs["code"])).status_code == 200
