"""npm's oauth4webapi: every request, answer and token looked at one by one."""

import pytest

from tests.interop.conftest import REGISTRATION_TOKEN
from tests.interop.platforms import CASES

pytestmark = [pytest.mark.interop, pytest.mark.slow]

FLOWS = "oauth4webapi/flows.mjs"
INTROSPECTION = "application/token-introspection+jwt"


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA"])
def test_oauth4webapi_gets_through_everything_with_an_id_token_of_every_algorithm(
    flow, issuer, alg
):
    seen = flow(FLOWS, "everything", f"id-token-{alg}")

    assert (seen["claims"]["iss"], seen["algorithm"]) == (issuer, alg)
    assert seen["age"] is True
    assert seen["rotated"] is True
    assert seen["active"] == [True, False]
    assert seen["afterwards"] == "invalid_grant"


def test_oauth4webapi_finds_the_service_by_the_metadata_of_oauth(flow, issuer):
    seen = flow(FLOWS, "everything", "client_secret_basic", algorithm="oauth2")

    assert seen["claims"]["iss"] == issuer


@pytest.mark.parametrize(
    "client_id,signed,pushed",
    [("pushing", False, True), ("signing", True, False), ("signing", True, True)],
)
def test_oauth4webapi_signs_and_pushes_its_request(flow, client_id, signed, pushed):
    seen = flow(FLOWS, "asked", client_id, signed=signed, pushed=pushed)

    assert seen["parameters"] == ["client_id", "request_uri" if pushed else "request"]
    assert seen["claims"]["aud"] == client_id


@pytest.mark.parametrize("mode", ["jwt", "query.jwt", "form_post.jwt"])
def test_oauth4webapi_verifies_a_signed_authorization_response(flow, issuer, mode):
    seen = flow(FLOWS, "jarm", "signed-answers", mode=mode)

    assert (seen["posted"], seen["parts"]) == (mode == "form_post.jwt", 3)
    assert seen["iss"] == issuer


@pytest.mark.parametrize("mode", ["query.jwt", "form_post.jwt"])
@pytest.mark.parametrize("alg", ["RSA-OAEP-256", "ECDH-ES"])
def test_oauth4webapi_decrypts_an_authorization_response(flow, issuer, alg, mode):
    seen = flow(FLOWS, "jarm", f"encrypted-{alg}", mode=mode)

    assert (seen["posted"], seen["parts"]) == (mode == "form_post.jwt", 5)
    assert seen["iss"] == issuer


def test_oauth4webapi_is_answered_by_a_form(flow, issuer):
    seen = flow(FLOWS, "formPost", "client_secret_basic")

    assert (seen["posted"], seen["claims"]["iss"]) == (True, issuer)


def test_oauth4webapi_verifies_signed_userinfo_and_introspection(flow):
    seen = flow(FLOWS, "answered", "signed-answers")

    assert seen["types"] == [["application/jwt", 3], [INTROSPECTION, 3]]
    assert seen["userinfo"]["age_over_18"] is True
    assert seen["state"]["active"] is True


@pytest.mark.parametrize("alg", ["RSA-OAEP-256", "ECDH-ES"])
def test_oauth4webapi_decrypts_id_token_userinfo_and_introspection(flow, alg):
    seen = flow(FLOWS, "answered", f"encrypted-{alg}")

    assert seen["header"]["alg"] == alg
    assert seen["types"] == [["application/jwt", 5], [INTROSPECTION, 5]]
    assert seen["userinfo"]["sub"] == seen["claims"]["sub"]
    assert seen["state"]["active"] is True


def test_oauth4webapi_asks_for_one_act_in_one_case(flow):
    seen = flow(FLOWS, "detailed", "detailed")

    assert seen["granted"] == seen["details"]


def test_oauth4webapi_takes_our_access_token_as_a_resource_server(flow, issuer):
    seen = flow(FLOWS, "resourceServer", "machine-with-proofs")

    assert seen["type"] == "dpop"
    assert seen["claims"]["client_id"] == "machine-with-proofs"
    assert (seen["claims"]["iss"], seen["claims"]["aud"]) == (issuer, CASES)
    assert "aud" in seen["elsewhere"]


def test_oauth4webapi_exchanges_a_token_along_a_chain_of_services(flow):
    seen = flow(FLOWS, "tokenExchange", "portal")

    assert seen["issued"] == "urn:ietf:params:oauth:token-type:access_token"
    assert (seen["act"], seen["same"]) == ({"sub": "cases"}, True)


def test_oauth4webapi_learns_from_userinfo_whom_to_ask_for_its_tokens(flow, issuer):
    seen = flow(FLOWS, "resourceMetadata", "client_secret_basic")

    assert seen["challenge"] == {"scheme": "bearer", "named": f"{issuer}/userinfo"}
    assert seen["servers"] == [issuer]


def test_oauth4webapi_registers_itself(flow):
    seen = flow(FLOWS, "registration", "pushing", registrationToken=REGISTRATION_TOKEN)

    assert seen["claims"]["aud"] == seen["clientId"]
