"""Row 45: what costs the sender nothing costs the service little, and leaves little behind.

Each request is as large as a stranger can make it. The answer is a 4xx (or the sign-in page, where
what is too long is merely not used), it comes soon, it is small, and hardly anything rests of it.
"""

import json
import time

import pytest

from authsvc.identifiers import b64url
from tests.bad_input import FORM, JSON, MEGABYTE, addresses, concrete
from tests.dumps import entries
from tests.oidc.makers import Platform, request
from tests.whole import SQUARE, Service

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)

# Generous for a busy machine: what is quadratic in these sizes takes minutes.
SECONDS = 2.0
ANSWER, REST = 20_000, 20_000

SCOPES = " ".join(f"scope-{number}" for number in range(10_000))
LOCALES = " ".join(["zh-Hans-CN", "x-klingon", "en-x"] * 33_334)
DEEP = 50_000
FORMS = ("/authorize", "/token", "/introspect", "/revoke", "/userinfo", "/receipt", "/end-session")


class Spending:
    """One request: no longer, no larger and no more left behind than it may be."""

    def __init__(self, urls):
        self._urls = urls

    async def weight(self):
        """Bytes at rest, keys and values; the raw files of the database apart."""
        found = await entries(self._urls)
        return sum(len(name) + len(value) for name, value in found if " " not in name)

    async def __call__(self, sending, *statuses):
        before = await self.weight()
        began = time.perf_counter()
        response = await sending
        assert time.perf_counter() - began < SECONDS
        assert response.status_code in statuses, (response.status_code, response.text[:200])
        assert len(response.content) + len(str(response.headers)) < ANSWER
        assert await self.weight() - before < REST
        return response


@pytest.fixture
def spending(storage_urls):
    return Spending(storage_urls)


@pytest.fixture
async def client(service: Service):
    async with service.client() as client:
        yield client


def authorize(**changes):
    return dict(SQUARE.request) | changes


@pytest.mark.parametrize(
    "changes",
    [
        {"scope": SCOPES},
        {"scope": "openid " * 10_000},
        {"ui_locales": LOCALES[:100_000]},
        {"claims_locales": LOCALES[:100_000]},
        {"acr_values": "x " * 50_000},
        {"login_hint": "a" * 100_000},
        {"state": "s" * 100_000},
        {"nonce": "n" * 100_000},
        {"prompt": "login " * 15_000},
        {"prompt": "none " * 15_000},
        {"max_age": "9" * 100_000},
        {"code_challenge": "A" * 100_000},
        {"redirect_uri": SQUARE.redirect_uri + "?" + "a" * 100_000},
        {"client_id": "c" * 100_000},
        {"response_type": "code " * 20_000},
        {"response_mode": "x" * 100_000},
        {"id_token_hint": "eyJ" * 30_000},
        {"id_token_hint": "." * 100_000},
        {"claims": '{"id_token":' * 8_000 + "1" + "}" * 8_000},
        {"claims": "[" * DEEP + "]" * DEEP},
        {"claims": '{"userinfo":{' + ",".join(f'"c{n}":null' for n in range(6_000)) + "}}"},
        {"request": "a" * 50_000 + "." + "b" * 50_000 + "."},
        {"request_uri": "urn:" + "a" * 100_000},
        {"authorization_details": "[" * DEEP + "]" * DEEP},
        {"authorization_details": "[" + ",".join(['{"type":"x"}'] * 7_000) + "]"},
        {"dpop_jkt": "A" * 100_000},
        {"resource": "https://r.example/" + "a" * 100_000},
        {"unknown": "u" * 120_000},
    ],
    ids=lambda changes: f"{next(iter(changes))} {next(iter(changes.values()))[:12]!r}",
)
async def test_a_huge_parameter_of_an_authorization_request(spending, client, changes):
    """A hundred kilobytes in one parameter, posted: a refusal, or the page without it."""
    response = await spending(client.post("/authorize", data=authorize(**changes)), 303, 400, 413)
    if response.status_code == 303:
        location = response.headers["location"]
        assert location.startswith(("/interaction/", SQUARE.redirect_uri))
        assert len(location) < 8_000
        if location.startswith("/"):
            shown = await spending(client.get(location), 200)
            assert len(shown.content) < ANSWER


