"""The files of the app: what is served, how it is kept, and what must never stand in them."""

import re
import struct
from collections.abc import Iterator

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from authsvc.errors import Text
from authsvc.evidence.kinds import KINDS
from authsvc.holder.app.app_files import AppFile, app_files, manifest
from authsvc.holder.app.routes import routes
from authsvc.web.front_door import FrontDoor
from authsvc.web.headers import SecurityHeaders
from authsvc.web.templates import Templates

LONGEST_MODULE = 300
CJK = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
_TEXT = r"""'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`"""
SAY = re.compile(rf"\bsay\(\s*({_TEXT}),\s*({_TEXT}),?\s*\)")
IMPORT = re.compile(r"import \{([^}]+)\} from '/app/([a-z_]+\.js)';")
EXPORT = re.compile(r"export (?:async )?(?:function\*?|const|class) (\w+)")

FILES = app_files()
MODULES = {name: file.content.decode() for name, file in FILES.items() if name.endswith(".js")}
each_module = pytest.mark.parametrize("name", sorted(MODULES))


@pytest.fixture(scope="module")
def app() -> Iterator[TestClient[Litestar]]:
    """The app's doors behind the front door of the house."""
    doors = routes(templates=Templates(), sandbox=False)
    litestar = Litestar(doors, logging_config=None, openapi_config=None)
    inner = SecurityHeaders(litestar.asgi_handler, https=True)  # type: ignore[arg-type]
    front = FrontDoor(inner, doors, knows=lambda scope: None, https=True)
    litestar.asgi_handler = front  # type: ignore[assignment]
    with TestClient(litestar, base_url="https://id.example") as client:
        yield client


