"""Row 47: every log line of a whole journey is searched for everything that was said in it.

Once in this process, with every kind of failure on the way and an exception in the middle; once
as a stranger runs the service, `authsvc sandbox` as a process, with all that it prints.
"""

import ast
import base64
import json
import logging
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from urllib.parse import urlencode

import httpx2
import pytest
import structlog
from sqlalchemy import text

import authsvc
from authsvc.authentication.credentials import Credentials
from authsvc.cli.tour.browser import Browser
from authsvc.cli.tour.servers import Server
from authsvc.storage import Database
from authsvc.web.logging import FACTS, configure_logging
from tests.services import free_port
from tests.whole import ADDRESS, CARD, MARKET, SQUARE, Enrolling, Resident, Service
from tests.whole_life import Life, live

ROOT = Path(authsvc.__file__).parents[1]
LOGGING = {"debug", "info", "warning", "error", "exception", "critical"}


@pytest.fixture
def log() -> Iterator[StringIO]:
    """What the service writes, as the command line configures it."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    stream = StringIO()
    configure_logging(level=logging.DEBUG, stream=stream)
    yield stream
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


@pytest.fixture
async def life(log: StringIO, service: Service) -> Life:
    """A whole life with the service, logged from the first line on."""
    return await live(service)


def appears(log: str, values: dict[str, str]) -> list[str]:
    """What of the values is in the log, as it is or escaped."""
    return [
        what
        for what, value in values.items()
        for spelling in {value, json.dumps(value)[1:-1], base64.b64encode(value.encode()).decode()}
        if spelling in log
    ]


def said(life: Life) -> dict[str, str]:
    """Everything that must not be in a log. Six digits are in every time stamp by chance."""
    return {
        what: value
        for what, value in (life.person | life.secrets | life.platform).items()
        if len(value) > 6
    }


async def test_a_whole_journey_leaves_no_secret_in_the_log(log: StringIO, life: Life):
    """Enrollment, replacement, sign-in, tokens: the lines are there, what was said is not."""
    written = log.getvalue()
    lines = [json.loads(line) for line in written.splitlines()]
    assert len(lines) > 40
    assert appears(written, said(life) | {"address": ADDRESS}) == []
    for code in (value for what, value in life.secrets.items() if "SMS" in what):
        for line in lines:
            assert code not in json.dumps({k: v for k, v in line.items() if k != "timestamp"})
    # A fact that is left out was meant to be there: the list must know it.
    assert [line for line in lines if "left_out" in line] == []
    # One wrong code for a department's record belongs to the life.
    refused = [line for line in lines if line["event"] == "request" and line["status"] >= 400]
    assert {line["route"] for line in refused} == {"/holder/departments/link"}


async def test_failures_leave_no_secret_in_the_log(log: StringIO, service: Service, life: Life):
    """Wrong passwords, codes, faces, chips, secrets, tokens, a token used twice, a lost page."""
    resident = service.resident("样例诸葛测试丁")
    wrong = {what: f"wrong-{what}-presented" for what in ("password", "name", "secret", "token")}
    async with service.client() as client:
        await fail_to_enroll(client, resident)
        await fail_to_sign_in(client, life, wrong)
        await fail_as_platform(client, life, wrong)
    life.knows("loser", resident)
    written = log.getvalue()
    statuses = {json.loads(line).get("status") for line in written.splitlines()}
    assert {400, 401, 404, 405, 409, 415} <= statuses
    assert 500 not in statuses
    assert appears(written, said(life) | wrong | {"address": ADDRESS}) == []
    assert "left_out" not in written


async def fail_to_enroll(client: httpx2.AsyncClient, resident: Resident) -> None:
    enrolling = Enrolling(client, resident)
    await enrolling.begin()
    broken = base64.b64encode(resident.card.chip_file[:-40]).decode()
    assert (await enrolling.put("document", kind=CARD, chip=broken)).status_code == 400
    assert (await enrolling.put("document", kind=resident.name, chip=broken)).status_code == 400
    assert (await enrolling.put("document", **{resident.name: "x"})).status_code == 400
    assert (await enrolling.choose()).status_code == 409
    assert (await enrolling.document()).is_success
    stranger = base64.b64encode(resident.name.encode()).decode()
    assert (await enrolling.put("holder-check", capture=stranger)).status_code in (400, 403)
    assert (await enrolling.holder()).is_success
    assert (await enrolling.put("phone", phone=resident.name)).status_code == 400
    assert (await enrolling.phone()).is_success
    assert (await enrolling.put("phone-confirmation", code="no code")).status_code == 400
    assert (await enrolling.confirm()).is_success
    assert (await enrolling.choose()).is_success
    refused = await enrolling.put("certificate-request", certificate_request=resident.name)
    assert refused.status_code == 400
    other = await client.get(f"{enrolling.address}?{urlencode({'name': resident.name})}")
    assert other.status_code in (401, 404)


async def fail_to_sign_in(client: httpx2.AsyncClient, life: Life, wrong: dict[str, str]) -> None:
    name = life.person["resident: sign-in name"]
    for body in (
        {"sign_in_name": name, "password": wrong["password"]},
        {"sign_in_name": wrong["name"], "password": life.secrets["resident: password"]},
    ):
        assert (await client.post("/authentication/password", json=body)).status_code == 401
    body = {"ticket": life.secrets["ticket"], "otp": "000000"}
    assert (await client.post("/authentication/second-factor", json=body)).status_code == 401
    body = {"challenge": life.secrets["challenge"], "certificate": name, "signature": name}
    assert (await client.post("/authentication/possession", json=body)).status_code in (400, 401)
    cookie = {"cookie": f"__Host-authsvc-session={wrong['token']}"}
    assert (await client.get("/holder", headers=cookie)).status_code == 401
    assert (await client.get(f"/{life.secrets['ticket']}/{name}")).status_code == 404
    assert (await client.post("/authentication/password", data=body)).status_code == 415
    assert (await client.patch(f"/holder?{urlencode({'name': name})}")).status_code == 405


async def fail_as_platform(client: httpx2.AsyncClient, life: Life, wrong: dict[str, str]) -> None:
    code = {
        "grant_type": "authorization_code",
        "code": life.secrets["first code"],
        "redirect_uri": SQUARE.redirect_uri,
        "code_verifier": life.secrets["first verifier"],
    }
    # Its answer could be a lost one, had the code that came twice not ended the family.
    used = {
        "grant_type": "refresh_token",
        "refresh_token": life.secrets["first refresh token"],
    }
    for form in (code, used, code | {"code": wrong["token"]}):
        for secret in (wrong["secret"], SQUARE.secret):
            answer = await client.post("/token", data=form, auth=(SQUARE.client_id, secret))
            assert answer.status_code in (400, 401)
    answer = await client.post("/token", json=code, auth=(MARKET.client_id, MARKET.secret))
    assert answer.status_code == 400
    headers = {"authorization": f"Bearer {wrong['token']}"}
    assert (await client.get("/userinfo", headers=headers)).status_code == 401
    asked = {"client_id": wrong["name"], "redirect_uri": "https://wrong-name-presented.example"}
    assert (await client.get(f"/authorize?{urlencode(asked)}")).status_code == 400


def quoting(*arguments: object, **named: object) -> None:
    """A fault that quotes what it was given, and so does its cause."""
    try:
        raise KeyError(*arguments)
    except KeyError as cause:
        raise RuntimeError(f"{arguments} {named}") from cause


async def test_an_exception_leaves_no_secret_in_the_log(
    log: StringIO, service: Service, life: Life, monkeypatch
):
    """Something breaks in the middle, at an endpoint of each make: where, and no more, is said."""
    monkeypatch.setattr("authsvc.oidc.token.token_request.omit_empty", quoting)
    monkeypatch.setattr(Credentials, "name_digest", lambda _, name: quoting(name))
    form = {"grant_type": "authorization_code", "code": "a-code-that-was-presented"}
    body = {
        "sign_in_name": life.person["resident: sign-in name"],
        "password": life.secrets["resident: password"],
    }
    auth = (SQUARE.client_id, SQUARE.secret)
    async with service.client() as client:
        token = await client.post("/token", data=form, auth=auth)
        password = await client.post("/authentication/password", json=body)
    assert (token.status_code, password.status_code) == (500, 500)
    written = log.getvalue()
    assert password.json()["incident"] in written
    incidents = [line for line in written.splitlines() if '"event":"incident"' in line]
    assert len(incidents) == 2
    assert all("RuntimeError < builtins.KeyError" in line for line in incidents)
    seen = written + token.text + password.text
    assert "that-was-presented" not in seen
    assert appears(seen, said(life)) == []


async def test_a_broken_database_leaves_no_secret_in_the_log(
    log: StringIO, service: Service, life: Life, storage_urls
):
    """A table is gone: the statement's error, its parameters and its text stay unsaid."""
    database = Database(storage_urls[0])
    async with database.transaction() as tx:
        await tx.execute(text("ALTER TABLE password_credential RENAME TO elsewhere"))
    await database.close()
    body = {
        "sign_in_name": life.person["resident: sign-in name"],
        "password": life.secrets["resident: password"],
    }
    async with service.client() as client:
        answer = await client.post("/authentication/password", json=body)
    assert answer.status_code in (500, 503)
    written = log.getvalue()
    assert appears(written + answer.text, said(life)) == []
    assert "password_credential" not in written + answer.text
    if answer.status_code == 500:
        [incident] = [
            line for line in map(json.loads, written.splitlines()) if line["event"] == "incident"
        ]
        assert incident["incident"] == answer.json()["incident"]


