"""Row 37: links, metadata, `iss` and redirects are made from the configured issuer.

The Host header and its like say `evil.example`, everywhere; nothing that comes back does.
"""

import pytest

from tests.bad_input import addresses, concrete
from tests.oidc.jwt_makers import unverified
from tests.oidc.makers import Answer, Browser, Platform, request
from tests.whole import SQUARE, Enrolling, Service

EVIL = "evil.example"
HEADERS = {
    "host": {"host": EVIL},
    "host with a port": {"host": f"{EVIL}:8443"},
    "host with our name before it": {"host": f"id.example.{EVIL}"},
    "x-forwarded-host": {"x-forwarded-host": EVIL},
    "forwarded": {"forwarded": f'for={EVIL};host="{EVIL}";proto=http'},
    "the rest": {
        "x-host": EVIL,
        "x-forwarded-server": EVIL,
        "x-forwarded-proto": "http",
        "x-forwarded-port": "81",
        "x-forwarded-prefix": f"//{EVIL}",
        "x-original-url": f"https://{EVIL}/",
        "x-rewrite-url": f"https://{EVIL}/",
        "x-http-host-override": EVIL,
        "origin": f"https://{EVIL}",
        "referer": f"https://{EVIL}/",
    },
}


def says_nothing_of_it(response):
    """Neither in a header nor in the body."""
    assert response.status_code < 500
    assert EVIL not in response.text, response.text[:300]
    for name, value in response.headers.multi_items():
        assert EVIL not in value, (name, value)


async def listening(client):
    """Every answer that this client gets is looked through."""

    async def look(response):
        await response.aread()
        says_nothing_of_it(response)

    client.event_hooks["response"].append(look)


@pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
@pytest.mark.parametrize("header", HEADERS)
async def test_no_answer_of_any_route_repeats_it(service: Service, header):
    """Every route that there is, read and written to."""
    async with service.client() as client:
        for address in addresses(service.app):
            for method in ("GET", "POST", "PUT", "OPTIONS"):
                content = b"" if method in ("GET", "OPTIONS") else b"{}"
                response = await client.request(
                    method, concrete(address), content=content, headers=HEADERS[header]
                )
                says_nothing_of_it(response)


@pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
@pytest.mark.parametrize("header", HEADERS)
async def test_the_documents_are_the_same_for_every_host(service: Service, header):
    """Metadata, keys and descriptions: byte for byte what everybody gets."""
    async with service.client() as client:
        for address in addresses(service.app):
            if not address.startswith(("/.well-known/", "/jwks", "/openapi/openapi.json", "/ca/")):
                continue
            path = concrete(address)
            usual = await client.get(path)
            other = await client.get(path, headers=HEADERS[header])
            assert (other.status_code, other.content) == (usual.status_code, usual.content)


@pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
@pytest.mark.parametrize("header", HEADERS)
async def test_a_whole_code_flow_stays_with_the_issuer(provider, header):
    """Pages, redirects, tokens, sign-out: every request carries the header."""
    browser, platform = Browser(provider), Platform(provider)
    for client in (browser.http, platform.http):
        client.headers.update(HEADERS[header])
        await listening(client)
    asked = request()
    answer = await browser.authorize(asked)
    assert answer.parameters["iss"] == provider.issuer
    tokens = (await platform.redeem(asked, answer.parameters["code"])).json()
    for name in ("id_token", "access_token"):
        claims = unverified(tokens[name])
        assert claims["iss"] == provider.issuer
    assert (await platform.introspect(tokens["access_token"]))["iss"] == provider.issuer
    assert (await platform.userinfo(tokens["access_token"])).status_code == 200
    refused = await browser.get("/authorize", **request(scope="nothing").parameters)
    assert Answer.of(refused).parameters["iss"] == provider.issuer
    begun = await browser.get("/authorize", **request(prompt="login").parameters)
    assert begun.headers["location"].startswith("/interaction/")
    signed_out = await browser.get("/end-session", id_token_hint=tokens["id_token"])
    assert signed_out.status_code in (200, 303)


@pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
@pytest.mark.parametrize("header", ["host", "x-forwarded-host", "forwarded"])
async def test_an_enrollment_and_its_certificate_stay_with_the_issuer(service: Service, header):
    """The addresses inside the certificate, of the list and the responder, are the issuer's."""
    resident = service.resident("样例主")
    async with service.client() as client:
        client.headers.update(HEADERS[header])
        await listening(client)
        enrolling = Enrolling(client, resident)
        await enrolling.begin()
        await enrolling.all()
        assert EVIL.encode() not in (await client.get("/crl/authsvc.crl")).content
    assert resident.certificate
    async with service.client() as browser:
        browser.headers.update(HEADERS[header])
        received = await service.code_flow(browser, SQUARE, resident)
    assert received.redirect["iss"] == service.settings.issuer


async def test_a_device_signs_for_the_issuer_alone(service: Service):
    """The message that a device key signs names the configured issuer, not the host asked."""
    async with service.client() as client:
        answer = await client.post("/authentication/challenges", headers=HEADERS["host"])
    message = answer.json()["message"]
    assert service.settings.issuer in message
    assert EVIL not in message
