"""UserInfo describes itself (RFC 9728), and what it says holds."""

import re

import pytest

from tests.authentication.makers import ISSUER
from tests.oidc.makers import Answer, Platform, request

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
WELL_KNOWN = "/.well-known/oauth-protected-resource"
NAMES = {WELL_KNOWN: ISSUER, f"{WELL_KNOWN}/userinfo": f"{ISSUER}/userinfo"}


@pytest.mark.parametrize("path", NAMES)
async def test_the_document_is_for_the_name_that_it_was_found_by(platform, path):
    response = await platform.http.get(path)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["cache-control"] == "public, max-age=3600"
    found = response.json()
    assert found["resource"] == NAMES[path]
    assert found["authorization_servers"] == [ISSUER]
    assert found["jwks_uri"] == f"{ISSUER}/jwks"
    assert found["scopes_supported"] == ["openid", "age", "identity"]
    assert found["bearer_methods_supported"] == ["header", "body"]
    assert found["tls_client_certificate_bound_access_tokens"] is True
    assert found["dpop_signing_alg_values_supported"] == ["PS256", "ES256", "EdDSA"]
    assert found["dpop_bound_access_tokens_required"] is False
    assert "ES256" in found["resource_signing_alg_values_supported"]
    assert "none" not in found["resource_signing_alg_values_supported"]
    assert (await platform.http.head(path)).status_code == 200
    assert (await platform.http.post(path)).status_code == 405


async def test_the_server_names_its_resources_and_each_names_the_server(platform):
    found = (await platform.http.get("/.well-known/openid-configuration")).json()
    assert found["protected_resources"] == list(NAMES.values())


@pytest.mark.parametrize("host", ["evil.example", "evil.example:443"])
async def test_whatever_the_host_header_says_the_names_are_ours(platform, host):
    response = await platform.http.get(WELL_KNOWN, headers={"host": host})
    assert "evil" not in response.text


async def test_a_challenge_leads_to_the_document_of_the_address_that_was_asked(platform):
    for headers in ({}, {"authorization": "Bearer x"}):
        response = await platform.http.get("/userinfo", headers=headers)
        assert response.status_code == 401
        for challenge in response.headers.get_list("www-authenticate"):
            (url,) = re.findall(r'resource_metadata="([^"]+)"', challenge)
            found = (await platform.http.get(url)).json()
            # Section 3.3: it must be the URL that the client used.
            assert found["resource"] == f"{ISSUER}/userinfo"


@pytest.mark.parametrize("resource", NAMES.values())
async def test_a_token_for_either_name_opens_it(provider, browser, platform, resource):
    asked = request(resource=resource)
    tokens = await platform.tokens(browser, asked)
    response = await platform.userinfo(tokens["access_token"])
    assert response.status_code == 200, response.text


async def test_a_name_that_only_begins_like_ours_is_nobody(browser):
    for resource in (f"{ISSUER}/userinfo/", f"{ISSUER}/", f"{ISSUER}/token", f"{ISSUER}.evil"):
        response = await browser.get("/authorize", **request(resource=resource).parameters)
        assert Answer.of(response).parameters["error"] == "invalid_target"


async def test_an_endpoint_that_is_no_resource_points_nowhere(provider):
    response = await Platform(provider).http.post("/register", json={})
    assert "resource_metadata" not in response.headers.get("www-authenticate", "")