async def test_a_whole_megabyte_in_a_parameter(spending, client):
    """1 MB is still a body that is read; the form inside is refused. A byte more is not read."""
    for path in FORMS:
        for size, statuses in ((MEGABYTE - 10, (400, 401, 413)), (MEGABYTE, (413,))):
            content = b"scope=" + b"s" * size
            await spending(
                client.post(path, content=content, headers={"content-type": FORM}), *statuses
            )


@pytest.mark.parametrize("separator", ["&", "&&&", "&=&"])
async def test_ten_thousand_parameters(spending, client, separator):
    """Ten thousand different parameters, and ten thousand times one, at every endpoint."""
    different = separator.join(f"p{number}={number}" for number in range(10_000))
    same = separator.join(["scope=openid"] * 10_000)
    for path in FORMS:
        for content in (different, same):
            await spending(
                client.post(path, content=content, headers={"content-type": FORM}), 400, 401, 413
            )
    for path in ("/authorize", "/end-session"):
        await spending(client.get(f"{path}?{different[:60_000]}"), 400, 413, 414)


@pytest.mark.parametrize(
    "value",
    [LOCALES, "en;q=0.5," * 10_000, "*" * 100_000, "a-" * 50_000, ";q=" * 30_000, ", " * 50_000],
    ids=lambda value: repr(value[:12]),
)
async def test_a_hundred_thousand_locales(spending, client, value):
    """In `ui_locales` and in Accept-Language, where a page and where a problem is answered."""
    headers = {"accept-language": value}
    await spending(client.get("/authorize", headers=headers), 400)
    await spending(client.get("/holder", headers=headers), 401)
    await spending(client.get("/end-session", headers=headers), 200)
    form = {"ui_locales": value[:100_000]}
    await spending(client.post("/end-session", data=form), 200, 400, 413)


@pytest.mark.parametrize(
    "headers",
    [
        {"cookie": "; ".join(f"c{number}=v" for number in range(10_000))},
        {"cookie": "__Host-authsvc-session=" + "A" * 100_000},
        {"cookie": ";" * 100_000},
        {"authorization": "Bearer " + "a." * 50_000},
        {"authorization": "Bearer " + "A" * 100_000},
        {"authorization": "Basic " + "A" * 100_000},
        {"authorization": " " * 100_000},
        {"accept": "a/b," * 25_000},
        {"content-type": "application/x-www-form-urlencoded;" + " a=b;" * 20_000},
        {"dpop": "eyJ" * 30_000},
        {"x-forwarded-for": "192.0.2.1, " * 10_000},
        {"forwarded": "for=192.0.2.1, " * 10_000},
        {"origin": "https://" + "o" * 100_000},
        {"host": "h" * 100_000},
    ],
    ids=lambda headers: f"{next(iter(headers))} {next(iter(headers.values()))[:20]!r}",
)
async def test_huge_headers(spending, client, headers):
    """A hundred kilobytes in one header (a server in front may refuse them before)."""
    for method, path in (
        ("GET", "/authorize"),
        ("GET", "/userinfo"),
        ("POST", "/token"),
        ("POST", "/introspect"),
        ("GET", "/holder"),
        ("POST", "/authentication/password"),
    ):
        answer = client.request(
            method, path, headers={"content-type": FORM} | headers, content=b"a=b"
        )
        await spending(answer, 400, 401, 403, 415)


async def test_many_unknown_keys_are_looked_for_nowhere(service: Service, spending, client):
    """A thousand tokens that each name another key: all refused, and nothing grows of them."""
    before, began = await spending.weight(), time.perf_counter()
    for number in range(1000):
        headers = {"authorization": f"Bearer {signed_by_nobody(number)}"}
        response = await client.get("/userinfo", headers=headers)
        assert response.status_code == 401
    assert time.perf_counter() - began < 60
    assert await spending.weight() - before < REST
    hinted = authorize(id_token_hint=signed_by_nobody(1000))
    response = await spending(client.post("/authorize", data=hinted), 303)
    assert "error=invalid_request" in response.headers["location"]


