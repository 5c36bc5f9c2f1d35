"""FAPI 2.0 Security Profile, the lines about what is published, and claims asked for by name."""

import json

import pytest

from tests.conformance.outcomes import carried
from tests.oidc.makers import request

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
PATHS = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"]
ALLOWED = {"PS256", "ES256", "EdDSA"}


@pytest.fixture(params=PATHS)
async def published(fapi, request):
    """The metadata, with OpenID and without."""
    response = await fapi.http.get(request.param)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    return response.json()


async def test_the_metadata_says_all_that_a_strict_client_needs(fapi, published):
    """discovery-end-point-verification: the endpoints, PKCE, the proofs and their algorithms."""
    issuer = fapi.service.issuer
    assert published["issuer"] == issuer
    for name in ("authorization", "token", "pushed_authorization_request", "registration"):
        assert published[f"{name}_endpoint"].startswith(issuer + "/")
    assert published["jwks_uri"].startswith(issuer + "/")
    assert published["response_types_supported"] == ["code"]
    assert published["authorization_response_iss_parameter_supported"] is True
    assert published["code_challenge_methods_supported"] == ["S256"]
    methods = set(published["token_endpoint_auth_methods_supported"])
    assert {"private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth"} <= methods
    assert set(published["dpop_signing_alg_values_supported"]) == ALLOWED
    assert published["tls_client_certificate_bound_access_tokens"] is True


async def test_no_algorithm_is_offered_that_is_forbidden(published):
    """discovery-end-point-verification: what is allowed is there, `none` and the like are not.

    RS256 stands there for clients of other profiles; a strict one is not registered with it.
    """
    lists = {
        name: set(values)
        for name, values in published.items()
        if name.endswith("_signing_alg_values_supported")
    }
    for name in ("id_token", "token_endpoint_auth", "request_object", "authorization", "dpop"):
        assert ALLOWED & lists[f"{name}_signing_alg_values_supported"]
    for name, values in lists.items():
        assert values <= ALLOWED | {"RS256"}, name


async def test_every_claim_can_be_asked_for_by_name(fapi, browser, published):
    """test-claims-parameter-identity-claims: each comes if it may, unknown ones are ignored."""
    assert published["claims_parameter_supported"] is True
    names = [*published["claims_supported"], "no_such_claim"]
    for member in (None, {"essential": True}):
        wishes = {name: member for name in names if name != "acr"}
        claims = json.dumps({"userinfo": wishes, "id_token": wishes})
        asked = request("fapi", claims=claims)
        outcome = await carried(fapi, browser, await fapi.push(asked))
        tokens = (await fapi.redeem(asked, outcome.code)).json()
        told = await fapi.claims_of(tokens["id_token"])
        found = (await fapi.userinfo(tokens["access_token"])).json()
        assert found["sub"] == told["sub"]
        assert "no_such_claim" not in told | found
        for name in ("age_over_14", "age_over_16", "age_over_18"):
            assert told[name] is True
            assert found[name] is True
