"""Authlib, the most used OAuth library of Python, as platform and as resource server."""

import json

import pytest
from authlib.integrations.base_client import OAuthError
from authlib.oauth2.rfc6750.errors import InvalidTokenError
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from authlib.oauth2.rfc9068 import JWTBearerTokenValidator
from authlib.oidc.discovery import OpenIDProviderMetadata
from joserfc.jwk import KeySet

from tests.interop.authlib_app import (
    CONFIGURATION,
    aggregated,
    app_of,
    client_of,
    code_flow,
    decrypted_id_token,
    get,
)
from tests.interop.platforms import ARCHIVE, CASES, DEVICE_CODE, SIGNED_OUT, TOKEN_EXCHANGE

pytestmark = [
    pytest.mark.interop,
    pytest.mark.slow,
    # RFC 9864 has another name for it; OpenID Connect clients know this one.
    pytest.mark.filterwarnings("ignore:EdDSA is deprecated"),
]

ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"


class ResourceServer(JWTBearerTokenValidator):  # type: ignore[misc]  # Authlib has no types
    """A service that takes our access tokens, by Authlib's validator of RFC 9068."""

    def __init__(self, issuer, resource):
        super().__init__(issuer, resource)
        self._jwks = KeySet.import_key_set(get(get(issuer + CONFIGURATION)["jwks_uri"]))

    def get_jwks(self):
        return self._jwks

    def accepts(self, token):
        claims = self.authenticate_token(token)
        self.validate_token(claims, None, None)
        return claims


def refresh(app, token):
    with client_of(app) as client:
        return client.refresh_token(refresh_token=token["refresh_token"])


def introspect(app, token):
    with client_of(app) as client:
        endpoint = app.server_metadata["introspection_endpoint"]
        return client.introspect_token(endpoint, token=token).json()


def revoke(app, token):
    with client_of(app) as client:
        return client.revoke_token(app.server_metadata["revocation_endpoint"], token=token)


@pytest.mark.parametrize(
    "path,model",
    [
        (CONFIGURATION, OpenIDProviderMetadata),
        ("/.well-known/oauth-authorization-server", AuthorizationServerMetadata),
    ],
)
def test_authlib_finds_nothing_wrong_with_our_metadata(issuer, monkeypatch, path, model):
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "true")

    model(get(issuer + path)).validate()


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA"])
def test_authlib_takes_an_id_token_of_every_algorithm(issuer, platforms, person, alg):
    app = app_of(issuer, platforms[f"id-token-{alg}"])

    token, nonce = code_flow(app, person)
    claims = app.parse_id_token(token, nonce)

    assert claims["iss"] == issuer
    userinfo = app.userinfo(token=token)
    assert (userinfo["sub"], userinfo["age_over_18"]) == (claims["sub"], True)


def test_authlib_refuses_an_id_token_of_another_question(issuer, platforms, person):
    app = app_of(issuer, platforms["client_secret_basic"])

    token, _ = code_flow(app, person)

    with pytest.raises(Exception, match="nonce"):
        app.parse_id_token(token, "another nonce")


@pytest.mark.parametrize("client_id", ["client_secret_basic", "client_secret_post", "none"])
def test_authlib_refreshes_and_revokes_its_tokens(issuer, platforms, person, client_id):
    app = app_of(issuer, platforms[client_id])
    token, _ = code_flow(app, person)

    refreshed = refresh(app, token)
    assert refreshed["refresh_token"] != token["refresh_token"]
    assert revoke(app, refreshed["refresh_token"]).status_code == 200

    with pytest.raises(OAuthError, match="invalid_grant"):
        refresh(app, refreshed)


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA"])
def test_authlib_proves_itself_by_a_signed_assertion(issuer, platforms, person, alg):
    app = app_of(issuer, platforms[f"assertion-{alg}"])

    token, nonce = code_flow(app, person)
    refreshed = refresh(app, token)

    assert app.parse_id_token(token, nonce)["aud"] == f"assertion-{alg}"
    assert introspect(app, refreshed["access_token"])["active"] is True
    assert revoke(app, refreshed["refresh_token"]).status_code == 200
    assert introspect(app, refreshed["access_token"]) == {"active": False}