def logged_facts() -> Iterator[tuple[str, str]]:
    """Every keyword that any room hands to a logger, with its place."""
    for path in sorted((ROOT / "authsvc").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            logger = ast.unparse(node.func.value)
            if node.func.attr in LOGGING and re.search(r"\blog(ger)?\b|_log\b|get_logger", logger):
                for keyword in node.keywords:
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", str(keyword.arg)


def test_every_fact_that_a_room_logs_is_allowed():
    """A fact that is left out silently is lost; one that is built by ** cannot be checked here."""
    found = list(logged_facts())
    assert len(found) > 5
    unknown = [
        (place, fact)
        for place, fact in found
        if fact not in FACTS and not place.startswith("authsvc/web/logging.py")
    ]
    assert unknown == []


# As a process.

PERSON = {
    "username": "tester-of-the-sandbox",
    "password": "a password for the sandbox",
    "totp_secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    "name": "样例夏侯测试戊",
    "birth_date": "1991-02-03",
    "phone": "+8610012345699",
}


@pytest.mark.slow
def test_the_sandbox_prints_no_secret(tmp_path: Path):
    """`authsvc sandbox` with a client and a person: a sign-in, and much that is wrong."""
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    client = SQUARE.registration
    (tmp_path / "clients.json").write_text(json.dumps([client]))
    (tmp_path / "people.json").write_text(json.dumps([PERSON]))
    log = tmp_path / "sandbox.log"
    server = Server(
        "sandbox",
        ["authsvc", "sandbox", f"--port={port}", f"--clients={tmp_path / 'clients.json'}"]
        + [f"--people={tmp_path / 'people.json'}", f"--directory={tmp_path / 'sandbox'}"],
        url=issuer,
        ready="/readyz",
        log=log,
        root=ROOT,
        environment={},
    )
    server.start()
    try:
        presented = walk(issuer)
    finally:
        server.stop()
    written = log.read_text()
    assert written.count('"event":"request"') > 8
    values = {**PERSON, **presented, "client secret": SQUARE.secret, "name of client": SQUARE.name}
    assert appears(written, values) == []
    assert "Traceback" not in written


def walk(issuer: str) -> dict[str, str]:
    """Signs in as far as the second factor, and does some things wrong; what was presented."""
    query = SQUARE.request | {
        "state": "a-state-that-was-presented",
        "nonce": "a-nonce-that-was-presented",
    }
    browser = Browser()
    page = browser.visit(f"{issuer}/authorize?{urlencode(query)}")
    interaction = page.url.rpartition("/")[2]
    username, password = PERSON["username"], PERSON["password"]
    wrong = browser.fill(page, username=username, password="wrong-password-presented")
    assert wrong.status == 401
    page = browser.fill(wrong, username=username, password=password)
    assert page.has("otp")
    browser.fill(page, otp="123456-presented")
    browser.visit(f"{issuer}/token?code=a-code-that-was-presented")
    browser.visit(f"{issuer}/nowhere/a-path-that-was-presented")
    browser.close()
    with httpx2.Client(base_url=issuer, trust_env=False) as client:
        form = {"grant_type": "authorization_code", "code": "another-code-presented"}
        for secret in (SQUARE.secret, "a-secret-that-was-presented"):
            client.post("/token", data=form, auth=(SQUARE.client_id, secret))
        client.post("/enrollments", content=b'{"a":"a-body-that-was-presented"')
        headers = {"authorization": "Bearer a-token-that-was-presented"}
        client.get("/userinfo", headers=headers)
    return {
        "interaction": interaction,
        "state and nonce and others": "that-was-presented",
        "wrong password": "wrong-password-presented",
        "wrong otp": "123456-presented",
        "wrong code": "another-code-presented",
        "code challenge": query["code_challenge"],
        "redirect URI": SQUARE.redirect_uri,
    }
