import pytest

from tests.authentication.makers import ISSUER
from tests.oidc.makers import service

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
PATHS = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"]


@pytest.mark.parametrize("path", PATHS)
async def test_the_document_is_complete_cacheable_and_open_to_browsers(platform, path):
    response = await platform.http.get(path)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "public, max-age=3600"
    assert response.headers["access-control-allow-origin"] == "*"
    found = response.json()
    assert found["issuer"] == ISSUER
    for name in (
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "jwks_uri",
        "introspection_endpoint",
        "revocation_endpoint",
        "end_session_endpoint",
    ):
        assert found[name].startswith(ISSUER + "/")
    assert found["response_types_supported"] == ["code"]
    assert found["subject_types_supported"] == ["pairwise"]
    assert "RS256" in found["id_token_signing_alg_values_supported"]
    assert found["code_challenge_methods_supported"] == ["S256"]
    # Nobody knows a maker of wallets here, so that none is believed.
    assert "attest_jwt_client_auth" not in found["token_endpoint_auth_methods_supported"]
    assert not any(name.startswith("client_attestation") for name in found)
    assert found["authorization_response_iss_parameter_supported"] is True
    assert found["pushed_authorization_request_endpoint"] == ISSUER + "/par"
    assert found["require_pushed_authorization_requests"] is False
    assert found["request_parameter_supported"] is True
    assert found["request_uri_parameter_supported"] is True
    assert found["require_request_uri_registration"] is True
    assert "none" not in found["request_object_signing_alg_values_supported"]
    assert found["claims_parameter_supported"] is True
    assert {"query", "form_post", "jwt"} <= set(found["response_modes_supported"])
    assert not any("fragment" in mode for mode in found["response_modes_supported"])
    assert "RS256" in found["authorization_signing_alg_values_supported"]
    acts = {"identity_check", "service_case", "attribute_query", "openid_credential"}
    assert set(found["authorization_details_types_supported"]) == acts
    assert "openid" in found["scopes_supported"]


async def test_everything_that_is_offered_answers(platform):
    found = (await platform.http.get(PATHS[0])).json()
    # Another room's, which is not served here (certificates/test_routes.py).
    lists = found.pop("status_list_aggregation_endpoint")
    assert lists.endswith("/credentials/status-lists")
    for name, url in found.items():
        if name.endswith(("_endpoint", "_uri")):
            response = await platform.http.get(url)
            assert response.status_code in (200, 400, 401, 405), name


@pytest.mark.parametrize("path", [*PATHS, "/jwks"])
async def test_head_is_answered_like_get_without_a_body(platform, path):
    get, head = await platform.http.get(path), await platform.http.head(path)
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == str(len(get.content))
    assert (await platform.http.options(path)).status_code == 204
    assert (await platform.http.post(path)).status_code == 405


@pytest.mark.parametrize("path", PATHS)
async def test_whatever_the_host_header_says_the_urls_are_those_of_the_issuer(platform, path):
    headers = {"host": "evil.example", "x-forwarded-host": "evil.example"}
    response = await platform.http.get(path, headers=headers)
    assert "evil" not in response.text


async def test_the_keys_are_public_cacheable_and_distinct(platform, keyring):
    response = await platform.http.get("/jwks")
    assert response.headers["cache-control"] == "public, max-age=900"
    keys = response.json()["keys"]
    assert {key["alg"] for key in keys} == {"RS256", "PS256", "ES256", "EdDSA"}
    assert len({key["kid"] for key in keys}) == len(keys)
    for key in keys:
        assert key["use"] == "sig"
        assert not set(key) & {"d", "p", "q", "dp", "dq", "qi", "k"}


async def test_clients_with_certificates_are_shown_another_address(
    storage, keyring, clock, fetcher
):
    mtls = "https://mtls.id.example"
    parts = (storage.database, storage.ephemeral, keyring, clock)
    async with service(*parts, fetcher=fetcher, mtls_issuer=mtls) as built:
        told = (await built.http().get("/.well-known/openid-configuration")).json()
    aliases = told["mtls_endpoint_aliases"]
    assert aliases["token_endpoint"] == f"{mtls}/token"
    assert all(told[name] == url.replace(mtls, built.issuer) for name, url in aliases.items())
