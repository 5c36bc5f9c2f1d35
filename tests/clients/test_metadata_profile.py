import pytest

from authsvc.clients.client import Profile
from authsvc.clients.metadata import read_metadata
from tests.clients.makers import SECRET, client, metadata, refusal
from tests.clients.signer import Signer, x5c


def strict(**members):
    document = {
        "client_secret": None,
        "profile": "fapi2",
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": Signer().jwks,
    }
    return metadata(**document | members)


def certified():
    signer = Signer()
    return {"keys": [signer.jwk | {"x5c": x5c(signer.certificate())}]}


def test_the_profile_is_oidc_unless_another_is_named():
    assert client().profile is Profile.OIDC
    assert client(profile="oidc").profile is Profile.OIDC
    assert refusal(metadata(profile="fapi1")).field == "platform-a.profile"


def test_a_strict_client_pushes_proves_keys_and_has_bound_tokens():
    found = read_metadata(strict())
    assert found.strict
    assert found.require_pushed_authorization_requests
    assert found.pkce_required
    assert found.dpop_bound_access_tokens
    assert not found.tls_client_certificate_bound_access_tokens
    assert found.id_token_signed_response_alg == "ES256"
    assert not found.require_signed_request_object


@pytest.mark.parametrize(
    ("method", "members"),
    [
        ("tls_client_auth", {"tls_client_auth_san_dns": "platform-a.example"}),
        ("self_signed_tls_client_auth", {"jwks": certified()}),
    ],
)
def test_a_strict_client_with_a_certificate_has_its_tokens_bound_to_it(method, members):
    found = read_metadata(strict(token_endpoint_auth_method=method, **{"jwks": None} | members))
    assert found.tls_client_certificate_bound_access_tokens
    assert not found.dpop_bound_access_tokens


def test_how_tokens_are_bound_is_the_clients_choice():
    found = read_metadata(strict(tls_client_certificate_bound_access_tokens=True))
    assert found.tls_client_certificate_bound_access_tokens
    assert not found.dpop_bound_access_tokens


def test_signed_requests_are_the_clients_choice():
    found = read_metadata(strict(require_signed_request_object=True))
    assert found.require_signed_request_object


@pytest.mark.parametrize("alg", ["PS256", "ES256", "EdDSA", "Ed25519"])
def test_a_strict_client_may_choose_among_the_algorithms_of_its_profile(alg):
    found = read_metadata(strict(id_token_signed_response_alg=alg))
    assert found.id_token_signed_response_alg == alg.replace("Ed25519", "EdDSA")


@pytest.mark.parametrize(
    "method", [None, "client_secret_basic", "client_secret_post", "none"], ids=str
)
def test_a_strict_client_has_no_secret_and_is_not_public(method):
    error = refusal(strict(token_endpoint_auth_method=method, client_secret=SECRET))
    assert error.field == "platform-a.token_endpoint_auth_method"


@pytest.mark.parametrize(
    "member",
    [
        "id_token_signed_response_alg",
        "userinfo_signed_response_alg",
        "authorization_signed_response_alg",
        "introspection_signed_response_alg",
        "request_object_signing_alg",
        "token_endpoint_auth_signing_alg",
    ],
)
def test_a_strict_client_does_not_use_rs256(member):
    error = refusal(strict(jwks=Signer("RSA2048").jwks, **{member: "RS256"}))
    assert error.field == f"platform-a.{member}"
    assert "fapi2" in error.log


def test_a_strict_client_with_a_key_for_rs256_alone_is_refused():
    assert refusal(strict(jwks=Signer("RSA2048", alg="RS256").jwks)).field == "platform-a.jwks"


@pytest.mark.parametrize(
    ("member", "value"), [("legacy_assertion_audience", True), ("require_pkce", False)]
)
def test_a_strict_client_has_no_exceptions(member, value):
    assert refusal(strict(**{member: value})).field == f"platform-a.{member}"


def test_the_exception_for_assertions_is_for_other_clients():
    assert client(legacy_assertion_audience=True).legacy_assertion_audience


@pytest.mark.parametrize("uri", ["http://127.0.0.1/cb", "com.example.app:/cb"])
def test_a_strict_client_is_answered_over_https_alone(uri):
    error = refusal(strict(application_type="native", redirect_uris=[uri]))
    assert error.field == "platform-a.redirect_uris[0]"


def test_the_sandbox_answers_a_strict_client_on_loopback():
    document = strict(redirect_uris=["http://127.0.0.1:3000/cb"])
    assert refusal(document).field == "platform-a.redirect_uris[0]"
    assert read_metadata(document, loopback_http=True).strict


def test_a_strict_client_may_be_a_machine():
    found = read_metadata(strict(redirect_uris=None, grant_types=["client_credentials"]))
    assert found.sender_constrained
