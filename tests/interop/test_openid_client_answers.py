"""npm's openid-client: the forms in which answers come."""

import pytest

pytestmark = [pytest.mark.interop, pytest.mark.slow]

ANSWERS = "openid_client/answers.mjs"


def test_openid_client_is_answered_by_a_form(flow, issuer):
    seen = flow(ANSWERS, "formPost", "client_secret_basic")

    assert seen["method"] == "POST"
    assert seen["claims"]["iss"] == issuer


def test_openid_client_verifies_a_signed_authorization_response(flow, issuer):
    seen = flow(ANSWERS, "signedResponse", "signed-answers")

    assert seen["parameters"] == ["response"]
    assert seen["claims"]["iss"] == issuer


def test_openid_client_verifies_a_signed_userinfo(flow):
    seen = flow(ANSWERS, "signedUserInfo", "signed-answers")

    assert seen["type"] == "application/jwt"
    assert seen["userinfo"]["age_over_18"] is True


@pytest.mark.parametrize("alg", ["RSA-OAEP-256", "ECDH-ES"])
def test_openid_client_decrypts_id_token_userinfo_and_introspection(flow, alg):
    seen = flow(ANSWERS, "encrypted", f"encrypted-{alg}")

    assert (seen["header"]["alg"], seen["header"]["cty"]) == (alg, "JWT")
    assert seen["claims"]["aud"] == f"encrypted-{alg}"
    assert seen["type"] == "application/jwt"
    assert seen["userinfo"]["sub"] == seen["claims"]["sub"]
    assert seen["introspected"]["active"] is True


@pytest.mark.parametrize("jwt", [False, True])
def test_openid_client_hears_that_the_person_denied(flow, jwt):
    seen = flow(ANSWERS, "denied", "signed-answers", jwt=jwt)

    plain = ["error", "error_description", "iss", "state"]
    assert seen["parameters"] == (["response"] if jwt else plain)
    assert seen["error"] == "access_denied"


def test_openid_client_knows_how_long_ago_the_person_signed_in(flow):
    seen = flow(ANSWERS, "recent", "client_secret_basic")

    assert seen == {"nobody": "login_required", "sameSignIn": True}