def signed_by_nobody(number):
    """A token whose header names a key of its own."""
    header = {"alg": "ES256", "typ": "at+jwt", "kid": f"unknown-{number}", "jku": "https://x"}
    claims = {"iss": SQUARE.client_id, "sub": SQUARE.client_id, "jti": str(number)}
    parts = [b64url(json.dumps(part).encode()) for part in (header, claims)]
    return ".".join([*parts, "A" * 86])


DOCUMENTS = {
    "brackets": b"[" * DEEP + b"]" * DEEP,
    "objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "a megabyte of open brackets": b"[" * (MEGABYTE - 1),
    "brackets in a member": b'{"sign_in_name":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "a long name": b'{"sign_in_name":"' + b"a" * 900_000 + b'","password":"x"}',
    "a long password": b'{"sign_in_name":"x","password":"' + b"a" * 900_000 + b'"}',
    "a long number": b'{"sign_in_name":' + b"1" * 900_000 + b"}",
    "many members": b"{" + b",".join(b'"k%d":1' % number for number in range(60_000)) + b"}",
}
# These take no body and read none.
NO_BODY = (
    "/authentication/challenges", "/authentication/sign-out", "/authentication/totp",
    "/authentication/passkey/challenges",
    "/enrollments", "/holder/opt-out", "/holder/alerts/seen", "/holder/freeze",
    "/holder/platforms/withdrawal-of-all", "/holder/recovery/stop",
    "/holder/helpers/invitation", "/holder/phone/stop",
)  # fmt: skip


@pytest.mark.parametrize("document", DOCUMENTS)
async def test_deep_and_wide_json(service: Service, spending, client, document):
    """Fifty thousand brackets, sixty thousand members, a password of 900 kB: refused."""
    for address in addresses(service.app):
        if not address.startswith(("/authentication", "/enrollments", "/register", "/holder")):
            continue
        for method in ("POST", "PUT"):
            answer = client.request(
                method,
                concrete(address),
                content=DOCUMENTS[document],
                headers={"content-type": JSON},
            )
            fine = (200, 201, 204) if address in NO_BODY else ()
            await spending(answer, *fine, 400, 401, 403, 404, 405, 413, 429)


async def test_the_forms_of_the_pages_are_bounded_too(provider, browser, storage_urls):
    """A sign-in name, a password and a code of a hundred kilobytes, in an open page."""
    spending = Spending(storage_urls)
    response, _ = await browser.follow(await browser.get("/authorize", **request().parameters))
    url, huge = str(response.url), "a" * 60_000
    for form in (
        {"username": huge, "password": "x"},
        {"username": "zhang", "password": huge},
        {"username": "é" * 10_000, "password": "é" * 10_000},
        {"otp": "1" * 100_000},
        {"decision": "approve" * 10_000},
    ):
        answer = await spending(browser.http.post(url, data=form), 303, 400, 401, 413, 429)
        assert "code=" not in answer.headers.get("location", "")


async def test_what_a_client_may_send_is_bounded_as_well(provider, browser, storage_urls):
    """An authenticated client is no friend: its grants, tokens and scopes are as large."""
    spending, platform = Spending(storage_urls), Platform(provider)
    tokens = await platform.tokens(browser)
    for form in (
        {"grant_type": "refresh_token", "refresh_token": "A" * 100_000},
        {"grant_type": "refresh_token", "refresh_token": "." * 100_000},
        {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "scope": SCOPES},
        {"grant_type": "authorization_code", "code": "A" * 60_000, "redirect_uri": "x" * 60_000},
        {"grant_type": "x" * 100_000},
    ):
        await spending(platform.post("/token", **form), 400, 413)
    for path in ("/introspect", "/revoke"):
        for token in ("A" * 100_000, "." * 100_000, "eyJ" * 30_000):
            await spending(platform.post(path, token=token, token_type_hint=token[:100]), 200, 413)
    assert (await platform.refresh(tokens["refresh_token"])).status_code == 200