def test_authlib_asks_for_one_act_in_one_case(issuer, platforms, person):
    details = [{"type": "service_case", "case_id": "case-1", "action": "withdraw"}]
    app = app_of(issuer, platforms["detailed"])

    token, _ = code_flow(app, person, authorization_details=json.dumps(details))

    assert token["authorization_details"] == details


def test_authlib_reads_what_departments_attest(issuer, platforms, person):
    """OpenID Connect Core 5.6.2: each name leads to its source, each source is a signed JWT."""
    details = [
        {
            "type": "attribute_query",
            "department": department,
            "attributes": attributes,
            "purpose": "school_admission",
        }
        for department, attributes in (
            ("residence", ["residence_city", "residence_permit_city"]),
            ("education", ["education_level"]),
        )
    ]
    app = app_of(issuer, platforms["departments"])
    token, _ = code_flow(app, person, authorization_details=json.dumps(details))

    userinfo = app.userinfo(token=token)

    names, sources = userinfo["_claim_names"], userinfo["_claim_sources"]
    assert names == {"residence_city": "residence", "education_level": "education"}
    assert userinfo["attributes_missing"] == {"residence_permit_city": "not_on_record"}
    values = {}
    for name, source in names.items():
        trusted = f"{issuer}/departments/{source}"
        claims = aggregated(sources[source]["JWT"], trusted)
        claims.validate(leeway=30)
        values[name] = claims[name]
    assert values == {"residence_city": "659000", "education_level": "bachelor"}


def test_authlib_signs_a_person_out(issuer, platforms, person):
    app = app_of(issuer, platforms["client_secret_basic"])
    token, _ = code_flow(app, person)

    asked = app.create_logout_url(SIGNED_OUT, id_token_hint=token["id_token"])

    back = person.visits(asked["url"])["url"]
    assert back == f"{SIGNED_OUT}?state={asked['state']}"


@pytest.mark.parametrize("alg", ["RSA-OAEP-256", "ECDH-ES"])
def test_authlib_decrypts_an_id_token(issuer, platforms, person, alg):
    platform = platforms[f"encrypted-{alg}"]
    app = app_of(issuer, platform)

    token, nonce = code_flow(app, person)
    claims = decrypted_id_token(app, token["id_token"], platform.keys[0], nonce=nonce)

    assert claims["aud"] == platform.client_id


def test_authlib_asks_for_itself_and_validates_the_token_as_a_resource_server(issuer, platforms):
    with client_of(app_of(issuer, platforms["machine"])) as client:
        token = client.fetch_token(grant_type="client_credentials", resource=CASES)

    claims = ResourceServer(issuer, CASES).accepts(token["access_token"])

    assert (claims["client_id"], claims["sub"]) == ("machine", "machine")
    with pytest.raises(InvalidTokenError):
        ResourceServer(issuer, ARCHIVE).accepts(token["access_token"])


def test_authlib_exchanges_a_token_along_a_chain_of_services(issuer, platforms, person):
    token, _ = code_flow(app_of(issuer, platforms["portal"]), person, resource=CASES)

    with client_of(app_of(issuer, platforms["cases"])) as client:
        exchanged = client.fetch_token(
            grant_type=TOKEN_EXCHANGE,
            subject_token=token["access_token"],
            subject_token_type=ACCESS_TOKEN,
            resource=ARCHIVE,
            scope="openid",
        )

    claims = ResourceServer(issuer, ARCHIVE).accepts(exchanged["access_token"])
    assert claims["act"] == {"sub": "cases"}
    assert claims["scope"] == "openid"


def test_authlib_authorizes_a_device(issuer, platforms, person):
    app = app_of(issuer, platforms["television"])
    with client_of(app) as client:
        endpoint = app.server_metadata["device_authorization_endpoint"]
        auth = client.client_auth("client_secret_basic")
        asked = client.post(endpoint, data={"scope": "openid"}, auth=auth).json()

        person.enters_code(asked["verification_uri_complete"])
        token = client.fetch_token(grant_type=DEVICE_CODE, device_code=asked["device_code"])

    assert app.parse_id_token(token, None)["iss"] == issuer
