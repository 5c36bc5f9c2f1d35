"""oidcc-config-certification-test-plan."""

import pytest
from joserfc.jwk import KeySet

from tests.authentication.makers import ISSUER

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)

# OpenID Connect Discovery 3: required, and required unless only the implicit flow is spoken.
REQUIRED = [
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
    "response_types_supported",
    "subject_types_supported",
    "id_token_signing_alg_values_supported",
]
STRINGS = {"issuer", "op_policy_uri", "op_tos_uri", "service_documentation"}


def require_type(name, value):
    if name in STRINGS or name.endswith(("_endpoint", "_uri")):
        assert isinstance(value, str), name
    elif isinstance(value, list):
        assert value, name
        assert all(isinstance(each, str) for each in value), name
        assert len(set(value)) == len(value), name
    else:
        assert isinstance(value, bool | dict), name


async def test_the_metadata_are_complete_and_of_the_right_types(person):
    """oidcc-discovery-endpoint-verification: what is required is there, and fits its schema."""
    response = await person.get("/.well-known/openid-configuration")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    found = response.json()
    assert found["issuer"] == ISSUER
    assert set(REQUIRED) <= set(found)
    for name, value in found.items():
        require_type(name, value)
    assert "openid" in found["scopes_supported"]
    assert "code" in found["response_types_supported"]
    assert "authorization_code" in found["grant_types_supported"]
    assert "RS256" in found["id_token_signing_alg_values_supported"]
    assert set(found["subject_types_supported"]) <= {"pairwise", "public"}
    assert found["claims_supported"]
    assert found["claims_parameter_supported"] is True


async def test_every_address_is_https_and_of_the_issuer(person):
    """oidcc-discovery-endpoint-verification: no endpoint may be reached in the open."""
    found = (await person.get("/.well-known/openid-configuration")).json()
    addresses = [value for name, value in found.items() if name.endswith(("_endpoint", "_uri"))]
    assert len(addresses) >= 5
    assert all(address.startswith("https://") for address in addresses)
    assert all(address.startswith(ISSUER + "/") for address in addresses)


async def test_the_key_set_is_valid_and_no_two_keys_share_a_name(person):
    """oidcc-discovery-endpoint-verification: the keys can be read, and are public alone."""
    found = (await person.get("/.well-known/openid-configuration")).json()
    response = await person.get(found["jwks_uri"])
    assert response.status_code == 200
    keys = response.json()["keys"]
    assert len(KeySet.import_key_set({"keys": keys}).keys) == len(keys)
    names = [key["kid"] for key in keys]
    assert len(set(names)) == len(names)
    assert {"RS256"} <= {key["alg"] for key in keys}
    for key in keys:
        assert key["use"] == "sig"
        assert key["kty"] in ("RSA", "EC", "OKP")
        assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & set(key)