def test_the_app_lives_below_a_slash_so_that_its_scope_is_its_own(app):
    answer = app.get("/app?lang=en", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/app/?lang=en")
    assert app.get("/app/").status_code == 200


def test_every_file_is_served_with_its_type_and_asked_for_again(app):
    assert {"app.js", "app.css", "service-worker.js", "icon-maskable.svg"} <= set(FILES)
    for name, file in FILES.items():
        answer = app.get(f"/app/{name}")
        assert answer.content == file.content
        assert answer.headers["content-type"] == file.content_type
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert app.head(f"/app/{name}").content == b""


def test_nothing_else_is_served(app):
    for name in ("routes.py", "__init__.py", "nothing.js", "..", "%2e%2e%2froutes.py"):
        assert app.get(f"/app/{name}", follow_redirects=False).status_code in (303, 404)
    assert app.post("/app/app.js").status_code == 405


@pytest.mark.parametrize("spelling", ["{tag}", "W/{tag}", '"other", {tag}', "*"])
def test_who_has_the_file_is_not_sent_it_again(app, spelling):
    tag = app.get("/app/app.js").headers["etag"]
    known = {"if-none-match": spelling.format(tag=tag)}
    answer = app.get("/app/app.js", headers=known)
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == tag
    assert app.get("/app/app.js", headers={"if-none-match": '"other"'}).status_code == 200


def test_the_page_may_load_from_and_speak_to_this_origin_alone(app):
    policy = app.get("/app/").headers["content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    for what in ("script-src", "connect-src", "style-src", "manifest-src", "worker-src"):
        assert rules[what] == "'self'"
    assert rules["img-src"] == "'self' data: blob:"
    assert rules["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in policy
    assert "http" not in policy


def test_one_page_may_speak_to_platforms_and_its_address_does_not_say_to_which(app):
    usual = app.get("/app/").headers["content-security-policy"]
    presenting = app.get("/app/present").headers["content-security-policy"]
    assert presenting == usual.replace("connect-src 'self'", "connect-src 'self' https:")


def test_one_page_may_ask_for_the_camera_and_speaks_to_nobody(app):
    for address in ("/app/", "/app/present"):
        assert app.get(address).headers["permissions-policy"].startswith("camera=(), ")
    scanning = app.get("/app/scan").headers
    usual = app.get("/app/").headers
    assert scanning["permissions-policy"] == usual["permissions-policy"].replace(
        "camera=()", "camera=(self)"
    )
    assert scanning["content-security-policy"] == usual["content-security-policy"]


@pytest.mark.parametrize(
    ("address", "header", "language"),
    [
        ("/app/", "zh-CN", "zh-CN"),
        ("/app/", "en-GB", "en"),
        ("/app/", "fr", "en"),
        ("/app/?lang=zh", "en", "zh-CN"),
        ("/app/?lang=en", "zh", "en"),
        ("/app/?lang=fr", "fr", "en"),
        ("/app/?a=1&lang=en", "zh", "en"),
    ],
)
def test_the_page_speaks_the_language_that_was_asked_for(app, address, header, language):
    answer = app.get(address, headers={"accept-language": header})
    assert f'<html lang="{language}"' in answer.text
    assert answer.headers["vary"] == "accept-language"


def test_without_javascript_the_page_says_so_and_leads_on(app):
    page = app.get("/app/", headers={"accept-language": "en"}).text
    inside = page.partition("<noscript>")[2].partition("</noscript>")[0]
    assert "needs JavaScript" in inside
    assert 'href="/approvals"' in inside
    assert 'href="/device"' in inside


def test_only_a_sandbox_offers_virtual_cards(app):
    assert 'data-mode="production"' in app.get("/app/").text
    [page, *_] = routes(templates=Templates(), sandbox=True)
    with TestClient(Litestar([page], openapi_config=None)) as sandbox:
        assert 'data-mode="sandbox"' in sandbox.get("/app/").text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_manifest_makes_the_app_installable(app, language):
    answer = app.get(f"/app/manifest.webmanifest?lang={language}")
    assert answer.headers["content-type"] == "application/manifest+json"
    assert answer.content == manifest(language).content
    told = answer.json()
    assert told["start_url"] == told["scope"] == told["id"] == "/app/"
    assert told["display"] == "standalone"
    assert told["lang"].startswith(language)
    assert {icon["purpose"] for icon in told["icons"]} == {"any", "maskable"}
    for icon in told["icons"]:
        # The mark is served by the web room.
        if icon["src"].startswith("/app/"):
            served = app.get(icon["src"])
            assert served.headers["content-type"] == icon["type"]
            if icon["type"] == "image/png":
                width, height = struct.unpack(">II", served.content[16:24])
                assert icon["sizes"] == f"{width}x{height}"


def test_the_service_worker_changes_with_every_file_that_it_keeps():
    worker = MODULES["service-worker.js"]
    assert worker.startswith('const VERSION = "')
    kept = worker.splitlines()[1]
    for name in set(FILES) - {"service-worker.js"}:
        assert f'"/app/{name}"' in kept
    assert '"/static/authsvc.css?v=' in kept
    assert "/holder" not in worker
    assert AppFile("t", b"1").tag != AppFile("t", b"2").tag


def test_the_service_worker_may_fetch_from_this_origin_and_nothing_else(app):
    answer = app.get("/app/service-worker.js")
    policy = "default-src 'none'; connect-src 'self'"
    assert answer.headers["content-security-policy"] == policy


@each_module
def test_a_module_is_short_and_says_what_it_is(name):
    lines = MODULES[name].splitlines()
    if name == "service-worker.js":
        lines = lines[2:]
    assert len(lines) <= LONGEST_MODULE
    assert lines[0].startswith("/*")


@each_module
def test_every_sentence_stands_in_both_languages(name):
    code = re.sub(r"^\s*(\*|/\*\*|//).*$", "", MODULES[name], flags=re.MULTILINE)
    pairs = SAY.findall(code)
    assert len(pairs) == len(re.findall(r"(?<!function )\bsay\(", code))
    for chinese, english in pairs:
        assert CJK.search(chinese), chinese
        assert not CJK.search(english), english
        assert english.strip("'\"` "), chinese
    assert code.count("zh: [") == code.count("en: [")


@each_module
def test_a_module_imports_what_is_there_and_uses_what_it_imports(name):
    source = MODULES[name]
    assert source.count("import {") == len(IMPORT.findall(source))
    for names, other in IMPORT.findall(source):
        exported = EXPORT.findall(MODULES[other])
        for each in (each.strip() for each in names.split(",") if each.strip()):
            assert each in exported, f"{other} has no {each}"
            assert len(re.findall(rf"\b{each}\b", source)) > 1, f"{each} is not used"


def test_nothing_is_exported_for_nobody():
    for name, source in MODULES.items():
        for each in EXPORT.findall(source):
            used = any(
                each in [one.strip() for one in names.split(",")] and imported == name
                for other in MODULES.values()
                for names, imported in IMPORT.findall(other)
            )
            assert used, f"{name} exports {each}"


@each_module
def test_no_text_becomes_html_or_script(name):
    for way in (
        "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function",
        "DOMParser", "'style'", "srcdoc", "javascript:",
    ):  # fmt: skip
        assert way not in MODULES[name], way


def test_no_file_names_another_host_and_nothing_is_inline(app):
    for name, file in FILES.items():
        text = file.content.decode("latin-1").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://", text), name
        assert "//cdn" not in text
    page = app.get("/app/").text
    assert "://" not in page
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", page)
    sheet = FILES["app.css"].content.decode()
    assert "url(" not in sheet
    assert "@import" not in sheet


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        ("good", "good-tint"),
        ("wait", "wait-tint"),
        ("card-ink", "card"),
        ("card-quiet", "card"),
    ],
)
def test_text_stands_out_from_its_ground(scheme, ink, ground):
    sheet = FILES["app.css"].content.decode()
    light, dark = re.findall(r":root \{(.*?)\}", sheet, re.DOTALL)
    colours = dict(
        re.findall(r"--([a-z-]+): #([0-9a-f]{6});", light if scheme == "light" else dark)
    )
    lighter, darker = sorted((_luminance(colours[ink]), _luminance(colours[ground])), reverse=True)
    # WCAG 2.2, 1.4.3: 4.5 to 1.
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def _luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
    return sum(weight * v for weight, v in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_the_app_knows_every_kind_of_document_by_its_name():
    source = MODULES["document_kinds.js"]
    table = source.partition("const names")[2].partition("});")[0]
    named = re.findall(rf"(\w+): say\(\s*({_TEXT}),\s*({_TEXT}),?\s*\)", table)
    told = {kind: Text(zh[1:-1], en[1:-1]) for kind, zh, en in named}
    assert told == {kind.name: kind.title for kind in KINDS.values()}
    typed = dict(re.findall(r"^  (\w+): '(\w+)',$", source, re.MULTILINE))
    printed = {kind.name: kind.required_details for kind in KINDS.values() if not kind.has_chip}
    assert {kind: frozenset((detail,)) for kind, detail in typed.items()} == printed
