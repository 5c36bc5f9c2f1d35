import re
from html.parser import HTMLParser
from typing import Any

import pytest
from jinja2 import UndefinedError

from authsvc.errors import Throttled
from authsvc.web.errors import BodyTooLarge
from authsvc.web.language import Language
from authsvc.web.templates import Templates, own_path, web_link
from tests.web.pages import PAGES

LANGUAGES: tuple[Language, ...] = ("zh", "en")
HAN = re.compile("[\u4e00-\u9fff]")


class Page(HTMLParser):
    """The elements of a page, checked to be properly closed."""

    VOID = frozenset({"meta", "link", "input", "img", "br"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(attrs) == len(dict(attrs)), f"an attribute twice in {tag}"
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def by_id(self, id_: str) -> dict[str, str | None]:
        [found] = [attributes for _, attributes in self.elements if attributes.get("id") == id_]
        return found


@pytest.fixture(scope="module")
def templates() -> Templates:
    return Templates()


def render(templates: Templates, name: str, language: Language = "en", **changes: Any) -> Page:
    return Page(templates.render(name, language=language, **{**PAGES[name], **changes}))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_every_page_stands_in_both_languages(templates: Templates, name: str, language: Language):
    page = render(templates, name, language, error=BodyTooLarge(field="otp"))
    assert page.named("html") == [{"lang": "zh-CN" if language == "zh" else "en"}]
    assert len(page.named("h1")) == len(page.named("main")) == len(page.named("title")) == 1
    assert bool(HAN.search(page.text)) is (language == "zh")


@pytest.mark.parametrize("name", PAGES)
def test_no_page_needs_javascript_or_anything_from_elsewhere(templates: Templates, name: str):
    page = render(templates, name)
    assert page.named("style") == page.named("iframe") == []
    for script in page.named("script"):
        assert set(script) == {"type", "src"}
        assert (script["src"] or "").startswith("/static/passkey.js?v=")
    for tag, attributes in page.elements:
        assert "style" not in attributes
        assert not [key for key in attributes if key.startswith("on")]
        if tag in {"img", "link"}:
            address = attributes.get("src") or attributes["href"]
            assert address is not None
            assert address.startswith("/static/")


@pytest.mark.parametrize("name", PAGES)
def test_a_value_that_is_forgotten_is_an_error(templates: Templates, name: str):
    for missing in PAGES[name]:
        values = {key: value for key, value in PAGES[name].items() if key != missing}
        with pytest.raises(UndefinedError):
            templates.render(name, language="en", **values)


def test_every_form_posts_to_its_action_with_its_hidden_fields(templates: Templates):
    forms = {
        "sign_in.html": 2,
        "otp.html": 1,
        "second_factor.html": 5,
        "consent.html": 1,
        "guardian.html": 1,
        "sign_out.html": 1,
    }
    for name, count in forms.items():
        page = render(templates, name, action="/there", hidden={"ticket": "t1", "b": "2"})
        assert len(page.named("form")) == count
        for form in page.named("form"):
            assert (form["method"], form["action"]) == ("post", "/there")
        hidden = [field for field in page.named("input") if field.get("type") == "hidden"]
        found = [(f["name"], f["value"]) for f in hidden if f["name"] != "more"]
        assert found == [("ticket", "t1"), ("b", "2")] * count


def test_sign_in_has_the_fields_that_a_password_manager_knows(templates: Templates):
    page = render(templates, "sign_in.html", username="ceshi-jia")
    assert page.by_id("username")["autocomplete"] == "username webauthn"
    assert page.by_id("username")["value"] == "ceshi-jia"
    assert page.by_id("password")["autocomplete"] == "current-password"
    assert page.by_id("password")["type"] == "password"
    assert "value" not in page.by_id("password")
    assert page.by_id("sign-in")["type"] == "submit"


def test_the_code_field_is_one_that_a_phone_can_fill(templates: Templates):
    field = render(templates, "otp.html").by_id("otp")
    assert field["autocomplete"] == "one-time-code"
    assert field["inputmode"] == "numeric"


def test_a_recovery_code_is_typed_on_a_keyboard_with_letters(templates: Templates):
    usual, recovery = (render(templates, "otp.html", recovery=wanted) for wanted in (False, True))
    assert recovery.by_id("otp")["name"] == "otp"
    assert "inputmode" not in recovery.by_id("otp")
    ways = [[link["href"] for link in page.named("a")] for page in (usual, recovery)]
    assert ways == [["?recovery", "?another-name"], ["?another-name"]]


def test_a_passkey_is_offered_by_a_form_that_only_its_script_shows(templates: Templates):
    for name in ("sign_in.html", "second_factor.html"):
        page = render(templates, name)
        [form] = [form for form in page.named("form") if "data-passkey" in form]
        assert "hidden" in form
        assert page.by_id("passkey")["type"] == "button"
    without = render(templates, "second_factor.html", has_passkey=False)
    assert without.named("script") == []
    assert not [form for form in without.named("form") if "data-passkey" in form]


def test_a_step_up_asks_for_what_there_is(templates: Templates):
    def ids(**has: Any) -> set[str | None]:
        nothing = {"has_totp": False, "has_passkey": False, "phone": None, "code_sent": False}
        page = render(templates, "second_factor.html", **(nothing | has))
        return {attributes.get("id") for _, attributes in page.elements} - {None}

    rest = {"skip", "deny"}
    assert ids(phone="***1234") == {"send-code"} | rest
    typed = {"otp", "otp-hint", "verify"}
    assert ids(phone="***1234", code_sent=True) == {"send-code"} | typed | rest
    assert ids(has_totp=True) == {"recovery"} | typed | rest
    assert ids(has_passkey=True) == {"passkey", "passkey-failed"} | rest
    assert ids(phone="***1234", may_skip=False, may_decline=False) == {"send-code"}


def test_every_input_has_its_label(templates: Templates):
    for name in PAGES:
        page = render(templates, name)
        labels = {label["for"] for label in page.named("label")}
        shown = {f["id"] for f in page.named("input") if f.get("type") != "hidden"}
        assert labels == shown


@pytest.mark.parametrize(("name", "field"), [("sign_in.html", "password"), ("otp.html", "otp")])
def test_an_error_is_announced_and_tied_to_its_field(templates: Templates, name: str, field: str):
    page = render(templates, name, error=Throttled())
    assert page.by_id("error")["role"] == "alert"
    assert "Too many attempts" in page.text
    assert "error" in (page.by_id(field)["aria-describedby"] or "").split()
    assert page.by_id(field)["aria-invalid"] == "true"
    assert "aria-invalid" not in render(templates, name).by_id(field)


def test_consent_names_the_asker_and_offers_both_answers(templates: Templates):
    page = render(templates, "consent.html", client_name="邻里社交", host="social.example")
    assert "邻里社交" in page.text
    assert "social.example" in page.text
    for decision in ("approve", "deny"):
        button = page.by_id(decision)
        assert (button["name"], button["value"]) == ("decision", decision)


def test_consent_tells_of_age_only_where_age_is_asked_for(templates: Templates):
    without = render(templates, "consent.html", scopes=["openid"]).text
    with_age = render(templates, "consent.html", scopes=["openid", "age", "unknown"]).text
    assert "over 14, 16 and 18" in with_age
    assert "over 14" not in without
    assert "your age or birth date" in without
    assert (
        "after you have left" in render(templates, "consent.html", scopes=["offline_access"]).text
    )


def test_consent_links_only_to_what_the_platform_registered(templates: Templates):
    def links(**uris: Any) -> list[str | None]:
        return [a["href"] for a in render(templates, "consent.html", **uris).named("a")]

    policy, terms = "https://a.example/p", "https://a.example/t"
    assert links(policy_uri=policy, tos_uri=terms) == [policy, terms]
    assert links(policy_uri=policy, tos_uri=None) == [policy]
    assert links(policy_uri=None, tos_uri=terms) == [terms]
    assert links(policy_uri=None, tos_uri="javascript:alert(1)") == []


def test_signing_out_asks_first(templates: Templates):
    assert render(templates, "sign_out.html").by_id("logout")["value"] == "logout"
    assert "Online Identity" in render(templates, "sign_out.html", client_name=None).text


def test_the_signed_out_page_leads_back_only_to_a_web_address(templates: Templates):
    page = render(templates, "signed_out.html", return_to="https://a.example/", client_name=None)
    assert page.by_id("return")["href"] == "https://a.example/"
    assert render(templates, "signed_out.html", return_to=None).named("a") == []
    assert render(templates, "signed_out.html", return_to="data:text/html,x").named("a") == []


def test_the_error_page_shows_the_code_the_field_and_the_incident(templates: Templates):
    page = render(templates, "error.html", error=BodyTooLarge(field="otp"), incident="abc123")
    for shown in ("web.body_too_large", "otp", "abc123", "Keep the body within 1 MB"):
        assert shown in page.text


@pytest.mark.parametrize("uri", ["https://a.example/b?c=d#e", "http://127.0.0.1:8/"])
def test_a_web_address_is_linked(uri: str):
    assert web_link(uri) == uri


@pytest.mark.parametrize(
    "uri",
    [
        None,
        "",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        " javascript:alert(1)",
        "data:text/html,x",
        "//a.example",
        "/a",
        "https:a",
        "https:///a",
        "https://a\\@b",
        "https://[::1",
        "vbscript:x",
    ],
)
def test_anything_else_is_not(uri: str | None):
    assert web_link(uri) is None


def test_an_app_is_returned_to_by_its_own_scheme(templates: Templates):
    for uri in ("org.example.native:/bye", "https://a.example/", "http://127.0.0.1/bye"):
        page = render(templates, "signed_out.html", return_to=uri)
        assert page.by_id("return")["href"] == uri
    for uri in ("javascript:alert(1)", "x.y", "org.example.native:/a b", 'a.b:"onload=', "a.b:\n"):
        assert render(templates, "signed_out.html", return_to=uri).named("a") == []


def test_frames_are_hidden_and_the_way_back_waits_for_them(templates: Templates):
    def shown(**changes: Any) -> Page:
        values = {
            "frames": ["https://a.example/bye?sid=x&iss=y", "javascript:alert(1)"],
            "return_to": "https://a.example/",
            "client_name": None,
            "nonce": "n",
        }
        html = templates.render("signed_out_frames.html", language="en", **{**values, **changes})
        return Page(html)

    page = shown()
    one, hostile = page.named("iframe")
    assert one["src"] == "https://a.example/bye?sid=x&iss=y"
    assert hostile["src"] == "None"
    assert "hidden" in one
    assert one["sandbox"] == "allow-scripts allow-same-origin"
    [refresh] = [meta for meta in page.named("meta") if meta.get("http-equiv") == "refresh"]
    assert refresh["content"] == "5;url=https://a.example/"
    [script] = page.named("script")
    assert script["nonce"] == "n"
    stays = shown(return_to=None)
    assert stays.named("script") == stays.named("a") == []


@pytest.mark.parametrize("path", ["/interaction/Ab-_9/phone", "/link"])
def test_a_plain_path_is_one_of_ours(path: str):
    assert own_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "/",
        "//evil.example",
        "/\\evil",
        "/a/",
        "/a?b",
        "javascript:alert(1)",
        "/a\n",
        "/a.b",
    ],
)
def test_any_other_path_is_not_shown(path: str | None):
    assert own_path(path) is None
